"""The comparisons of a step's last try, with both answers as they were compared."""

from __future__ import annotations

from smoke_tui.journal.events.decisions import DriftEvidence, Evidence
from smoke_tui.journal.events.values import Blob
from smoke_tui.journal.state import State, StepState, Try
from smoke_tui.judging.baselines import BaselineError, read_answer
from smoke_tui.judging.drift import DriftPair, RecordedAnswer
from smoke_tui.presentation.report.exchanges import EvidenceReader


def drift_pairs(
    state: State, step_state: StepState, evidence: EvidenceReader
) -> tuple[DriftPair, ...]:
    """The comparisons of a step's last try, in their order.

    An answer whose evidence is not at hand has no text and no calls.
    """
    if not step_state.tries:
        return ()
    pairs = (pair_of(piece, evidence) for piece in step_state.tries[-1].evidence)
    return tuple(pair for pair in pairs if pair is not None)


def all_drift_pairs(state: State, evidence: EvidenceReader) -> tuple[DriftPair, ...]:
    """The comparisons of every try of every step, in their order."""
    tries = (attempt for name in state.order for attempt in state.steps[name].tries)
    pairs = (pair_of(piece, evidence) for attempt in tries for piece in attempt.evidence)
    return tuple(pair for pair in pairs if pair is not None)


def was_compared(step_state: StepState) -> bool:
    """Whether the last try of a step has comparisons."""
    return bool(step_state.tries) and has_comparison(step_state.tries[-1])


def has_comparison(attempt: Try) -> bool:
    """Whether a try has comparisons."""
    return any(isinstance(piece, DriftEvidence) for piece in attempt.evidence)


def pair_of(piece: Evidence, evidence: EvidenceReader) -> DriftPair | None:
    """The comparison that a piece of evidence is; None if it is none."""
    if not isinstance(piece, DriftEvidence):
        return None
    compared = piece.compared
    return DriftPair(
        compared.drift,
        _answer(compared.recorded, compared.drift.baseline, evidence),
        _answer(compared.new, "answer.json", evidence),
    )


def _answer(blob: Blob, name: str, evidence: EvidenceReader) -> RecordedAnswer:
    content = evidence(blob.sha256)
    if content is None:
        return RecordedAnswer(None)
    try:
        return read_answer(content.decode("utf-8", "replace"), name).answer
    except BaselineError:
        return RecordedAnswer(None)
