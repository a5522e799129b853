"""Obligations of a try: what it had to show for a pass, and its witnesses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from smoke_tui.journal.state import StepState, Try
from smoke_tui.presentation.format import excerpt
from smoke_tui.presentation.spans import Span, Text, quote
from smoke_tui.proof.obligations import EVIDENCE, Status, Witness, read_obligations
from smoke_tui.redaction.secret import Json
from smoke_tui.runbook.kinds import KINDS

UNRECORDED: Final = (
    "What this try had to show is not in the record: the version that made it did not keep it."
)

_WORDS: Final[Mapping[Status, str]] = {
    "holds": "yes",
    "missing": "no",
    "contradicted": "contradicted",
}
_MOST_WITNESSES: Final = 8


def obligation_rows(value: Json) -> list[list[Text]]:
    """Return a row per recorded obligation: name, whether it was shown, witnesses."""
    return [
        [
            [excerpt(obligation.name, 80)],
            [_WORDS[obligation.status] + (f" ({obligation.code})" if obligation.code else "")],
            _witnesses(obligation.witnesses),
        ]
        for obligation in read_obligations(value)
    ]


def _witnesses(witnesses: tuple[Witness, ...]) -> Text:
    text: list[str | Span] = []
    for witness in witnesses[:_MOST_WITNESSES]:
        text += ["; "] if text else []
        text += [quote(witness.source, 80), ": ", quote(witness.value, 160)]
        text += [" (against)"] if witness.stance == "against" else []
    if len(witnesses) > _MOST_WITNESSES:
        text.append(f"; and {len(witnesses) - _MOST_WITNESSES} more")
    return text or ["nothing contradicts it"]


def is_unrecorded(step_state: StepState, attempt: Try) -> bool:
    """Return whether a try passed by a proof that the record does not hold."""
    passed = attempt.ended is not None and attempt.code is None and not attempt.error
    kind = KINDS.get(step_state.kind)
    proves = kind is not None and kind.proves_route
    return passed and proves and not obligations_of(attempt)


def obligations_of(attempt: Try) -> list[Json]:
    """Return the recorded obligations of a try; empty if there are none."""
    value = next(
        (value for name, value in reversed(attempt.evidence_values()) if name == EVIDENCE), None
    )
    return value if isinstance(value, list) else []
