"""Panels: texts that are drawn again only when they changed, and hints for what is out of sight."""

from __future__ import annotations

from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from smoke_tui.presentation.format import count
from smoke_tui.tui.bindings import SCROLL
from smoke_tui.tui.theme import adapt

BOX_ROWS: Final = 4
"""Rows of a box that are not its text: the frame's two, an empty one, the keys."""


class Panel(Static):
    """Shows a `Content`; `show` with the same one again costs nothing."""

    def __init__(self, dom_id: str | None = None, content: Content | None = None) -> None:
        super().__init__(id=dom_id, markup=False)
        self._first = content
        # What can be clicked keeps the colours it was given.
        self.auto_links = False
        self._shown: tuple[str, object] = ("", None)
        self.draws = 0

    @property
    def text(self) -> str:
        """What it shows, without its styles."""
        return self._shown[0]

    def on_mount(self) -> None:
        """Show the content it was made with."""
        if self._first is not None:
            self.show(self._first)

    def show(self, content: Content) -> bool:
        """Show this from now on, and return whether it was new."""
        content = adapt(self.app, content)
        shown = content.plain, tuple(content.spans)
        if shown == self._shown:
            return False
        self._shown = shown
        self.draws += 1
        # Textual keeps the height of the text before, where it laid that out moments ago.
        self._box_model_cache.clear()
        self.update(content)
        return True


class ScrollPanel(VerticalScroll):
    """A panel that scrolls, with a title in its border."""

    BINDINGS: ClassVar[list[BindingType]] = [*SCROLL]

    def __init__(self, dom_id: str, title: str = "", content: Content | None = None) -> None:
        super().__init__(id=dom_id)
        self.border_title = title
        self._panel = Panel(content=content)

    def compose(self) -> ComposeResult:
        """Yield the panel that is scrolled."""
        yield self._panel

    def show(self, content: Content) -> bool:
        """Show this from now on, and return whether it was new."""
        return self._panel.show(content)

    @property
    def text(self) -> str:
        """What it shows, without its styles."""
        return self._panel.text

    def on_mount(self) -> None:
        """Follow what changes the rows in sight."""
        for name in ("virtual_size", "scroll_y"):
            self.watch(self, name, self.update_hint, init=False)

    def on_resize(self) -> None:
        """Update the hint for the new size."""
        self.update_hint()

    def update_hint(self) -> None:
        """Show in the frame how many rows are out of sight, once the layout is known."""
        self.call_after_refresh(hint_rows_below, self)

    def on_focus(self) -> None:
        """Update the hint: with the focus, one key less is needed."""
        self.update_hint()

    def on_blur(self) -> None:
        """Update the hint."""
        self.update_hint()


class BoxText(ScrollPanel):
    """The text of a box: as high as the terminal allows beside the frame and the keys."""

    def on_mount(self) -> None:
        """Fit before the first drawing."""
        # Textual calls the base's own, too.
        self.fit()

    def fit(self) -> None:
        """Take what the box leaves of the terminal's rows."""
        self.styles.max_height = max(3, self.app.size.height * 24 // 25 - BOX_ROWS)


def hint_rows_below(widget: Widget) -> None:
    """Show in a widget's frame how many rows there are below, and the keys that show them."""
    below = round(widget.max_scroll_y - widget.scroll_offset.y)
    keys = "j" if widget.has_focus else "tab, j"
    set_hint(widget, f"{count(below, 'more row')}: {keys}" if below > 0 else "")


def hint_position(widget: Widget, index: int | None, total: int) -> None:
    """Show in a list's frame which of its rows is chosen, where not all of them are in sight."""
    set_hint(widget, f"{(index or 0) + 1} of {total}" if widget.max_scroll_y > 0 else "")


def set_hint(widget: Widget, text: str) -> None:
    """Put a hint into the frame around a widget: its own, else that of the box it is in."""
    for owner in widget.ancestors_with_self:
        if isinstance(owner, Widget) and owner.styles.border_bottom[0] not in ("", "none"):
            if owner.border_subtitle != text:
                owner.border_subtitle = text
            return
