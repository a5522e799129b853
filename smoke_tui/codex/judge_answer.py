"""What a judge's response comes to: its answer, a broken answer, or none because the call failed."""

from __future__ import annotations

from typing import Final

from smoke_tui.codex.assessment import Assessment
from smoke_tui.judging.verdict import COMPLETED, Verdict, parse_verdict
from smoke_tui.structs import Struct

BROKEN: Final = frozenset(
    {
        "stream-cut",
        "stream-malformed",
        "stream-oversized",
        "degraded-incomplete",
        "policy-refused",
    }
)
"""Codes of a response that began and is no completed one: the judge broke its format.

Time-outs, refusals of the request and everything else are failures of the call, which count apart.
"""

EMPTY: Final = "degraded-empty"
"""The code of a completed response without a final answer: a violation, and an empty one."""

INCOMPLETE: Final = "incomplete"
"""The status of a response that did not come to its end, or refused."""


class JudgeAnswer(Struct, frozen=True):
    """The text of a response, whole or as far as it came, and its status."""

    text: str
    status: str

    @property
    def verdict(self) -> Verdict:
        """What it says; nothing but a completed response says PASS or FAIL."""
        return parse_verdict(self.text, status=self.status)


def judge_answer(assessment: Assessment) -> JudgeAnswer | None:
    """The answer in an assessed response; None where the call failed. Pure."""
    reading, code = assessment.reading, assessment.code
    if code is None or code == EMPTY:
        # Finished items alone: text that only streamed past is no answer.
        return JudgeAnswer(reading.answer, COMPLETED)
    if code in BROKEN and reading.events:
        return JudgeAnswer(reading.refusal or reading.text, INCOMPLETE)
    return None
