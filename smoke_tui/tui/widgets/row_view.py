"""Rows of text that scroll, are searched by key, and can be selected; those in sight are drawn."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.binding import BindingType
from textual.content import Content
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip

from smoke_tui.tui.bindings import FIND, SCROLL
from smoke_tui.tui.widgets.modals import Line, required
from smoke_tui.tui.widgets.panel import hint_rows_below, set_hint

Marks = list[tuple[int, int, Style]]
"""Parts of a row, by their first and last characters, and what they look like on top."""


def occurrences(text: str, words: str) -> list[tuple[int, int]]:
    """Where words stand in a text, capital letters or not."""
    if not words or len(text.casefold()) != len(text):
        return []
    places, at = [], text.casefold().find(words.casefold())
    while at >= 0:
        places.append((at, at + len(words)))
        at = text.casefold().find(words.casefold(), at + len(words))
    return places


def marked(segments: Sequence[Segment], marks: Marks) -> list[Segment]:
    """Segments with the style of every mark on top of their own."""
    cuts = sorted({at for start, end, _ in marks for at in (start, end)})
    parts: list[Segment] = []
    at = 0
    for text, style, _ in segments:
        inner = [at, *(cut for cut in cuts if at < cut < at + len(text)), at + len(text)]
        for first, last in pairwise(inner):
            shown = style or Style.null()
            for start, end, mark in marks:
                if start <= first < end:
                    shown += mark
            parts.append(Segment(text[first - at : last - at], shown))
        at += len(text)
    return parts


class RowView(ScrollView, can_focus=True):
    """Shows rows; a slash asks for words, `n` and `N` go from one place that has them to the next.

    A subclass has the rows: `rows` as text, `segments` as they are drawn.
    """

    BINDINGS: ClassVar[list[BindingType]] = [*SCROLL, *FIND]

    def __init__(self, dom_id: str, title: str = "") -> None:
        super().__init__(id=dom_id)
        self.border_title = title
        self._words = ""
        self._match = 0
        self._matches: list[int] = []
        self.draws = 0

    @property
    def rows(self) -> list[str]:
        """The wrapped rows as they are shown."""
        raise NotImplementedError

    def segments(self, number: int, base: Style) -> list[Segment]:
        """One row as it is drawn."""
        raise NotImplementedError

    def whole_text(self) -> str:
        """Everything it shows, for copying."""
        return "\n".join(self.rows)

    def rows_changed(self) -> None:
        """Draw again, after the rows have changed."""
        self.draws += 1
        if self._words:
            self._matches = [n for n, row in enumerate(self.rows) if occurrences(row, self._words)]
            self._match = min(self._match, max(0, len(self._matches) - 1))
        self.refresh()
        self.update_hint()

    # --- search ---------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Say which keys mean something: those of a search while there is one."""
        return bool(self._words) if action in ("match", "end_search") else True

    def action_find(self) -> None:
        """Ask for words, then go to the first row that has them from here on."""
        self.app.push_screen(
            Line(
                "Find",
                Content(
                    "Which words? n goes to the next place that has them, N to the one before."
                ),
                prefill=self._words,
                take="find",
                check=required,
            ),
            self.find,
        )

    def find(self, words: str | None) -> None:
        """Mark the words and go to the first place that has them from here on."""
        if not words:
            return
        self._words = words
        self.rows_changed()
        top = self.scroll_offset.y
        later = (n for n, row in enumerate(self._matches) if row >= top)
        self._match = next(later, 0)
        self._show_match()
        self.refresh_bindings()

    def action_match(self, by: int) -> None:
        """Go to the next place that has the words, or the one before."""
        if self._matches:
            self._match = (self._match + by) % len(self._matches)
        self._show_match()

    def action_end_search(self) -> None:
        """Show the rows without marks."""
        self._words = ""
        self._matches = []
        self.refresh()
        self.update_hint()
        self.refresh_bindings()

    def _show_match(self) -> None:
        if self._matches:
            row, top = self._matches[self._match], self.scroll_offset.y
            height = self.scrollable_content_region.height
            if not top <= row < top + height:
                self.scroll_to(y=max(0, row - height // 3), animate=False)
        self.refresh()
        self.update_hint()

    # --- hints, drawing, selection --------------------------------------------------------

    def update_hint(self) -> None:
        """Show in the frame which match is shown, else how many rows are out of sight."""
        if not self._words:
            self.call_after_refresh(hint_rows_below, self)
        elif self._matches:
            at = f"{self._match + 1} of {len(self._matches)}"
            set_hint(self, f"“{self._words[:20]}” {at}: n next, N before, esc ends")
        else:
            set_hint(self, f"“{self._words[:20]}” is not here: esc")

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Update the hint."""
        super().watch_scroll_y(old_value, new_value)
        self.update_hint()

    def on_focus(self) -> None:
        """Update the hint: with the focus, one key less is needed."""
        self.update_hint()

    def on_blur(self) -> None:
        """Update the hint."""
        self.update_hint()

    def render_line(self, y: int) -> Strip:
        """One row, in sight."""
        x, top = self.scroll_offset
        width = self.scrollable_content_region.width
        number = top + y
        base = self.rich_style
        rows = self.rows
        if number >= len(rows):
            return Strip.blank(width, base)
        segments = self.segments(number, base)
        marks: Marks = []
        if self._words:
            here = bool(self._matches) and self._matches[self._match] == number
            style = Style(reverse=True, bold=here, underline=here)
            marks += [(*place, style) for place in occurrences(rows[number], self._words)]
        selection = self.text_selection
        if selection is not None and (span := selection.get_span(number)) is not None:
            start, end = span
            chosen = self.screen.get_component_rich_style("screen--selection")
            marks.append((start, len(rows[number]) if end == -1 else end, chosen))
        if marks:
            segments = marked(segments, marks)
        return Strip(segments).crop_extend(x, x + width, base).apply_offsets(x, number)

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """The selected text, for copying."""
        return selection.extract("\n".join(self.rows)), "\n"

    def selection_updated(self, selection: Selection | None) -> None:
        """Draw the selection."""
        self.refresh()
