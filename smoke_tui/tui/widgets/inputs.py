"""Fields for a line of text, and for a secret that is not shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input

from smoke_tui.presentation.format import shape_of
from smoke_tui.redaction import clean
from smoke_tui.tui.theme import MUTED, PASS, WARN, adapt

LIMIT: Final = 64 * 1024
_START_OF_PASTE: Final = "\x1b[200~"
_END_OF_PASTE: Final = "\x1b[201~"


class TextInput(Input):
    """An `Input` that shows no control characters, and takes a paste of many lines as one."""

    def on_paste(self, event: events.Paste) -> None:
        """Insert lines as one line; the widget alone would drop all but the first."""
        event.prevent_default()
        event.stop()
        lines = (line.strip() for line in event.text.splitlines())
        self.insert_text_at_cursor(" ".join(line for line in lines if line))

    def replace(self, text: str, start: int, end: int) -> None:
        """Put `text` where `start` to `end` was, without control characters."""
        super().replace(clean(text, keep_newlines=False), start, end)


class SecretInput(Widget, can_focus=True):
    """Takes typed and pasted text, many lines at once, and never shows or copies it.

    It is no `Input`: that one cuts a paste at its first line, and its masked text can still be
    selected and copied.
    """

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", "Hand over", show=False, id="secret.submit"),
        Binding("backspace", "erase", "Erase the last", show=False, id="secret.erase"),
        Binding("ctrl+u", "clear", "Clear", show=False, id="secret.clear"),
    ]

    @dataclass
    class Submitted(Message):
        """Enter was pressed; the text is still in the field (`take`)."""

        field: SecretInput

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[str] = []
        self._refused = ""

    def take(self) -> str:
        """The text; the field is empty afterwards."""
        text = "".join(self._parts)
        self.action_clear()
        return text

    @property
    def empty(self) -> bool:
        """Whether nothing was typed."""
        return not self._parts

    def render(self) -> Content:
        """The shape of what is held, or what may be done."""
        if self._refused:
            shown = Content.styled(self._refused, WARN)
        elif self._parts:
            text = "".join(self._parts)
            dots = "•" * min(8, len(text))
            shown = Content.assemble(dots, ("  ✓ ", PASS), shape_of(text))
        else:
            shown = Content.styled("paste or type it; it is not shown", MUTED)
        return adapt(self.app, shown)

    async def _on_key(self, event: events.Key) -> None:
        if event.is_printable and event.character is not None:
            event.stop()
            event.prevent_default()
            self._add(event.character)

    def _on_paste(self, event: events.Paste) -> None:
        event.stop()
        event.prevent_default()
        self._add(event.text)

    def _add(self, text: str) -> None:
        # A terminal's own marks around a paste are no part of it; within, they end it early.
        text = (
            text.strip().removeprefix(_START_OF_PASTE).removesuffix(_END_OF_PASTE)
            if (text.strip().startswith(_START_OF_PASTE))
            else text
        )
        length = sum(map(len, self._parts))
        if _END_OF_PASTE in text or "\x00" in text:
            self._refused = "Not taken: the paste holds control sequences."
        elif length + len(text) > LIMIT:
            self._refused = f"Not taken: more than {LIMIT:,} characters."
        elif text:
            self._refused = ""
            self._parts.append(text)
        self.refresh()

    def action_erase(self) -> None:
        """Take back the last character, or the last paste as a whole."""
        self._refused = ""
        if self._parts:
            self._parts.pop()
        self.refresh()

    def action_clear(self) -> None:
        """Forget all that was typed."""
        self._parts.clear()
        self._refused = ""
        self.refresh()

    def action_submit(self) -> None:
        """Hand the text over, where there is one."""
        if not self.empty:
            self.post_message(self.Submitted(self))
