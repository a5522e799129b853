"""A step's answer as it is kept as evidence, redacted, before anything is compared or judged."""

from __future__ import annotations

from typing import Final

from smoke_tui.journal.events.values import Blob
from smoke_tui.judging.baselines import BaselineError, case_in, read_answer, render_case
from smoke_tui.judging.drift import RecordedAnswer
from smoke_tui.structs import replace
from smoke_tui.world.context import StepContext
from smoke_tui.world.requests.texts import KeepText
from smoke_tui.world.result import Result

ANSWER_NAME: Final = "answer.json"
"""The name of the evidence that holds a step's answer as it was compared or judged."""


async def keep_answer(
    ctx: StepContext, result: Result, *, with_calls: bool
) -> tuple[RecordedAnswer, Blob]:
    """The step's answer, as it is kept as evidence.

    Raises:
        BaselineError: it can't be read for certain; `with_calls`: or does not state its tool calls.
    """
    case = case_in(result.answer or result.body)
    if with_calls and not case.states_calls:
        raise BaselineError("it is a text that does not show which tools were called")
    answer = case.answer
    if result.answer_text is not None:
        answer = replace(answer, text=result.answer_text)
    kept = await ctx.perform(KeepText(ANSWER_NAME, render_case(answer)))
    if kept.content is None or kept.blob is None:
        raise BaselineError("its record is not at hand")
    return read_answer(kept.content, ANSWER_NAME).answer, kept.blob
