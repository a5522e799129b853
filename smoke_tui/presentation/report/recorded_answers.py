"""The answer that a step got in its last try: what was compared, else what an exchange brought."""

from __future__ import annotations

from smoke_tui.journal.state import State, StepState
from smoke_tui.judging.baselines import BaselineError, answer_in
from smoke_tui.judging.drift import RecordedAnswer, Threshold
from smoke_tui.presentation.report.answer_text import MOST, final_text
from smoke_tui.presentation.report.drift_pairs import drift_pairs
from smoke_tui.presentation.report.exchanges import EvidenceReader, request_id
from smoke_tui.structs import Struct


class StepAnswer(Struct, frozen=True):
    """An answer of a step.

    Attributes:
        answer: Its text and tool calls.
        problem: Why it is not whole; empty where it is.
        case: The case it was compared as; empty where it was not compared.
        threshold: The threshold it was compared at; None where it was not.
        request_id: The provider's id of the request; None where it gave none.
    """

    answer: RecordedAnswer
    problem: str = ""
    case: str = ""
    threshold: Threshold | None = None
    request_id: str | None = None


def step_answer(state: State, step_state: StepState, evidence: EvidenceReader) -> StepAnswer | None:
    """Return the answer of a step's last try; None where it has none, or it is not at hand."""
    if not step_state.tries:
        return None
    attempt = step_state.tries[-1]
    identity = request_id(attempt.observed)
    compared = drift_pairs(state, step_state, evidence)
    if compared and (compared[-1].new.text is not None or compared[-1].new.tool_calls):
        drift = compared[-1].drift
        return StepAnswer(compared[-1].new, "", drift.case, drift.threshold, identity)
    for seq in reversed(attempt.exchanges):
        for blob in state.exchanges[seq][1].blobs.values():
            content = evidence(blob.sha256) if blob.bytes else None
            answer = None if content is None else _answer(content)
            if answer is not None:
                return StepAnswer(answer[0], answer[1], request_id=identity)
    return None


def _answer(content: bytes) -> tuple[RecordedAnswer, str] | None:
    """The model's answer in a body, and why it is not whole; None: it is none of a model."""
    text = final_text(content[:MOST])
    try:
        answer = answer_in(content.decode("utf-8", "replace"))
    except BaselineError as error:
        return None if text is None else (RecordedAnswer(text), str(error))
    if text is None and not answer.tool_calls:
        return None
    return answer, ""
