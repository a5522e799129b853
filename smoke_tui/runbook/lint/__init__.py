"""Checks over a whole runbook, and the table of lint codes."""
