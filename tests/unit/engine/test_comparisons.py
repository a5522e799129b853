"""What comparisons with recorded answers make of a try: held, failed, undecided."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from smoke_tui.engine.conditions import COMPARISONS
from smoke_tui.engine.rules import Decision, judge
from smoke_tui.journal.state import StepState
from smoke_tui.outcomes import Outcome
from smoke_tui.runbook.model import Step
from smoke_tui.steps.drift import groups_of
from smoke_tui.world.result import Result
from tests.helpers.engine_runs import book, call

TEXT = {"baseline": "b/x.json"}
EXPECTS = "expect = [{ text_drift = { baseline = 'b/x.json' } }, { tool_calls = { baseline = 'b/x.json' } }]"
BOTH = ("text_drift", "tool_calls")


def step_of(*lines: str) -> Step:
    return book(call("ask", *lines)).step("ask")


def row(word: str, drifted: bool | None, condition: Mapping[str, Any] = TEXT) -> dict[str, Any]:
    return {
        "word": word,
        "condition": dict(condition),
        "expected": f"{word} wanted",
        "actual": f"{word} measured",
        "drifted": drifted,
    }


def decide(step: Step, *rows: Mapping[str, Any], **observed: Any) -> Decision:
    result = Result(None, "seen", {COMPARISONS: list(rows), **observed})
    return judge(step, result, StepState("ask"), "residential", {})


@pytest.mark.parametrize(
    ("text", "calls", "outcome", "code"),
    [
        (False, False, Outcome.PASS, None),
        (True, False, Outcome.FAIL, "text-drift"),
        (False, True, Outcome.FAIL, "tool-call-drift"),
        (True, True, Outcome.FAIL, "tool-call-drift"),
        (None, False, Outcome.BLOCKED, "drift-undecided"),
        (None, True, Outcome.FAIL, "tool-call-drift"),
        ("no", False, Outcome.BLOCKED, "drift-undecided"),
        (0, False, Outcome.BLOCKED, "drift-undecided"),
    ],
)
def test_only_what_certainly_did_not_drift_holds(
    text: Any, calls: Any, outcome: Outcome, code: str | None
) -> None:
    decision = decide(step_of(EXPECTS), row("text_drift", text), row("tool_calls", calls))
    assert (decision.outcome, decision.code) == (outcome, code)


@pytest.mark.parametrize(
    "rows",
    [
        (),
        (row("text_drift", False),),
        (row("text_drift", False), row("tool_calls", False, {"baseline": "b/y.json"})),
        (row("text_drift", False), row("text_drift", False)),
    ],
)
def test_what_was_not_compared_does_not_hold(rows: tuple[dict[str, Any], ...]) -> None:
    decision = decide(step_of(EXPECTS), *rows)
    assert (decision.outcome, decision.code) == (Outcome.BLOCKED, "drift-undecided")


def test_another_unmet_expectation_comes_first() -> None:
    decision = decide(
        step_of("expect = [{ text_drift = { baseline = 'b/x.json' } }, { status = 200 }]"),
        row("text_drift", True),
        status=500,
    )
    assert decision.code == "expectation-unmet"
    assert [(each.expected, each.actual) for each in decision.unmet] == [
        ("text_drift wanted", "text_drift measured"),
        ("status 200", "500"),
    ]


def test_a_rule_can_name_the_code_of_a_drift() -> None:
    rule = '[[on]]\nmatch = { code = "text-drift" }\noutcome = "blocked"\nwhy = "Known"'
    step = step_of("expect = [{ text_drift = { baseline = 'b/x.json' } }]", rule)
    decision = decide(step, row("text_drift", True))
    assert (decision.outcome, decision.code) == (Outcome.BLOCKED, "text-drift")


def test_conditions_about_one_recorded_answer_are_one_comparison() -> None:
    rule = (
        "[[on]]\nmatch = { text_drift = { baseline = 'b/z.json' } }\n"
        'outcome = "fail"\nwhy = "The canned answer"'
    )
    first, second = groups_of(step_of(EXPECTS, rule))
    assert [c.word for c in first.conditions] == list(BOTH)
    assert first.parts == ("text", "calls")
    assert first.required == first.conditions
    assert (second.parts, second.required) == (("text",), ())


def test_two_thresholds_are_two_comparisons() -> None:
    rule = (
        "[[on]]\nmatch = { text_drift = { baseline = 'b/x.json', threshold = 0.99 } }\n"
        'outcome = "fail"\nwhy = "The canned answer"'
    )
    groups = groups_of(step_of("expect = [{ text_drift = { baseline = 'b/x.json' } }]", rule))
    assert [group.first.get("threshold") for group in groups] == [None, 0.99]
