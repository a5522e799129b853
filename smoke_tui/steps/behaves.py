"""Behaviours that `expect` and `[[on]]` ask for: one call of a judge each, after the step's work."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final

from smoke_tui.engine.conditions import BEHAVIOURS
from smoke_tui.journal.events.decisions import JudgeEvidence
from smoke_tui.journal.events.values import Blob, JudgedAnswer
from smoke_tui.judging.answers import without_nonce
from smoke_tui.judging.baselines import BaselineError
from smoke_tui.judging.judge_prompts import JudgePrompts
from smoke_tui.judging.verdict import VIOLATION_TEXT, VIOLATIONS, Verdict
from smoke_tui.redaction import clean, placeholders_in
from smoke_tui.runbook.model import Step
from smoke_tui.steps.judge_call import Judged, ask_judge
from smoke_tui.steps.kept_answer import keep_answer
from smoke_tui.structs import replace
from smoke_tui.world.context import StepContext
from smoke_tui.world.resources import StepError
from smoke_tui.world.result import Result

Behaviour = Callable[[StepContext], Awaitable[Result]]

NO_TEXT: Final = "judge-undecided"
FAILED: Final = "judge-fail"
VIOLATED: Final = "judge-format-violation"

HIDDEN: Final = "(a hidden value)"
"""What a judge gets in the place of a value that is hidden."""

_MOST_REASON: Final = 300
"""Characters of a reason or a raw answer in a sentence."""


def behaviours_of(step: Step) -> tuple[str, ...]:
    """The behaviours that a step asks for, each once, in their order."""
    matches = [*step.expect, *(rule.match for rule in step.rules)]
    return tuple(
        dict.fromkeys(
            str(condition.value)
            for match in matches
            for condition in match.conditions
            if condition.word == "behaves"
        )
    )


def judged(behaviour: Behaviour) -> Behaviour:
    """Wrap a behaviour whose step may ask a judge about its answer.

    A step whose work failed has nothing to judge, and no call is made for it.
    """

    async def run(ctx: StepContext) -> Result:
        asked = behaviours_of(ctx.step)
        result = await behaviour(ctx)
        if not asked or result.code is not None or result.error:
            return result
        with ctx.result_known():
            return await _judge(ctx, asked, result)

    return run


async def _judge(ctx: StepContext, asked: tuple[str, ...], result: Result) -> Result:
    """The result with what the judge said of each behaviour, or with why it said nothing."""
    try:
        answer, kept = await keep_answer(ctx, result, with_calls=False)
    except BaselineError as error:
        problem = str(error).removeprefix("the answer: ")
        return replace(result, code=NO_TEXT, summary=f"The answer can't be judged: {problem}.")
    if answer.text is None:
        return replace(result, code=NO_TEXT, summary="The answer has no text to be judged.")
    prompts, rows, summary = JudgePrompts(), list[dict[str, Any]](), result.summary
    for expected in asked:
        try:
            judged = await ask_judge(ctx, prompts, expected, judged_text(answer.text))
        except StepError as end:
            # The step's own work is done: what is recorded of it stays.
            return replace(
                result,
                code=end.code,
                summary=f"{result.summary} The judge was not asked: {end.summary}",
                observed={**result.observed, **end.observed, BEHAVIOURS: rows},
            )
        ctx.decide(JudgeEvidence(_judged_answer(expected, kept, prompts, judged)))
        if judged.verdict is None:
            return _failed(result, judged, rows)
        rows.append(behaviour_row(expected, judged.verdict))
        if judged.verdict.verdict == "PASS":
            summary = f"{summary} The judge {judged.model} says PASS."
    return replace(result, summary=summary, observed={**result.observed, BEHAVIOURS: rows})


def judged_text(answer: str) -> str:
    """What a judge gets of an answer: without what marks a single call, and without secrets.

    A placeholder of a hidden value is sent nowhere, so that a word takes its place.
    """
    text = without_nonce(answer)
    for placeholder in placeholders_in(text):
        text = text.replace(placeholder, HIDDEN)
    return text


def _failed(result: Result, judged: Judged, rows: list[dict[str, Any]]) -> Result:
    """The result where the judge's call failed: its code, and no attempt made by itself.

    A retry of the engine would make the step's own call again, which was answered.
    """
    assessment = judged.assessment
    failure = assessment.failure.observed() if assessment.failure is not None else {}
    return replace(
        result,
        code=assessment.code,
        summary=f"{result.summary} The judge's call failed: {assessment.summary}",
        observed={**result.observed, **failure, BEHAVIOURS: rows, "final": True},
    )


def _judged_answer(
    expected: str, answer: Blob, prompts: JudgePrompts, judged: Judged
) -> JudgedAnswer:
    reading, verdict = judged.assessment.reading, judged.verdict
    model = reading.model or judged.model
    if verdict is None:
        return JudgedAnswer(
            expected=expected,
            answer=answer,
            prompts_sha256=prompts.sha256,
            model=model,
            response_id=reading.response_id,
            code=judged.assessment.code,
        )
    return JudgedAnswer(
        expected=expected,
        answer=answer,
        prompts_sha256=prompts.sha256,
        model=model,
        verdict=verdict.verdict,
        reason=verdict.reason,
        exact=verdict.exact,
        violation=verdict.violation,
        raw=verdict.raw,
        response_id=reading.response_id,
    )


def behaviour_row(expected: str, verdict: Verdict) -> dict[str, Any]:
    """Whether a behaviour is met, what the judge said, and the code where it is not."""
    row: dict[str, Any] = {"expected": expected, "met": verdict.verdict == "PASS", "code": None}
    if verdict.verdict == "PASS":
        return row | {"actual": "PASS"}
    if verdict.verdict == "FAIL":
        return row | {"actual": f"FAIL: {_shown(verdict.reason)}", "code": FAILED}
    why = VIOLATIONS[verdict.violation or "no-verdict"]
    raw = f'"{_shown(verdict.raw)}"' if verdict.raw.strip() else "nothing"
    return row | {"actual": f"{VIOLATION_TEXT}: {why}: {raw}", "code": VIOLATED}


def _shown(text: str | None) -> str:
    """A foreign text for a sentence: cleaned, on one line, its beginning."""
    flat = " ".join(clean(text or "").split())
    return flat if len(flat) <= _MOST_REASON else f"{flat[:_MOST_REASON]}…"
