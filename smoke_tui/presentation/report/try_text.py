"""Texts of a try for every report format: its summary, evidence as lines and as tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from smoke_tui.journal.events.codec import encode
from smoke_tui.journal.events.decisions import (
    Evidence,
    ExpectationsEvidence,
    OtherEvidence,
    RouteEvidence,
)
from smoke_tui.journal.state import Try
from smoke_tui.presentation.causes import cause_of
from smoke_tui.presentation.format import excerpt
from smoke_tui.presentation.report import second_opinion
from smoke_tui.presentation.report.obligations import obligation_rows
from smoke_tui.presentation.spans import Span, Text, quote, strong
from smoke_tui.proof.obligations import EVIDENCE


@dataclass(frozen=True, slots=True)
class Table:
    """Evidence in columns; if `named`, the first cell of a row is the row's name."""

    label: str
    heads: Sequence[str]
    rows: Sequence[Sequence[Text]]
    named: bool = True


def try_text(attempt: Try) -> Text:
    """Return a try in a line: number, cause, code and summary."""
    sentence = cause_of(attempt.cause).sentence
    why = f" ({sentence})" if sentence else ""
    text: list[str | Span] = [strong(f"Try {attempt.n}"), f"{why}: "]
    if attempt.ended is None:
        return [*text, "no end of it is in the record."]
    if attempt.code:
        text += [quote(attempt.code, 60), ": "]
    return [*text, quote(attempt.summary)]


def evidence_text(evidence: Evidence) -> Text:
    """Return a piece of evidence in a line: its scalar values with their names."""
    value = encode(evidence)["value"]
    text: list[str | Span] = [f"{excerpt(evidence.name, 60)}: "]
    if not isinstance(value, Mapping):
        return [*text, quote(value)]
    for key, item in list(value.items())[:40]:
        if item is not None and not isinstance(item, list | dict):
            text += ["; "] if len(text) > 1 else []
            text += [f"{excerpt(key, 60)} ", quote(item, 120)]
    return text


def evidence_table(evidence: Evidence) -> Table | None:
    """Return a piece of evidence as a table; None if it has no such form."""
    rows: list[list[Text]]
    match evidence:
        case RouteEvidence(lines):
            rows = [
                [[excerpt(line[0], 80)], [quote(line[1])], [excerpt(line[2], 40)]]
                for line in lines[:50]
            ]
            return Table("Evidence of the route", ("Evidence", "Seen", "Says"), rows)
        case ExpectationsEvidence(unmet):
            rows = [[[quote(cell, 400)] for cell in row[:2]] for row in unmet[:50]]
            return Table("What was expected", ("Expected", "Seen"), rows, named=False)
        case OtherEvidence(name, value) if name == EVIDENCE:
            shown = ("To be shown", "Shown", "Witnesses")
            return Table("What the try had to show", shown, obligation_rows(value))
    opinion = second_opinion.opinion_of(evidence)
    if opinion is None:
        return None
    heads = ("Where", "Field", "Kind", "Ours", "The client's", "Known reason")
    return Table("How the two requests differ", heads, second_opinion.rows(opinion), named=False)
