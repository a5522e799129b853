"""A word difference as one text, in which signs enclose what only one of the answers has."""

from __future__ import annotations

from collections.abc import Iterator

from smoke_tui.presentation.drift.difference import Difference, Signs, Stretch
from smoke_tui.presentation.spans import Span, Text


def inline(difference: Difference) -> Text:
    """Return the text of both answers: `[-recorded-]{+new+}` where they differ.

    How much equal text is folded stands on a line of its own.
    """
    spans: list[Span] = []
    for stretch in difference.stretches:
        if stretch.folded:
            before = "\n" if spans and not spans[-1].text.endswith("\n") else ""
            spans.append(Span(f"{before}{stretch.recorded}\n", "muted"))
        else:
            spans += enclosed(stretch, difference.signs)
    return spans


def enclosed(stretch: Stretch, signs: Signs) -> Iterator[Span]:
    """Yield the spans of a stretch that is not folded."""
    if not stretch.number:
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
