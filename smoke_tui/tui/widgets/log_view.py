"""A log view that wraps, follows its end until scrolled up, and draws only the rows in sight."""

from __future__ import annotations

from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.content import Content
from textual.events import Resize
from textual.geometry import Size

from smoke_tui.presentation.live.log_buffer import Line, LogBuffer
from smoke_tui.tui.theme import adapt_text
from smoke_tui.tui.widgets.row_view import RowView


class LogView(RowView):
    """Shows the lines of a `LogBuffer`, whose text is never read as markup."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"log-view--{name}"
        for name in (
            "head",
            "http",
            "bad",
            "good",
            "warn",
            "operator",
            "muted",
            "aside",
            "stream",
            "child",
        )
    }

    def __init__(self, dom_id: str, title: str = "", *, at_end: bool = True) -> None:
        super().__init__(dom_id, title)
        self._follows = self._following = at_end
        self._log = LogBuffer()
        self._rows: list[tuple[str, str]] = []
        self._starts: list[int] = []
        self._first = 0
        self._width = 0

    @property
    def rows(self) -> list[str]:
        """The wrapped rows as they are shown."""
        return [text for text, _ in self._rows]

    def whole_text(self) -> str:
        """The lines as they came, without the breaks of this width."""
        return "\n".join(line.shown for line in self._log.lines)

    def follow(self, log: LogBuffer) -> bool:
        """Take in what changed in a log, and return whether anything did."""
        changed = log.changed()
        if log is not self._log:
            self._log, changed = log, log.first
            self._first = log.first
            self._rows.clear()
            self._starts.clear()
        if changed is None:
            return False
        self._wrap_from(changed)
        return True

    def _wrap_from(self, number: int) -> None:
        """Wrap the lines from this number on again; drop those that the log dropped."""
        width = max(8, self.scrollable_content_region.width)
        if width != self._width or self._log.first != self._first:
            self._width, self._first = width, self._log.first
            self._rows.clear()
            self._starts.clear()
            number = self._first
        at = max(0, number - self._first)
        if at < len(self._starts):
            del self._rows[self._starts[at] :]
            del self._starts[at:]
        for line in self._log.lines[len(self._starts) :]:
            self._starts.append(len(self._rows))
            self._rows += self._wrapped(line, width)
        laid_out = self._grow(Size(width, len(self._rows)))
        if self._following and not self._words:
            self.scroll_end(animate=False, immediate=not laid_out, x_axis=False)
        self.rows_changed()

    def _grow(self, size: Size) -> bool:
        """Take the size of the rows; return whether the screen is laid out again for it.

        While the scroll bar stays, nothing else on the screen depends on how many rows there are: a
        streamed answer is drawn once a tick, not once for the layout and once for the scroll.
        """
        if not self.show_vertical_scrollbar or size.height <= self.container_size.height:
            self.virtual_size = size
            return True
        self.set_reactive(LogView.virtual_size, size)
        self.vertical_scrollbar.window_virtual_size = size.height
        return False

    def _wrapped(self, line: Line, width: int) -> list[tuple[str, str]]:
        shown = adapt_text(self.app, line.shown)
        hang = min(line.hang, width // 3) if cell_len(shown) > width else 0
        rows = [row.plain.rstrip("\n") for row in Content(shown).wrap(width - hang)] or [""]
        return [
            (text if number == 0 else " " * hang + text, line.style)
            for number, text in enumerate(rows)
        ]

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Stop following the end when scrolled up; follow it again when scrolled back."""
        super().watch_scroll_y(old_value, new_value)
        at_end = new_value >= self.max_scroll_y - 1
        if at_end or new_value < old_value:
            self._following = at_end and self._follows

    def on_resize(self, event: Resize) -> None:
        """Wrap for the new width; stay at the end."""
        if self.scrollable_content_region.width != self._width:
            self._wrap_from(self._log.first)
        elif self._following:
            self.scroll_end(animate=False, immediate=False, x_axis=False)
        self.update_hint()

    def segments(self, number: int, base: Style) -> list[Segment]:
        """One row as it is drawn."""
        text, name = self._rows[number]
        # Whole, for a part of a style forgets how much of its colour there is to be.
        named = self.get_component_rich_style(f"log-view--{name}") if name else Style.null()
        return [Segment(text, base + named)]
