"""Read a runbook's Markdown: front matter, fenced blocks, step drafts, commands."""
