"""Lint of a runbook: the table of codes, and checks over all steps together."""
