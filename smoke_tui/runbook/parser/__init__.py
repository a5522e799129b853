"""Parse a runbook's Markdown: front matter, fenced blocks, drafts of steps, commands."""
