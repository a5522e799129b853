"""Cells in columns: as wide as they need to be, and wrapped where there is no room for that."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from textual.content import Content

from smoke_tui.tui.theme import MUTED

_GAP: Final = 2
_LEAST: Final = 3


def columns(
    cells: Sequence[Sequence[Content]], width: int, rights: Sequence[bool], *, rule: int = 0
) -> list[Content]:
    """Rows of cells as rows of a screen. `rights`: columns aligned right; a rule after so many."""
    widths = _widths(cells, width, len(rights))
    rows: list[Content] = []
    for number, line in enumerate(cells):
        if rule and number == rule:
            total = sum(widths) + _GAP * (len(widths) - 1)
            rows.append(Content.styled("─" * total, MUTED))
        wrapped = [
            [part.rstrip("\n") for part in cell.wrap(room)] or [Content("")]
            for cell, room in zip(line, widths, strict=False)
        ]
        for at in range(max(map(len, wrapped), default=0)):
            parts = []
            for column, room in enumerate(widths[: len(wrapped)]):
                part = wrapped[column][at] if at < len(wrapped[column]) else Content("")
                space = " " * max(0, room - part.cell_length)
                parts.append(
                    Content.assemble(space, part)
                    if rights[column]
                    else Content.assemble(part, space)
                )
            rows.append(Content(" " * _GAP).join(parts).rstrip())
    return rows


def _widths(cells: Sequence[Sequence[Content]], width: int, number: int) -> list[int]:
    """The width of each column: the widest give way until all have room."""
    widths = [
        max((_longest(row[column]) for row in cells if column < len(row)), default=0)
        for column in range(number)
    ]
    room = width - _GAP * (number - 1)
    while sum(widths) > room and max(widths) > _LEAST:
        widest = max(widths)
        next_widest = max((w for w in widths if w < widest), default=_LEAST)
        many = widths.count(widest)
        over = sum(widths) - room
        smaller = max(next_widest, _LEAST, widest - -(-over // many))
        smaller = min(smaller, widest - 1)
        widths = [smaller if w == widest else w for w in widths]
    return widths


def _longest(cell: Content) -> int:
    return max((line.cell_length for line in cell.split("\n", allow_blank=True)), default=0)
