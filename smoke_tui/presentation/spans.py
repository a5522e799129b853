"""Text with a style and a source, before an output gives it a look.

What is told to a person is a sequence of strings of ours and of spans. The app draws tones as
colours; Markdown and HTML quote foreign spans; lines and JSON take the text alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from smoke_tui.presentation.format import excerpt
from smoke_tui.presentation.marks import Tone


class Span(NamedTuple):
    """A piece of text. `foreign`: it comes from outside, and an output may quote it."""

    text: str
    tone: Tone = ""
    foreign: bool = False


Text = Sequence[str | Span]


def row(*parts: str | tuple[str, Tone]) -> Text:
    """A text of strings, each with or without a tone."""
    return tuple(Span(part) if isinstance(part, str) else Span(*part) for part in parts)


def quote(value: object, limit: int = 300) -> Span:
    """A value from outside on one line; at most `limit` characters of it."""
    return Span(excerpt(value, limit), foreign=True)


def strong(text: str) -> Span:
    """What matters most in a text."""
    return Span(text, "strong")


def listed(values: Sequence[object], limit: int = 120) -> list[str | Span]:
    """Values one after the other, the first twenty of them."""
    text: list[str | Span] = []
    for value in values[:20]:
        text += [", ", quote(value, limit)] if text else [quote(value, limit)]
    return [*text, f" and {len(values) - 20} more"] if len(values) > 20 else text


def spans(text: Text) -> Iterator[Span]:
    """A text as spans alone."""
    return (Span(part) if isinstance(part, str) else part for part in text)


def as_text(text: Text) -> str:
    """A text without its styles."""
    return "".join(span.text for span in spans(text))
