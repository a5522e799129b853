"""What a report says, before any medium: our words, and foreign ones marked as such.

Every medium escapes both; the mark only says that a piece is a quotation. So one text serves
Markdown, HTML and JSON, and no template ever holds a raw value.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from smoke_tui.presentation.report.escaping import flat, inline, ours, shorten

TITLE = 200
"""Characters of a foreign sentence that stands in ours."""


@dataclass(frozen=True, slots=True)
class Said:
    """A value from outside, quoted; at most `limit` characters of it."""

    value: object
    limit: int = 300


@dataclass(frozen=True, slots=True)
class Strong:
    """Words of ours that matter most."""

    text: str


Words = Sequence[str | Said | Strong]


def as_markdown(words: Words) -> str:
    """One line of Markdown."""
    return "".join(_piece(piece) for piece in words)


def _piece(piece: str | Said | Strong) -> str:
    if isinstance(piece, Said):
        return inline(piece.value, piece.limit)
    if isinstance(piece, Strong):
        return f"**{ours(piece.text)}**"
    # The blanks at a piece's ends part it from its neighbours.
    core = ours(piece)
    return f"{' ' * piece.startswith(' ')}{core}{' ' * piece.endswith(' ')}" if core else piece


def as_text(words: Words) -> str:
    """One line of plain text."""
    return "".join(
        shorten(flat(piece.value), piece.limit)
        if isinstance(piece, Said)
        else piece.text
        if isinstance(piece, Strong)
        else piece
        for piece in words
    )


def sentence(text: object, limit: int = TITLE) -> str:
    """A foreign sentence, short enough to stand in ours."""
    return shorten(flat(text), limit)


def listed(values: Sequence[object], limit: int = 120) -> list[str | Said]:
    """Values one after the other, the first twenty of them."""
    pieces: list[str | Said] = []
    for value in values[:20]:
        pieces += [", ", Said(value, limit)] if pieces else [Said(value, limit)]
    return [*pieces, f" and {len(values) - 20} more"] if len(values) > 20 else pieces


def count(number: int, what: str) -> str:
    """A number with its noun: "1 call", "2 calls"."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def moment(text: object) -> str:
    """A time to the second, UTC; as it is where it is none."""
    try:
        return datetime.fromisoformat(str(text)).strftime("%Y-%m-%d %H:%M:%SZ")
    except ValueError:
        return sentence(text, 40)


def duration(ms: int) -> str:
    """Milliseconds for people: 0.4 s, 19m 29s."""
    if ms < 60_000:
        return f"{ms / 1000:.1f} s"
    return f"{ms // 60_000}m {ms // 1000 % 60:02d}s"
