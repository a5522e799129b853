"""Behavioral assertions: a judge decides whether an answer does what it has to.

The names that llm-app-test once had for them ("semantic") work, and warn.
"""

from __future__ import annotations

import threading
import warnings
from collections.abc import Coroutine
from typing import Any, Final

from smoke_tui.codex.judge_answer import EMPTY
from smoke_tui.judging.judge_prompts import JudgePrompts
from smoke_tui.judging.verdict import VIOLATION_TEXT, VIOLATIONS, Verdict, parse_verdict
from smoke_tui.redaction.terminal import clean
from smoke_tui.testing.provider import LLMCallFailedError, LLMProvider

PURPOSE: Final = "judge"
"""The purpose of every call of a judge."""

CONTENT_CLASS: Final = "BEHAVIOR"
"""The content class of a judge's call, where the test names none."""

BEHAVIORAL: Final = "Behavioral assertion failed"
SEMANTIC: Final = "Semantic assertion failed"


class BehavioralAssertionError(AssertionError):
    """The judge says that an answer does not do what it has to.

    Attributes:
        reason: The judge's reason, as it was written.
        actual: The answer.
        expected_behavior: What it has to do.
    """

    def __init__(
        self, reason: str, actual: str, expected_behavior: str, prefix: str = BEHAVIORAL
    ) -> None:
        super().__init__(f"{prefix}: {clean(reason)}")
        self.reason = reason
        self.actual = actual
        self.expected_behavior = expected_behavior


class FormatViolationError(RuntimeError):
    """The judge did not answer in its format, which is neither a pass nor a fail.

    Attributes:
        raw: The judge's answer, whole; of a refusal or an answer without an end it may be empty.
        violation: The kind of the violation, such as `two-verdicts`.
    """

    def __init__(self, raw: str, violation: str) -> None:
        super().__init__(f"{VIOLATION_TEXT} ({VIOLATIONS[violation]}): {clean(raw)}")
        self.raw = raw
        self.violation = violation


class BehavioralAssertion:
    """Asks a judge, by the prompts of llm-app-test or by one's own.

    Example:
        >>> asserter = BehavioralAssertion(LiveLLMProvider(max_calls=1))
        >>> asserter.assert_behavioral_match("Hello!", "A polite greeting")

    Args:
        provider: Who judges: live, replaying or fake.
        prompts: The judge's two prompts.
        content_class: That of the judge's calls, by which a fake provider finds its answer.

    Raises:
        ValueError: the prompts lack a place for one of the texts.
    """

    def __init__(
        self,
        provider: LLMProvider,
        *,
        prompts: JudgePrompts | None = None,
        content_class: str = CONTENT_CLASS,
    ) -> None:
        self.prompts = prompts if prompts is not None else JudgePrompts()
        problem = self.prompts.problem()
        if problem is not None:
            raise ValueError(problem)
        self._provider = provider
        self._content_class = content_class

    async def judge(self, actual: str, expected_behavior: str) -> Verdict:
        """The judge's verdict: PASS, FAIL or FORMAT VIOLATION.

        Raises:
            LLMProviderError: the call came to no answer.
        """
        try:
            answer = await self._provider.complete(
                self.prompts.filled(expected_behavior, actual),
                purpose=PURPOSE,
                content_class=self._content_class,
                instructions=self.prompts.system,
            )
        except LLMCallFailedError as error:
            if error.partial is None:
                raise
            if error.code == EMPTY:
                return parse_verdict(error.partial)
            return parse_verdict(error.partial, status=error.code)
        return parse_verdict(answer.text)

    def assert_behavioral_match(self, actual: str, expected_behavior: str) -> None:
        """Nothing, if the judge says PASS.

        Raises:
            BehavioralAssertionError: the judge says FAIL.
            FormatViolationError: the judge did not answer in its format.
            LLMProviderError: the call came to no answer.
        """
        _require_pass(self, actual, expected_behavior, BEHAVIORAL)


def assert_behavioral_match(actual: str, expected_behavior: str, *, provider: LLMProvider) -> None:
    """Nothing, if the judge says that a text does what it has to.

    Example:
        >>> fake = FakeLLMProvider({("judge", "BEHAVIOR"): "PASS"})
        >>> assert_behavioral_match("Hello!", "A polite greeting", provider=fake)

    Raises:
        BehavioralAssertionError: the judge says FAIL.
        FormatViolationError: the judge did not answer in its format.
        LLMProviderError: the call came to no answer.
    """
    BehavioralAssertion(provider).assert_behavioral_match(actual, expected_behavior)


def _require_pass(
    asserter: BehavioralAssertion, actual: str, expected_behavior: str, prefix: str
) -> None:
    """Raise what the verdict is, unless it is PASS."""
    verdict = _wait_for(asserter.judge(actual, expected_behavior))
    if verdict.verdict == "PASS":
        return
    if verdict.verdict == "FAIL":
        raise BehavioralAssertionError(verdict.reason or "", actual, expected_behavior, prefix)
    raise FormatViolationError(verdict.raw, verdict.violation or "no-verdict")


def _wait_for(verdict: Coroutine[Any, Any, Verdict]) -> Verdict:
    """A verdict, awaited on a loop and a thread of its own: a test may have a running loop."""
    import asyncio

    results: list[Verdict] = []
    problems: list[BaseException] = []

    def work() -> None:
        try:
            results.append(asyncio.run(verdict))
        except BaseException as problem:
            problems.append(problem)

    thread = threading.Thread(target=work, name="judge")
    thread.start()
    thread.join()
    if problems:
        raise problems[0]
    return results[0]


# --- names that were given up --------------------------------------------------------------------


class SemanticAssertion(BehavioralAssertion):
    """The former name of `BehavioralAssertion`."""

    def __init__(
        self,
        provider: LLMProvider,
        *,
        prompts: JudgePrompts | None = None,
        content_class: str = CONTENT_CLASS,
    ) -> None:
        _warn("SemanticAssertion", "BehavioralAssertion")
        super().__init__(provider, prompts=prompts, content_class=content_class)

    def assert_semantic_match(self, actual: str, expected_behavior: str) -> None:
        """The former name of `assert_behavioral_match`; its error begins with the former words."""
        _warn("assert_semantic_match", "assert_behavioral_match")
        _require_pass(self, actual, expected_behavior, SEMANTIC)


def assert_semantic_match(actual: str, expected_behavior: str, *, provider: LLMProvider) -> None:
    """The former name of `assert_behavioral_match`; its error begins with the former words."""
    _warn("assert_semantic_match", "assert_behavioral_match")
    _require_pass(BehavioralAssertion(provider), actual, expected_behavior, SEMANTIC)


def __getattr__(name: str) -> object:
    """The former name of the error, which warns.

    Raises:
        AttributeError: there is no such name.
    """
    if name != "SemanticAssertionError":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    _warn("SemanticAssertionError", "BehavioralAssertionError", 4)
    return BehavioralAssertionError


def _warn(former: str, name: str, level: int = 3) -> None:
    warnings.warn(f"{former} is deprecated: use {name}", DeprecationWarning, stacklevel=level)
