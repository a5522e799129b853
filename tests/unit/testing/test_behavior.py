"""Behavioral assertions: PASS alone passes, whatever a judge answers."""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import Callable

import pytest

import smoke_tui.testing
from smoke_tui.judging.judge_prompts import SYSTEM_PROMPT, JudgePrompts
from smoke_tui.testing import (
    BehavioralAssertion,
    BehavioralAssertionError,
    FakeLLMProvider,
    FormatViolationError,
    LLMAnswer,
    LLMCallFailedError,
    LLMProviderError,
    SemanticAssertion,
    assert_behavioral_match,
    assert_semantic_match,
)
from tests.helpers.judge_answers import VIOLATING

KEY = ("judge", "BEHAVIOR")


class Failing(FakeLLMProvider):
    """A provider whose call fails with a code, and with what had come of an answer."""

    def __init__(self, code: str, partial: str | None = None) -> None:
        super().__init__({KEY: "PASS"})
        self.code, self.partial = code, partial

    async def complete(
        self,
        prompt: str,
        *,
        purpose: str,
        content_class: str,
        instructions: str = "",
        on_text: Callable[[str], None] | None = None,
    ) -> LLMAnswer:
        raise LLMCallFailedError(self.code, "It failed", "here", self.partial)


def judge(answer: str) -> FakeLLMProvider:
    return FakeLLMProvider({KEY: answer})


@pytest.mark.parametrize("answer", ["PASS", "PASS\n"])
def test_pass_passes_and_the_prompts_are_those_of_the_seed(answer: str) -> None:
    fake = judge(answer)
    assert_behavioral_match("Hi {expected_behavior}", "A {actual} greeting", provider=fake)
    (call,) = fake.calls
    assert call.instructions == SYSTEM_PROMPT
    assert "Expected Behavior: A {actual} greeting\n" in call.prompt
    assert "Actual Output: Hi {expected_behavior}\n" in call.prompt


@pytest.mark.parametrize(("answer", "kind"), VIOLATING)
def test_no_wrong_answer_passes_or_fails(answer: str, kind: str) -> None:
    with pytest.raises(FormatViolationError, match=r"^Format Non-compliance Detected") as caught:
        assert_behavioral_match("Hi", "A greeting", provider=judge(answer))
    assert (caught.value.raw, caught.value.violation) == (answer, kind)
    assert "\x1b" not in str(caught.value)


def test_there_are_more_than_a_hundred_wrong_answers() -> None:
    assert len({answer for answer, _ in VIOLATING}) > 100


def test_a_fail_holds_what_was_judged() -> None:
    reason = "the log says FAIL: timeout\nand \x1b[31mmore"
    with pytest.raises(BehavioralAssertionError, match=r"^Behavioral assertion failed: ") as caught:
        assert_behavioral_match("Hi", "A greeting", provider=judge(f"FAIL: {reason}"))
    error = caught.value
    assert isinstance(error, AssertionError)
    assert (error.reason, error.actual, error.expected_behavior) == (reason, "Hi", "A greeting")
    assert "\x1b" not in str(error)


@pytest.mark.parametrize("code", ["policy-refused", "degraded-incomplete", "stream-cut"])
def test_a_refusal_and_an_unfinished_answer_are_violations(code: str) -> None:
    with pytest.raises(FormatViolationError) as caught:
        assert_behavioral_match("Hi", "A greeting", provider=Failing(code, "PASS"))
    assert (caught.value.violation, caught.value.raw) == ("incomplete-response", "PASS")


@pytest.mark.parametrize("code", ["usage-limit-reached", "timeout", "stream-cut"])
def test_a_call_that_failed_is_no_verdict(code: str) -> None:
    with pytest.raises(LLMCallFailedError) as caught:
        assert_behavioral_match("Hi", "A greeting", provider=Failing(code))
    assert caught.value.code == code


def test_a_fake_without_an_answer_is_an_error_and_no_pass() -> None:
    with pytest.raises(LLMProviderError):
        assert_behavioral_match("Hi", "A greeting", provider=FakeLLMProvider({}))


def test_prompts_of_ones_own_are_checked_and_sent() -> None:
    with pytest.raises(ValueError, match="actual"):
        BehavioralAssertion(judge("PASS"), prompts=JudgePrompts(human="{expected_behavior}"))
    fake = FakeLLMProvider({("judge", "TONE"): "PASS"})
    prompts = JudgePrompts("Judge.", "{expected_behavior}|{actual}")
    asserter = BehavioralAssertion(fake, prompts=prompts, content_class="TONE")
    asserter.assert_behavioral_match("Hi", "A greeting")
    assert (fake.calls[0].prompt, fake.calls[0].instructions) == ("A greeting|Hi", "Judge.")


def test_it_works_inside_a_running_loop() -> None:
    async def within() -> None:
        assert_behavioral_match("Hi", "A greeting", provider=judge("PASS"))
        verdict = await BehavioralAssertion(judge("FAIL: no")).judge("Hi", "A greeting")
        assert (verdict.verdict, verdict.reason) == ("FAIL", "no")

    asyncio.run(within())


def test_the_former_names_work_and_warn() -> None:
    with pytest.warns(DeprecationWarning, match="use BehavioralAssertionError"):
        former_error = smoke_tui.testing.SemanticAssertionError
    assert former_error is BehavioralAssertionError
    with pytest.warns(DeprecationWarning, match=r"use BehavioralAssertion$"):
        asserter = SemanticAssertion(judge("FAIL: no"))
    with (
        pytest.warns(DeprecationWarning, match="use assert_behavioral_match"),
        pytest.raises(former_error, match=r"^Semantic assertion failed: no$"),
    ):
        asserter.assert_semantic_match("Hi", "A greeting")
    with (
        pytest.warns(DeprecationWarning, match="use assert_behavioral_match"),
        pytest.raises(former_error, match="Semantic assertion failed"),
    ):
        assert_semantic_match("Hi", "A greeting", provider=judge("FAIL: no"))


def test_the_names_of_today_do_not_warn() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        exec("from smoke_tui.testing import *", {})
        assert_behavioral_match("Hi", "A greeting", provider=judge("PASS"))
