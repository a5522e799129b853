"""Runbooks, the description of what should happen: model, parser, field tables and lint."""

from __future__ import annotations

from smoke_tui.config.runbook_files import available, find
from smoke_tui.runbook.lint.diagnostics import LATER_ERRORS, Diagnostic, LintCode
from smoke_tui.runbook.model import (
    Capture,
    Command,
    Condition,
    Guard,
    Match,
    Ready,
    Rule,
    Runbook,
    Spend,
    Step,
)
from smoke_tui.runbook.parser.parser import Parsed, load, parse
from smoke_tui.runbook.schema.json_schema import json_schema

__all__ = [
    "LATER_ERRORS",
    "Capture",
    "Command",
    "Condition",
    "Diagnostic",
    "Guard",
    "LintCode",
    "Match",
    "Parsed",
    "Ready",
    "Rule",
    "Runbook",
    "Spend",
    "Step",
    "available",
    "find",
    "json_schema",
    "load",
    "parse",
]
