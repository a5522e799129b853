"""A comparison of answers in a report: what every format says of it, and its Markdown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from smoke_tui.journal.events.decisions import Evidence, TriageEvidence
from smoke_tui.journal.events.values import TriagedDrift
from smoke_tui.judging.drift import AnswerDrift, DriftPair
from smoke_tui.presentation.drift.difference import Difference, bounded, difference_of, folded
from smoke_tui.presentation.drift.inline import inline
from smoke_tui.presentation.drift.sentences import (
    DRIFT_MARKS,
    MOST_CALLS,
    call_rows,
    facts,
    missing,
    proof,
    result,
)
from smoke_tui.presentation.format import count
from smoke_tui.presentation.report.escaping import fenced
from smoke_tui.presentation.report.exchanges import EvidenceReader
from smoke_tui.presentation.spans import Row, Text, as_text, quote, strong

MOST_DIFFERENCES: Final = 40
"""Differences of the texts that Markdown shows."""
MOST_CHARACTERS: Final = 1_000
"""Characters of one text of a difference that Markdown shows."""
MOST_TICKET: Final = 8_000
"""Characters of a ticket's draft that a report shows."""


def passed(drift: AnswerDrift) -> Text:
    """Return in a line that the answers are the same, with ratio and threshold as its proof."""
    return ["drift: ", *proof(drift)]


def rows(pair: DriftPair) -> list[Row]:
    """Return the result and what belongs to it, as names and texts."""
    drift = pair.drift
    mark = DRIFT_MARKS[drift.drifted]
    table: list[Row] = [
        ("result", [strong(mark.word), f": {result(drift)}"]),
        ("case", [quote(drift.case, 200)]),
        ("recorded answer", [quote(drift.baseline, 200)]),
        *facts(drift),
    ]
    absent = missing(pair)
    return [*table, ("texts", absent)] if absent is not None else table


def shown_difference(pair: DriftPair, most: int, characters: int) -> tuple[Difference, int]:
    """Return the texts' difference as a report shows it, and how many differences it leaves out."""
    whole = folded(difference_of(pair))
    return bounded(whole, most, characters), max(0, whole.differences - most)


def ticket(triaged: TriagedDrift, evidence: EvidenceReader) -> str | None:
    """Return the draft of a ticket; None where there is none, or it is not at hand."""
    content = evidence(triaged.ticket.sha256) if triaged.ticket is not None else None
    return content.decode("utf-8", "replace") if content is not None else None


def triaged_of(piece: Evidence) -> TriagedDrift | None:
    """Return the triage that a piece of evidence is; None if it is none."""
    return piece.triaged if isinstance(piece, TriageEvidence) else None


# --- Markdown -------------------------------------------------------------------------------


def markdown_calls(drift: AnswerDrift) -> Iterator[str]:
    """Yield the differences of the tool calls, a line each."""
    lines = call_rows(drift, MOST_CALLS)
    if lines:
        yield "Differences of the tool calls:"
        yield ""
        yield from fenced("\n".join(as_text(line) for line in lines))
        yield ""


def markdown_texts(pair: DriftPair) -> Iterator[str]:
    """Yield the texts word by word, in a fence."""
    if pair.drift.text is None or missing(pair) is not None:
        return
    difference, left_out = shown_difference(pair, MOST_DIFFERENCES, MOST_CHARACTERS)
    signs = difference.signs
    yield (
        f"The texts, {difference.text}; {_code(signs.gone)} is in the recorded answer alone, "
        f"{_code(signs.added)} in the new one alone:"
    )
    yield ""
    more = f"\n({count(left_out, 'more difference')} not shown here)" if left_out else ""
    yield from fenced(as_text(inline(difference)) + more)
    yield ""


def _code(signs: tuple[str, str]) -> str:
    return f"`{signs[0]}…{signs[1]}`"
