"""Conditions of a rule or an expectation in words."""

from __future__ import annotations

from collections.abc import Iterable

from smoke_tui.presentation.format import one_line
from smoke_tui.runbook.model import Condition


def conditions_text(conditions: Iterable[Condition]) -> str:
    """Conditions that all have to hold: `code is timeout or dns and $.error.type equals x`."""
    return " and ".join(
        one_line(f"{c.value} {c.test} {c.operand}" if c.test else _plain(c)) for c in conditions
    )


def _plain(condition: Condition) -> str:
    if condition.word == "body_contains":
        return f"body contains {_either(condition.value)}"
    return f"{condition.word} is {_either(condition.value)}"


def as_written(conditions: Iterable[Condition]) -> str:
    """The same, about as the runbook writes them: `code = timeout or dns`."""
    return " and ".join(
        f"{c.word} {c.value} {c.test} {_either(c.operand)}".rstrip()
        if c.test
        else f"{c.word} = {_either(c.value)}"
        for c in conditions
    )


def _either(value: object) -> str:
    if isinstance(value, tuple | list):
        return " or ".join(map(str, value))
    return "" if value is None else str(value)
