"""From the bytes of a judge's answer to its verdict, the same in a step, a battery and a test."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from smoke_tui.codex.assessment import assess
from smoke_tui.codex.judge_answer import judge_answer
from smoke_tui.engine.conditions import BEHAVIOURS, unmet
from smoke_tui.journal.battery import call_result
from smoke_tui.journal.events.facts import HttpAnswered
from smoke_tui.judging.verdict import Verdict, parse_verdict
from smoke_tui.runbook.model import Condition, Match
from smoke_tui.steps.battery_answer import answer_reader
from smoke_tui.steps.behaves import behaviour_row
from smoke_tui.testing import BehavioralAssertion, FakeLLMProvider, LLMAnswer, LLMCallFailedError
from smoke_tui.testing.exchanges import answer_of
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
    """The verdict of a step, after a look at what the other two readers of a judge make of it."""
    answer = judge_answer(assess(answered, model=MODEL, nonce=None))
    made = answer.verdict if answer is not None else None
    assert in_a_battery(answered) == made
    assert in_a_test(answered) == made
    return made


def in_a_battery(answered: Exchange) -> Verdict | None:
    fact = HttpAnswered(
        answered.status, (), answered.chunks, 1, answered.error, answered.error_text
    )
    read = answer_reader(MODEL, subscription=True)("case", 1, fact, answered.body)
    result = call_result(read)
    assert (result.error is None) == (result.verdict is not None)
    if result.error is not None:
        return None
    return parse_verdict(read.text, status=read.status)


def in_a_test(answered: Exchange) -> Verdict | None:
    try:
        return asyncio.run(BehavioralAssertion(Canned(answered)).judge("Hi", EXPECTED))
    except LLMCallFailedError:
        return None


class Canned(FakeLLMProvider):
    """A provider that has one exchange to answer with."""

    def __init__(self, answered: Exchange) -> None:
        super().__init__({})
        self.answered = answered

    async def complete(
        self,
        prompt: str,
        *,
        purpose: str,
        content_class: str,
        instructions: str = "",
        on_text: Callable[[str], None] | None = None,
    ) -> LLMAnswer:
        return answer_of(self.answered, model=MODEL, kind="subscription", source="here")


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
        created() + item("PASS") + completed() + completed(),
    ],
    ids=["refusal", "incomplete", "closed", "closed in the text", "two ends"],
)
@pytest.mark.parametrize("error", [None, "cut"])
def test_a_pass_in_an_answer_without_its_end_is_a_violation(body: bytes, error: str | None) -> None:
    result = verdict(exchange(body, error=error))
    assert result is not None
    assert (result.violation, result.raw) == ("incomplete-response", "PASS")
    assert code_of(result) == "judge-format-violation"


COMMENTARY = event(
    "response.output_item.done",
    item={
        "type": "message",
        "role": "assistant",
        "phase": "commentary",
        "content": [{"type": "output_text", "text": "PASS"}],
    },
)


@pytest.mark.parametrize("items", [b"", COMMENTARY], ids=["no item", "commentary"])
def test_text_that_only_streamed_past_is_no_answer(items: bytes) -> None:
    result = verdict(exchange(created() + delta("PASS") + items + completed()))
    assert result is not None
    assert result.verdict == "FORMAT VIOLATION"
    assert code_of(result) == "judge-format-violation"


@pytest.mark.parametrize(
    "answered",
    [
        exchange(b'{"error": {"type": "usage_limit_reached"}}', 429),
        exchange(b"{}", 500),
        exchange(b"", 401),
        exchange(b"", error="cut"),
        exchange(created() + delta("PASS"), error="timeout"),
        exchange(created() + delta("PASS"), error="stalled"),
        exchange(created() + failed()),
        exchange(created("gpt-9") + item("PASS") + completed(model="gpt-9")),
        exchange(created() + item("PASS") + completed(usage=None)),
    ],
    ids=["429", "500", "401", "no body", "timeout", "stalled", "failed", "model", "no usage"],
)
def test_a_call_that_failed_is_no_verdict(answered: Exchange) -> None:
    assert verdict(answered) is None


def test_a_behaviour_that_nobody_judged_does_not_hold() -> None:
    lacking = unmet((Match((Condition("behaves", EXPECTED),), 1),), Result(None, ""), "unknown")
    assert [each.code for each in lacking] == ["judge-undecided"]
