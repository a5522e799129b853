"""Texts as contents: foreign text that is never markup, rows, labels, tones as colours."""

from __future__ import annotations

from textual.content import Content

from smoke_tui.presentation.format import inert
from smoke_tui.presentation.spans import Text, spans
from smoke_tui.tui.theme import MUTED, STYLES


def foreign(text: object, style: str = "", *, limit: int = 20_000) -> Content:
    """Text from elsewhere: cleaned, never markup."""
    shown = inert(text, limit)
    return Content.styled(shown, style) if style else Content(shown)


def toned(row: Text) -> Content:
    """A row of `telling`, its tones as colours."""
    return Content.assemble(*((span.text, STYLES[span.tone]) for span in spans(row)))


def lines(*rows: Content | str) -> Content:
    """Rows below each other."""
    return Content("\n").join(Content(row) if isinstance(row, str) else row for row in rows)


def labelled(
    label: str, value: Content, width: int, *, room: int = 9, style: str = MUTED
) -> Content:
    """A label and its value, whose further rows stand below its first."""
    rows = value.wrap(max(20, width - room)) or [Content("")]
    first = Content.assemble((label.ljust(room), style), rows[0].rstrip("\n"))
    rest = [Content.assemble(" " * room, row.rstrip("\n")) for row in rows[1:]]
    return Content("\n").join([first, *rest])
