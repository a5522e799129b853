"""Rows of text with tones: what is told, before a front gives it a look."""

from __future__ import annotations

from typing import NamedTuple

from smoke_tui.presentation.marks import Tone


class Part(NamedTuple):
    """A piece of a row and its tone."""

    text: str
    tone: Tone = ""


Row = tuple[Part, ...]


def row(*parts: str | tuple[str, Tone]) -> Row:
    """A row of texts, each with or without a tone."""
    return tuple(Part(part) if isinstance(part, str) else Part(*part) for part in parts)


def text_of(told: Row) -> str:
    """A row without its tones."""
    return "".join(part.text for part in told)
