"""Rows of a comparison: only those in sight are drawn, and the shown difference is marked."""

from __future__ import annotations

from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.binding import BindingType
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip

from smoke_tui.tui.bindings import SCROLL
from smoke_tui.tui.render.drift import Line, Sheet
from smoke_tui.tui.theme import adapt_text
from smoke_tui.tui.widgets.panel import hint_rows_below

_HERE = "▶"


class DriftRows(ScrollView, can_focus=True):
    """Shows a `Sheet`; `number` is the difference that is marked, from 1."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"drift-rows--{tone}"
        for tone in ("gone", "added", "strong", "muted", "bad", "good", "here")
    }
    BINDINGS: ClassVar[list[BindingType]] = [*SCROLL]

    def __init__(self, dom_id: str) -> None:
        super().__init__(id=dom_id)
        self._sheet = Sheet()
        self.number = 0
        self.draws = 0

    @property
    def rows(self) -> list[str]:
        """The rows as they are shown, without the mark."""
        return [line.text for line in self._sheet.lines]

    def whole_text(self) -> str:
        """All rows, for copying."""
        return "\n".join(self.rows)

    def show(self, sheet: Sheet) -> None:
        """Show these rows from now on."""
        self._sheet = sheet
        self.virtual_size = Size(self.scrollable_content_region.width, len(sheet.lines))
        self.draws += 1
        self.refresh()
        self._update_hint()

    def go(self, number: int) -> None:
        """Mark a difference and bring it into sight, with some rows before it."""
        self.number = number
        if 0 < number <= len(self._sheet.starts):
            first, last = self._sheet.starts[number - 1], self._sheet.ends[number - 1]
            top, height = self.scroll_offset.y, self.scrollable_content_region.height
            if first < top or min(last, first + height - 1) >= top + height:
                self.scroll_to(y=max(0, first - min(3, height // 4)), animate=False)
        self.refresh()

    def _update_hint(self) -> None:
        self.call_after_refresh(hint_rows_below, self)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Update the hint."""
        super().watch_scroll_y(old_value, new_value)
        self._update_hint()

    def on_resize(self) -> None:
        """Update the hint for the new size."""
        self._update_hint()

    def on_focus(self) -> None:
        """Update the hint: with the focus, one key less is needed."""
        self._update_hint()

    def on_blur(self) -> None:
        """Update the hint."""
        self._update_hint()

    def render_line(self, y: int) -> Strip:
        """One row, in sight."""
        x, top = self.scroll_offset
        width = self.scrollable_content_region.width
        at, base = top + y, self.rich_style
        if at >= len(self._sheet.lines):
            return Strip.blank(width, base)
        line = self._sheet.lines[at]
        segments = [self._marker(line, base), *self._segments(line, base)]
        selection = self.text_selection
        if selection is not None and (span := selection.get_span(at)) is not None:
            segments = self._selected(segments, span, base)
        return Strip(segments).crop_extend(x, x + width, base).apply_offsets(x, at)

    def _marker(self, line: Line, base: Style) -> Segment:
        here = self.number and line.first <= self.number <= line.last
        mark = adapt_text(self.app, _HERE) if here else " "
        return Segment(mark, base + self.get_component_rich_style("drift-rows--here"))

    def _segments(self, line: Line, base: Style) -> list[Segment]:
        return [
            Segment(
                adapt_text(self.app, text),
                base + self.get_component_rich_style(f"drift-rows--{tone}") if tone else base,
            )
            for text, tone in line.pieces
            if text
        ]

    def _selected(
        self, segments: list[Segment], span: tuple[int, int], base: Style
    ) -> list[Segment]:
        text = "".join(segment.text for segment in segments)
        start, end = span
        end = len(text) if end == -1 else end
        marked = base + self.screen.get_component_rich_style("screen--selection")
        return [
            Segment(text[:start], base),
            Segment(text[start:end], marked),
            Segment(text[end:], base),
        ]

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """The selected text, for copying."""
        return selection.extract("\n".join(f" {row}" for row in self.rows)), "\n"

    def selection_updated(self, selection: Selection | None) -> None:
        """Draw the selection."""
        self.refresh()
