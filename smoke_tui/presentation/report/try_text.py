"""Texts of a try for every report format: its summary, evidence as lines and as tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

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
from smoke_tui.presentation.spans import Row, Span, Text, quote, strong
from smoke_tui.proof.obligations import EVIDENCE
from smoke_tui.regex import regex
from smoke_tui.structs import Struct


def _route(value: object) -> str:
    return "–" if value == "nothing" else excerpt(value, 40)


class Table(Struct, frozen=True):
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
    return [*text, excerpt(attempt.summary, 400)]


_LEFT_OUT: Final = frozenset({"fresh", "refreshable", "exchange", "body_sha256", "json"})
"""Values that the engine alone reads."""

_SHORT_HASH: Final = 12
_HASH: Final = regex("[0-9a-f]{64}")


def evidence_rows(evidence: Evidence) -> list[Row]:
    """Return a piece of evidence as labelled values: its scalar values with their names."""
    value = encode(evidence)["value"]
    name = excerpt(evidence.name, 60)
    if not isinstance(value, Mapping):
        return [(name, [_value(value)])]
    return [
        (f"{name}: {excerpt(key, 60).replace('_', ' ')}", [_value(item)])
        for key, item in list(value.items())[:40]
        if item is not None and key not in _LEFT_OUT and not isinstance(item, list | dict)
    ]


def _value(value: object) -> str | Span:
    """A value, quoted; a hash by its first digits, which name its file."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = str(value)
    return quote(f"{text[:_SHORT_HASH]}…" if _HASH.fullmatch(text) else text, 300)


def table_of(evidence: Evidence) -> Table | None:
    """Return a piece of evidence as a table; None if it has no such form."""
    rows: list[list[Text]]
    match evidence:
        case RouteEvidence(lines):
            rows = [
                [[excerpt(line[0], 80)], [quote(line[1])], [_route(line[2])]] for line in lines[:50]
            ]
            return Table("Evidence of the route", ("Evidence", "Seen", "Speaks for"), rows)
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
