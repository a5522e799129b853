"""A judge's verdict in a report: what every format says of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from smoke_tui.journal.events.decisions import Evidence, JudgeEvidence
from smoke_tui.journal.events.values import JudgedAnswer
from smoke_tui.judging.verdict import VIOLATION_TEXT, VIOLATIONS
from smoke_tui.presentation.spans import Row, Text, quote, strong

MOST_TEXT: Final = 4_000
"""Characters of a reason or a raw answer that a report shows."""


def judged_of(piece: Evidence) -> JudgedAnswer | None:
    """Return what a judge made of an answer; None if the evidence is something else."""
    return piece.judged if isinstance(piece, JudgeEvidence) else None


def result(judged: JudgedAnswer) -> Text:
    """Return the verdict in a line, with its reason, its violation or the failure's code."""
    if judged.verdict is None:
        return [strong("no verdict"), ": the judge's call failed, ", quote(judged.code, 60)]
    if judged.violation is not None:
        why = VIOLATIONS.get(judged.violation, judged.violation)
        return [strong(VIOLATION_TEXT), f": {judged.violation}, ", quote(why, 120)]
    if judged.verdict == "FAIL":
        return [strong("FAIL"), ": ", quote(judged.reason, MOST_TEXT)]
    return [strong(judged.verdict)]


def rows(judged: JudgedAnswer) -> list[Row]:
    """Return what was asked for, the verdict and what belongs to it, as names and texts."""
    table: list[Row] = [
        ("behaviour asked for", [quote(judged.expected, MOST_TEXT)]),
        ("verdict", result(judged)),
        ("judge", [quote(judged.model, 120)]),
        ("prompts sha256", [quote(judged.prompts_sha256, 64)]),
    ]
    if judged.violation is not None:
        table.append(("raw answer", [quote(judged.raw, MOST_TEXT)]))
    elif judged.verdict is not None and not judged.exact:
        table.append(("form", ["conforming, with blanks that the format does not have"]))
    if judged.response_id is not None:
        table.append(("response id", [quote(judged.response_id, 120)]))
    return table


def judged_values(pieces: Sequence[Evidence]) -> list[dict[str, Any]]:
    """Return the verdicts of a try as JSON values; reasons and raw answers are whole."""
    return [
        {
            "behaves": judged.expected,
            "verdict": judged.verdict,
            "reason": judged.reason,
            "exact": judged.exact,
            "violation": judged.violation,
            "raw": judged.raw,
            "model": judged.model,
            "prompts_sha256": judged.prompts_sha256,
            "answer_sha256": judged.answer.sha256,
            "response_id": judged.response_id,
            "code": judged.code,
        }
        for piece in pieces
        if (judged := judged_of(piece)) is not None
    ]
