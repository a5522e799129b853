"""A comparison of two answers as rows of cells, for the drift screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rich.cells import cell_len
from textual.content import Content

from smoke_tui.judging.drift import DriftPair
from smoke_tui.presentation.drift.columns import Row, one_column, two_columns
from smoke_tui.presentation.drift.difference import Difference
from smoke_tui.presentation.drift.sentences import call_rows, facts, head, missing, owner
from smoke_tui.presentation.format import count
from smoke_tui.presentation.marks import Tone
from smoke_tui.presentation.spans import Text, as_text, spans
from smoke_tui.structs import Struct
from smoke_tui.tui.render.content import lines, toned
from smoke_tui.tui.theme import MUTED, WARN

COLUMNS_FROM: Final = 92
"""Cells from which on the answers stand beside each other."""
_BETWEEN: Final = " │"

Piece = tuple[str, Tone]


class Line(Struct, frozen=True):
    """A row on the screen: its pieces behind the mark of the shown difference."""

    pieces: tuple[Piece, ...]
    first: int = 0
    last: int = 0

    @property
    def text(self) -> str:
        """Its characters."""
        return "".join(text for text, _ in self.pieces)


class Sheet(Struct, frozen=True):
    """All rows of a comparison for a width, and the rows in which each difference begins and ends."""

    lines: tuple[Line, ...] = ()
    starts: tuple[int, ...] = ()
    ends: tuple[int, ...] = ()
    columns: bool = False


def summary(pair: DriftPair) -> Content:
    """The result, whose the threshold is and how it was measured, which stay in sight."""
    named = dict(facts(pair.drift))
    rows = [toned(head(pair.drift))]
    if pair.drift.text is not None:
        whose = as_text(owner(pair.drift.threshold))
        about = f"threshold: {whose} · measured: {as_text(named['measured'])}"
        rows.append(Content.styled(about, MUTED))
    if "note" in named:
        rows.append(Content.styled(as_text(named["note"]), WARN))
    absent = missing(pair)
    if absent is not None:
        rows.append(toned(absent))
    return lines(*rows)


def sheet(pair: DriftPair, difference: Difference, width: int) -> Sheet:
    """Lay out a comparison: the tool calls, then the texts."""
    columns = width >= COLUMNS_FROM
    rows = [*_calls(pair, width)]
    if pair.drift.text is not None:
        rows += [Line((("The texts: ", "strong"), (difference.text, "")))]
        if columns:
            room = (width - 5) // 2
            rows += [_beside(row, room) for row in two_columns(difference, room)]
        else:
            rows += [_alone(row) for row in one_column(difference, width - 2)]
    starts: dict[int, int] = {}
    ends: dict[int, int] = {}
    for at, row in enumerate(rows):
        for number in range(row.first, row.last + 1) if row.first else ():
            starts.setdefault(number, at)
            ends[number] = at
    return Sheet(tuple(rows), tuple(starts.values()), tuple(ends.values()), columns)


def _calls(pair: DriftPair, width: int) -> Sequence[Line]:
    calls = pair.drift.calls
    if calls is None:
        return ()
    total = count(len(calls.differences), "difference") if calls.differences else "equal"
    rows = [Line((("Tool calls: ", "strong"), (total, "bad" if calls.drifted else "")))]
    for row in call_rows(pair.drift):
        wrapped = Content(as_text(row)).wrap(max(8, width - 4))
        rows += [Line(((f"  {part.plain.rstrip()}", ""),)) for part in wrapped]
    return [*rows, Line(())]


def _alone(row: Row) -> Line:
    sign = "~" if row.gone and row.added else "-" if row.gone else "+" if row.added else " "
    return Line(((sign, _sign_tone(row)), *_pieces(row.left)), row.first, row.last)


def _sign_tone(row: Row) -> Tone:
    return "bad" if row.gone else "good" if row.added else ""


def _beside(row: Row, room: int) -> Line:
    left = as_text(row.left)
    if row.right is None:
        return Line(((" ", ""), *_pieces(row.left)), row.first, row.last)
    return Line(
        (
            ("-" if row.gone else " ", "bad"),
            *_pieces(row.left),
            (" " * (room - cell_len(left)), ""),
            (_BETWEEN, "muted"),
            ("+" if row.added else " ", "good"),
            *_pieces(row.right),
        ),
        row.first,
        row.last,
    )


def _pieces(text: Text) -> Sequence[Piece]:
    return [(span.text, span.tone) for span in spans(text)]
