"""Caps refuse a call rather than regret it; an unknown is never zero."""

from __future__ import annotations

from typing import Any

import pytest

from smoke_tui.engine.budget import over_budget
from smoke_tui.journal.money import committed_usd, known_usd
from smoke_tui.journal.spend import spend_of
from smoke_tui.journal.state import State
from smoke_tui.presentation.spend import spend_text
from smoke_tui.runbook import Runbook, parse
from tests.helpers.engine_runs import FRONT, told

CALL = 'id = "{}"\nkind = "call"\nprompt = "p"\ncredential = "api-key"\neffects = "spends"\n{}'


def book(cap: str, budget: str | None = None) -> Runbook:
    front = FRONT.replace("model:", f"budget_usd: {budget}\nmodel:") if budget else FRONT
    steps = "".join(
        f"\n## {n}. Step\n\nDo it.\n\n```toml step\n{CALL.format(name, cap)}\n```\n"
        for n, name in enumerate(("one", "two"), 1)
    )
    parsed = parse(front + steps, "budget.md")
    assert parsed.runbook is not None, [str(d) for d in parsed.diagnostics]
    return parsed.runbook


def spent(*calls: tuple[str, str | None, str | None]) -> State:
    """The state after metered calls of a step: (step, worst, settled or None)."""
    events: list[tuple[Any, ...]] = []
    for n, (step, worst, usd) in enumerate(calls, 1):
        events += [
            ("try.started", step, n, {"cause": "walk", "caller": None}),
            ("spend.reserved", step, n, {"calls": 1, "kind": "metered", "worst_usd": worst}),
        ]
        if usd is not None:
            events.append(
                (
                    "spend.settled",
                    step,
                    n,
                    {
                        "kind": "metered",
                        "unknown": False,
                        "usd_metered": usd,
                        "limits": [],
                    },
                )
            )
    return told(*events)


CAP = 'spend = { kind = "metered", max_usd = "0.25" }'


@pytest.mark.parametrize(
    ("calls", "worst", "refused"),
    [
        ([], "0.25", None),
        ([], "0.2501", "the step's cap of 0.25"),
        ([("one", "0.2", "0.01")], "0.24", None),
        ([("one", "0.2", "0.01")], "0.241", "with 0.01 used"),
        ([("one", "0.2", None)], "0.06", "with 0.2 used"),
        ([("one", None, None)], "0.01", "No price is known"),
        ([], None, "No price is known"),
        ([("two", "0.2", "0.2")], "0.2", None),
    ],
)
def test_a_cap_in_dollars(
    calls: list[tuple[str, str | None, str | None]], worst: str | None, refused: str | None
) -> None:
    runbook = book(CAP)
    why = over_budget(runbook, runbook.step("one"), spent(*calls), "metered", worst)
    assert (why is None) if refused is None else (why is not None and refused in why)


def test_the_budget_of_the_session_counts_every_step() -> None:
    runbook = book(CAP, "0.30")
    state = spent(("two", "0.2", "0.2"))
    assert over_budget(runbook, runbook.step("one"), state, "metered", "0.10") is None
    why = over_budget(runbook, runbook.step("one"), state, "metered", "0.11")
    assert why is not None
    assert "the session's budget of 0.30" in why


def test_a_subscription_is_not_counted_in_dollars() -> None:
    runbook = book(CAP, "0.30")
    state = spent(("two", "0.2", "0.3"))
    assert over_budget(runbook, runbook.step("one"), state, "subscription", None) is None


def test_calls_bound_a_call_whose_price_is_not_known() -> None:
    runbook = book('spend = { kind = "metered", max_usd = "0.25", max_calls = 1 }')
    one = runbook.step("one")
    assert over_budget(runbook, one, spent(), "metered", None) is None
    why = over_budget(runbook, one, spent(("one", None, None)), "metered", None)
    assert why == "The step's cap of 1 call is used up."


def test_an_unknown_is_never_zero() -> None:
    state = spent(("one", "0.2", "0.1"), ("two", None, None))
    tries = [t for step in state.steps.values() for t in step.tries]
    assert committed_usd(tries) is None
    assert [str(part) for part in known_usd(tries)] == ["0.1", "1"]
    totals = spend_of(state)
    assert (totals.usd_metered, totals.unknown_calls) == (None, 1)
    assert "at least $0.1 (1 unpriced)" in spend_text(state)
    assert spend_of(state, state.steps["one"]).usd_metered == "0.1"
