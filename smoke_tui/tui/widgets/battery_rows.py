"""The cells of a battery, case by case: only the rows in sight are drawn."""

from __future__ import annotations

from itertools import groupby
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.binding import BindingType
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from smoke_tui.presentation.format import one_line
from smoke_tui.presentation.live.battery import TONES, BatteryGrid, Place
from smoke_tui.presentation.marks import Tone
from smoke_tui.tui.bindings import SCROLL
from smoke_tui.tui.theme import adapt_text
from smoke_tui.tui.widgets.panel import hint_rows_below


class BatteryRows(ScrollView, can_focus=True):
    """Shows a grid; `place` is the cell that is marked."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"battery-rows--{tone}" for tone in ("strong", "good", "bad", "warn", "muted", "here")
    }
    BINDINGS: ClassVar[list[BindingType]] = [*SCROLL]

    def __init__(self, dom_id: str) -> None:
        super().__init__(id=dom_id)
        self.grid: BatteryGrid | None = None
        self.place: Place | None = None
        self.drawn_rows = 0

    @property
    def columns(self) -> int:
        """How many cells are in a row."""
        return max(1, self.scrollable_content_region.width - 2)

    @property
    def rows_a_case(self) -> int:
        """A case's row of text, and those of its cells."""
        repeat = self.grid.plan.repeat if self.grid is not None else 0
        return 1 + -(-repeat // self.columns)

    def show(self, grid: BatteryGrid) -> None:
        """Show this grid, as it is now."""
        self.grid = grid
        size = Size(self.scrollable_content_region.width, self.rows_a_case * len(grid.plan.cases))
        if size != self.virtual_size:
            self.virtual_size = size
            self._update_hint()
        self.refresh()

    def go(self, place: Place) -> None:
        """Mark a cell and bring it into sight, with its case's row of text where that fits."""
        self.place = place
        case, repeat = place
        row = case * self.rows_a_case + 1 + (repeat - 1) // self.columns
        top, height = self.scroll_offset.y, self.scrollable_content_region.height
        if not top <= row < top + height:
            self.scroll_to(y=max(0, row - height // 3), animate=False)
        self.refresh()

    def _update_hint(self) -> None:
        self.call_after_refresh(hint_rows_below, self)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Update the hint."""
        super().watch_scroll_y(old_value, new_value)
        self._update_hint()

    def on_resize(self) -> None:
        """Lay the cells out for the new width."""
        if self.grid is not None:
            self.show(self.grid)
        self._update_hint()

    def render_line(self, y: int) -> Strip:
        """One row, in sight."""
        width, base = self.scrollable_content_region.width, self.rich_style
        at = self.scroll_offset.y + y
        grid = self.grid
        if grid is None or at >= self.rows_a_case * len(grid.plan.cases):
            return Strip.blank(width, base)
        self.drawn_rows += 1
        case, row = divmod(at, self.rows_a_case)
        segments = self._head(grid, case, base) if row == 0 else self._cells(grid, case, row, base)
        return Strip(segments).crop_extend(0, width, base)

    def _head(self, grid: BatteryGrid, case: int, base: Style) -> list[Segment]:
        name = adapt_text(self.app, one_line(grid.plan.cases[case].id, 60))
        about = adapt_text(self.app, f"  {grid.of_case(case)}")
        return [Segment(name, self._style("strong", base)), Segment(about, base)]

    def _cells(self, grid: BatteryGrid, case: int, row: int, base: Style) -> list[Segment]:
        first = (row - 1) * self.columns
        cells = grid.cells[case][first : first + self.columns].decode()
        here = self.place[1] - 1 - first if self.place and self.place[0] == case else -1
        segments = [Segment("  ", base)]
        at = 0
        for (cell, marked), group in groupby(
            (cell, at_cell == here) for at_cell, cell in enumerate(cells)
        ):
            length = len(list(group))
            style = self._style(TONES[cell], base)
            if marked:
                style += self.get_component_rich_style("battery-rows--here", partial=True)
            segments.append(Segment(cell * length, style))
            at += length
        return segments

    def _style(self, tone: Tone, base: Style) -> Style:
        return base + self.get_component_rich_style(f"battery-rows--{tone}")
