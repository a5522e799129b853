"""Another model replaces no failure of the one that was asked first."""

from __future__ import annotations

from typing import Any

import pytest

from smoke_tui.engine.pass_inputs import of_first_model
from smoke_tui.outcomes import Outcome
from tests.helpers.engine_runs import told, tried


def asked(model: str | None, outcome: str | None, code: str | None, n: int) -> list[Any]:
    """One try with the model that its call asked; None: it came to no call."""
    first, *rest = tried("call", outcome, n, "walk" if n == 1 else "again", code=code)
    reserved = [("spend.reserved", "call", n, {"calls": 1, "model": model})] if model else []
    return [first, *reserved, *rest]


def after(*tries: tuple[str | None, str | None, str | None]) -> Any:
    """The step after some tries and one more that is about to pass."""
    rows = [event for n, one in enumerate(tries, 1) for event in asked(*one, n)]
    return told(*rows).steps["call"]


@pytest.mark.parametrize(
    ("tries", "stands"),
    [
        ([("a", None, None)], True),
        ([("a", "fail", "degraded-model"), ("a", None, None)], True),
        ([("a", "fail", "degraded-model"), ("b", None, None)], False),
        ([("a", "blocked", "overloaded"), ("b", None, None)], False),
        ([("a", "fail", "expectation-unmet"), ("b", None, None)], False),
        ([("a", "pass", None), ("b", None, None)], True),
        ([("a", "fail", "model-not-found"), ("b", "fail", "timeout"), ("b", None, None)], False),
        ([("a", "fail", "model-not-found"), ("b", "fail", "timeout"), ("a", None, None)], True),
        ([("a", "fail", "model-not-found"), ("a", "pass", None), ("b", None, None)], True),
        ([(None, "blocked", "model-unlisted"), ("b", None, None)], True),
        ([("a", None, "timeout"), ("b", None, None)], False),
    ],
)
def test_whether_a_pass_of_the_newest_try_stands(
    tries: list[tuple[str | None, str | None, str | None]], stands: bool
) -> None:
    found = of_first_model(after(*tries))
    assert (found is None) is stands
    if found is not None:
        assert found.outcome is not Outcome.PASS
        assert "a was asked first" in found.words
        assert "b, passed on try" in found.words
