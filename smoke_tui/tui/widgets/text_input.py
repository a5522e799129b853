"""The field for a line of text: what is put into it is what could have been typed."""

from __future__ import annotations

from textual.events import Paste
from textual.widgets import Input

from smoke_tui.redaction import clean


class TextInput(Input):
    """An `Input` that shows no control characters, and takes a paste of many lines as one."""

    def on_paste(self, event: Paste) -> None:
        """Lines become one line; the widget alone would keep the first and drop the rest."""
        event.prevent_default()
        event.stop()
        lines = (line.strip() for line in event.text.splitlines())
        self.insert_text_at_cursor(" ".join(line for line in lines if line))

    def replace(self, text: str, start: int, end: int) -> None:
        """Put `text` where `start` to `end` was, without what a terminal would take as an order."""
        super().replace(clean(text, keep_newlines=False), start, end)
