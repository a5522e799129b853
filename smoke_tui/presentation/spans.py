"""Styled text: the one form of everything that is shown or reported.

A text is a sequence of our own strings and of spans. The app draws tones as colours, Markdown and
HTML quote foreign spans, and plain lines, JSON and JUnit take the characters alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from smoke_tui.presentation.format import excerpt
from smoke_tui.presentation.marks import Tone


class Span(NamedTuple):
    """Characters with a tone; `foreign` marks text from outside, which outputs may quote."""

    text: str
    tone: Tone = ""
    foreign: bool = False


Text = Sequence[str | Span]

Row = tuple[str, Text]
"""A label and its text."""


def row(*parts: str | tuple[str, Tone]) -> Text:
    """Make a text of strings and of pairs of a string and its tone."""
    return tuple(Span(part) if isinstance(part, str) else Span(*part) for part in parts)


def quote(value: object, limit: int = 300) -> Span:
    """Quote a value from outside: one line, at most `limit` characters."""
    return Span(excerpt(value, limit), foreign=True)


def strong(text: str) -> Span:
    """Emphasize a string of ours."""
    return Span(text, "strong")


def listed(values: Sequence[object], limit: int = 120) -> list[str | Span]:
    """Join quoted values by commas; after twenty, only their number."""
    text: list[str | Span] = []
    for value in values[:20]:
        text += [", ", quote(value, limit)] if text else [quote(value, limit)]
    return [*text, f" and {len(values) - 20} more"] if len(values) > 20 else text


def spans(text: Text) -> Iterator[Span]:
    """Iterate over a text with its plain strings as spans."""
    return (Span(part) if isinstance(part, str) else part for part in text)


def as_text(text: Text) -> str:
    """Return the characters of a text."""
    return "".join(span.text for span in spans(text))
