"""What every screen has: the first row, the keys below, and a word for terminals too small."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, TypeVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.content import Content
from textual.events import Resize
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Footer

from smoke_tui.tui.widgets.panel import Panel

if TYPE_CHECKING:
    from smoke_tui.tui.app import SmokeApp

T = TypeVar("T")
TOO_SMALL = (
    "This terminal is too small to show the walk: it takes 60 columns and 16 rows. "
    "Nothing is lost: make it larger and go on.\n\n? help   q leave\n\n"
    "Line by line, in any terminal: smoke-tui --plain RUNBOOK"
)


class LatestSize(Screen[T]):
    """A screen that hears of no size that the terminal does not have any more.

    Textual's screens tell themselves of every size they were laid out in. With two on their way,
    as when a window is dragged while a session is busy, they would call each other up for ever,
    and no key would be answered.
    """

    def post_message(self, message: Message) -> bool:
        """Take a message; a size that is out of date is none."""
        if isinstance(message, Resize) and message.size != self.app.size:
            return False
        return super().post_message(message)


class Page(LatestSize[None]):
    """A screen of the app. The body of a subclass goes into `body`."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark", "app.help", "Help", id="app.help", key_display="?"),
    ]

    @property
    def smoke(self) -> SmokeApp:
        from smoke_tui.tui.app import SmokeApp

        assert isinstance(self.app, SmokeApp)
        return self.app

    def compose(self) -> ComposeResult:
        yield Panel("top")
        with Container(id="body"):
            yield from self.body()
        yield Panel("too-small", Content(TOO_SMALL))
        yield Footer(show_command_palette=False, compact=True)

    def body(self) -> ComposeResult:
        """What the screen is about."""
        yield from ()

    def header(self, width: int) -> Content:
        """The first row."""
        return Content(" smoke-tui")

    def on_mount(self) -> None:
        self.refresh_top()

    def on_resize(self) -> None:
        self.refresh_top()

    def refresh_top(self) -> None:
        """Draw the first row for the width there is."""
        self.query_one("#top", Panel).show(self.header(self.size.width))
