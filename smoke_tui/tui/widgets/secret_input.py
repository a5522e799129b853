"""A field for a secret: it shows the shape of what it holds, and gives it up once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from smoke_tui.presentation.format import shape_of
from smoke_tui.tui.theme import MUTED, PASS, WARN, ascii_content

LIMIT: Final = 64 * 1024
_START_OF_PASTE: Final = "\x1b[200~"
_END_OF_PASTE: Final = "\x1b[201~"


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
        self._pieces: list[str] = []
        self._refused = ""

    def take(self) -> str:
        """The text; the field is empty afterwards."""
        text = "".join(self._pieces)
        self.action_clear()
        return text

    @property
    def empty(self) -> bool:
        return not self._pieces

    def render(self) -> Content:
        """The shape of what is held, or what may be done."""
        if self._refused:
            shown = Content.styled(self._refused, WARN)
        elif self._pieces:
            text = "".join(self._pieces)
            dots = "•" * min(8, len(text))
            shown = Content.assemble(dots, ("  ✓ ", PASS), shape_of(text))
        else:
            shown = Content.styled("paste or type it; it is not shown", MUTED)
        return ascii_content(shown) if getattr(self.app, "plain", False) else shown

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
        held = sum(map(len, self._pieces))
        if _END_OF_PASTE in text or "\x00" in text:
            self._refused = "Not taken: the paste holds control sequences."
        elif held + len(text) > LIMIT:
            self._refused = f"Not taken: more than {LIMIT:,} characters."
        elif text:
            self._refused = ""
            self._pieces.append(text)
        self.refresh()

    def action_erase(self) -> None:
        """Take back the last character, or the last paste as a whole."""
        self._refused = ""
        if self._pieces:
            self._pieces.pop()
        self.refresh()

    def action_clear(self) -> None:
        self._pieces.clear()
        self._refused = ""
        self.refresh()

    def action_submit(self) -> None:
        if not self.empty:
            self.post_message(self.Submitted(self))
