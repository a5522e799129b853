"""A text that is a function of the state: drawn again only when it has changed."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from smoke_tui.tui.theme import ascii_content
from smoke_tui.tui.widgets.overflow_hint import tell_below

SCROLL_KEYS: list[BindingType] = [
    Binding("j", "scroll_down", "Down", show=False, id="scroll.down"),
    Binding("k", "scroll_up", "Up", show=False, id="scroll.up"),
    Binding("g", "scroll_home", "To the top", show=False, id="scroll.top"),
    Binding("G,shift+g", "scroll_end", "To the end", show=False, id="scroll.end"),
]


class Panel(Static):
    """Shows a `Content`; `show` with the same one again costs nothing.

    Where the app was asked for plain characters everything is shown in these.
    """

    def __init__(self, dom_id: str | None = None, content: Content | None = None) -> None:
        super().__init__(id=dom_id, markup=False)
        self._first = content
        # What can be clicked keeps the colours it was given.
        self.auto_links = False
        self._shown: tuple[str, object] = ("", None)
        self.draws = 0

    def on_mount(self) -> None:
        if self._first is not None:
            self.show(self._first)

    def show(self, content: Content) -> bool:
        """Show this from now on; whether it was new."""
        if getattr(self.app, "plain", False):
            content = ascii_content(content)
        mark = content.plain, tuple(content.spans)
        if mark == self._shown:
            return False
        self._shown = mark
        self.draws += 1
        self.update(content)
        return True


class ScrollPanel(VerticalScroll):
    """A panel that scrolls, with a title in its border."""

    BINDINGS: ClassVar[list[BindingType]] = SCROLL_KEYS

    def __init__(self, dom_id: str, title: str = "", content: Content | None = None) -> None:
        super().__init__(id=dom_id)
        self.border_title = title
        self._panel = Panel(content=content)

    def compose(self) -> ComposeResult:
        yield self._panel

    def show(self, content: Content) -> bool:
        """Show this from now on; whether it was new."""
        return self._panel.show(content)

    def on_mount(self) -> None:
        for seen in ("virtual_size", "scroll_y"):
            self.watch(self, seen, self.tell_more, init=False)

    def on_resize(self) -> None:
        self.tell_more()

    def tell_more(self) -> None:
        """Say in the frame what is not in sight, once the layout is known."""
        self.call_after_refresh(tell_below, self, "j" if self.has_focus else "tab, j")

    def on_focus(self) -> None:
        self.tell_more()

    def on_blur(self) -> None:
        self.tell_more()
