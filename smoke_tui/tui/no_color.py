"""Drawing without colours: the terminal's own text on its own ground, reversed where that says more.

<https://no-color.org>
"""

from __future__ import annotations

from functools import lru_cache

from rich.color import Color as RichColor
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter

_TERMINALS = Style.from_color(RichColor.default(), RichColor.default())


class NoColors(LineFilter):
    """Removes every colour; a text on a lighter ground is reversed.

    Textual draws a reversed text by two swapped colours, and the theme is a dark one.
    """

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Segments without colours."""
        return [
            Segment(text, plain(style) if style is not None else None, control)
            for text, style, control in segments
        ]


@lru_cache(1024)
def plain(style: Style) -> Style:
    """A style without its colours, reversed where they were swapped."""
    text, ground = style.color, style.bgcolor
    if text is None or ground is None:
        return style + _TERMINALS
    swapped = Color.from_rich_color(ground).brightness > Color.from_rich_color(text).brightness
    return style + _TERMINALS + Style(reverse=True) if swapped else style + _TERMINALS
