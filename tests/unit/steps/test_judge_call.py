"""From the bytes of a judge's answer to the code of the step: PASS alone meets a behaviour."""

from __future__ import annotations

import pytest

from smoke_tui.codex.assessment import assess
from smoke_tui.engine.conditions import BEHAVIOURS, unmet
from smoke_tui.judging.verdict import Verdict
from smoke_tui.runbook.model import Condition, Match
from smoke_tui.steps.behaves import behaviour_row
from smoke_tui.steps.judge_call import verdict_of
from smoke_tui.world.requests.http import Exchange
from smoke_tui.world.result import Result
from tests.helpers.judge_answers import VIOLATING
from tests.helpers.response_streams import (
    MODEL,
    completed,
    created,
    delta,
    event,
    failed,
    incomplete,
    item,
)

EXPECTED = "It greets."


def exchange(body: bytes, status: int = 200, error: str | None = None) -> Exchange:
    return Exchange(
        status, (), body, ((0, 1),), 1, error, "It broke." if error else "", {}, None, 0
    )


def verdict(answered: Exchange) -> Verdict | None:
    return verdict_of(answered, assess(answered, model=MODEL, nonce=None))


def whole(text: str) -> Exchange:
    pieces = delta(text) if text else b""
    return exchange(created() + pieces + item(text) + completed())


def code_of(result: Verdict) -> str | None:
    """The code of the step whose judge answered so; None where the behaviour is met."""
    rows = [behaviour_row(EXPECTED, result)]
    done = Result(None, "Done.", {BEHAVIOURS: rows})
    lacking = unmet((Match((Condition("behaves", EXPECTED),), 1),), done, "unknown")
    return lacking[0].code if lacking else None


@pytest.mark.parametrize(("answer", "kind"), VIOLATING)
def test_a_wrong_answer_is_a_violation_of_the_step(answer: str, kind: str) -> None:
    result = verdict(whole(answer))
    assert result is not None
    assert (result.verdict, result.violation, result.raw) == ("FORMAT VIOLATION", kind, answer)
    assert code_of(result) == "judge-format-violation"


@pytest.mark.parametrize(
    ("answer", "code"), [("PASS", None), ("PASS\n", None), ("FAIL: it is rude", "judge-fail")]
)
def test_a_verdict_decides(answer: str, code: str | None) -> None:
    result = verdict(whole(answer))
    assert result is not None
    assert code_of(result) == code


REFUSING = event(
    "response.output_item.done",
    item={
        "type": "message",
        "role": "assistant",
        "content": [{"type": "refusal", "refusal": "PASS"}],
    },
)


@pytest.mark.parametrize(
    "body",
    [
        created() + REFUSING + completed(),
        created() + delta("PASS") + item("PASS") + incomplete(),
        created() + delta("PASS") + item("PASS"),
        created() + delta("PASS"),
    ],
    ids=["refusal", "incomplete", "closed", "closed in the text"],
)
def test_a_pass_in_an_answer_without_its_end_is_a_violation(body: bytes) -> None:
    result = verdict(exchange(body))
    assert result is not None
    assert (result.violation, result.raw) == ("incomplete-response", "PASS")
    assert code_of(result) == "judge-format-violation"


@pytest.mark.parametrize(
    "answered",
    [
        exchange(b'{"error": {"type": "usage_limit_reached"}}', 429),
        exchange(b"{}", 500),
        exchange(b"", 401),
        exchange(created() + delta("PASS"), error="network"),
        exchange(created() + delta("PASS"), error="timeout"),
        exchange(created() + failed()),
        exchange(created("gpt-9") + item("PASS") + completed(model="gpt-9")),
        exchange(created() + item("PASS") + completed() + completed()),
        exchange(created() + item("PASS") + completed(usage=None)),
    ],
    ids=["429", "500", "401", "broken", "timeout", "failed", "model", "two ends", "no usage"],
)
def test_a_call_that_failed_is_no_verdict(answered: Exchange) -> None:
    assert verdict(answered) is None


def test_a_behaviour_that_nobody_judged_does_not_hold() -> None:
    lacking = unmet((Match((Condition("behaves", EXPECTED),), 1),), Result(None, ""), "unknown")
    assert [each.code for each in lacking] == ["judge-undecided"]
