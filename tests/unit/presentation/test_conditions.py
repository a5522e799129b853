"""Conditions in words."""

from __future__ import annotations

from smoke_tui.presentation.conditions import as_written, conditions_text
from smoke_tui.runbook.model import Condition

CONDITIONS = (
    Condition("code", ("timeout", "dns")),
    Condition("json", "error.type", "is", "x"),
    Condition("json", "error.type", "absent"),
)


def test_conditions_are_reported_to_the_operator() -> None:
    assert conditions_text(CONDITIONS[:2]) == "code is timeout or dns and error.type is x"


def test_conditions_are_quoted_about_as_the_runbook_has_them() -> None:
    assert as_written(CONDITIONS) == (
        "code = timeout or dns and json error.type is x and json error.type absent"
    )
