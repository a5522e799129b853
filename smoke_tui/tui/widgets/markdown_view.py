"""A Markdown text, rendered or as it is written, with the keys of every view of rows."""

from __future__ import annotations

import re
from typing import Final

from rich.segment import Segment
from rich.style import Style
from textual.content import Content
from textual.geometry import Size

from smoke_tui.redaction import clean
from smoke_tui.regex import regex
from smoke_tui.tui.render.markdown import markdown_rows
from smoke_tui.tui.theme import ACCENT, adapt
from smoke_tui.tui.widgets.row_view import RowView

_MARKER: Final = regex(r"^<!-- smoke-report .*?-->\n?", re.MULTILINE)
"""What tools find a report by; its source shows it."""


class MarkdownView(RowView):
    """Renders a text anew for every width; `raw` shows its source."""

    def __init__(self, dom_id: str, title: str = "", text: str = "") -> None:
        super().__init__(dom_id, title)
        self.text = text
        self.raw = False
        self._contents: list[Content] = []
        self._rows: list[str] = []
        self._made: tuple[str, bool, int] | None = None

    @property
    def rows(self) -> list[str]:
        """The wrapped rows as they are shown."""
        return self._rows

    def whole_text(self) -> str:
        """The Markdown as it is written."""
        return self.text

    def show(self, text: str, *, raw: bool = False) -> None:
        """Show this text from now on."""
        self.text, self.raw = text, raw
        self._render_rows()

    def _render_rows(self) -> None:
        width = self.scrollable_content_region.width
        if width < 1 or self._made == (self.text, self.raw, width):
            return
        self._made = self.text, self.raw, width
        contents = (
            _source(self.text, width)
            if self.raw
            else markdown_rows(_MARKER.sub("", self.text), width)
        )
        self._contents = [adapt(self.app, row) for row in contents]
        self._rows = [row.plain for row in self._contents]
        self.virtual_size = Size(width, len(self._rows))
        self.rows_changed()

    def segments(self, number: int, base: Style) -> list[Segment]:
        """One row as it is drawn."""
        return self._contents[number].render_segments(self.visual_style)

    def on_resize(self) -> None:
        """Wrap for the new width."""
        self._render_rows()
        self.update_hint()


def _source(text: str, width: int) -> list[Content]:
    rows: list[Content] = []
    for line in text.split("\n"):
        shown = Content.styled(clean(line).expandtabs(4), ACCENT if line.startswith("#") else "")
        rows += [row.rstrip("\n") for row in shown.wrap(width)] or [Content("")]
    return rows
