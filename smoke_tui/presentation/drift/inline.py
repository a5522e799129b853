"""A word difference as one text, in which signs enclose what only one of the answers has."""

from __future__ import annotations

from collections.abc import Iterator

from smoke_tui.presentation.drift.difference import Difference, Signs, Stretch
from smoke_tui.presentation.spans import Span, Text


def inline(difference: Difference) -> Text:
    """Return the text of both answers: `[-recorded-]{+new+}` where they differ."""
    return tuple(
        span for stretch in difference.stretches for span in enclosed(stretch, difference.signs)
    )


def enclosed(stretch: Stretch, signs: Signs) -> Iterator[Span]:
    """Yield the spans of a stretch."""
    if stretch.folded:
        yield Span(f" {stretch.recorded} ", "muted")
    elif not stretch.number:
        yield Span(stretch.recorded, foreign=True)
    else:
        if stretch.recorded:
            yield Span(within(stretch.recorded, signs.gone), "gone", foreign=True)
        if stretch.new:
            yield Span(within(stretch.new, signs.added), "added", foreign=True)


def within(text: str, signs: tuple[str, str]) -> str:
    """Enclose each line of a text in signs; what is empty has none."""
    opened, closed = signs
    return "\n".join(f"{opened}{line}{closed}" if line else "" for line in text.split("\n"))
