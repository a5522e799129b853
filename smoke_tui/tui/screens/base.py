"""What every screen has: the first row, the keys below, and a notice for terminals too small."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Protocol, runtime_checkable

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.content import Content
from textual.widget import Widget

from smoke_tui.tui.app_base import AppBase
from smoke_tui.tui.bindings import EVERY_PAGE
from smoke_tui.tui.widgets.footer import KeyFooter
from smoke_tui.tui.widgets.modals import LatestSize, Pick
from smoke_tui.tui.widgets.panel import Panel, ScrollPanel

if TYPE_CHECKING:
    from smoke_tui.config.questions import Choice
    from smoke_tui.journal.file import Journal
    from smoke_tui.journal.state import State
    from smoke_tui.runbook import Runbook

TOO_SMALL = (
    "This terminal is too small to show the session: it takes 60 columns and 16 rows. "
    "Nothing is lost: make it larger and go on.\n\n? help   q leave\n\n"
    "Line by line, in any terminal: smoke-tui --plain RUNBOOK"
)


@runtime_checkable
class _Rows(Protocol):
    """A part of the screen that draws only the rows in sight."""

    def whole_text(self) -> str:
        """All rows, for copying."""


def text_of(widget: Widget | None) -> str:
    """The text of a part of the screen, for copying."""
    match widget:
        case _Rows():
            return widget.whole_text()
        case ScrollPanel():
            return widget.text
        case Pick():
            option = widget.highlighted_option
            prompt = option.prompt if option is not None else ""
            return prompt.plain if isinstance(prompt, Content) else str(prompt)
    return ""


class Page(LatestSize[None]):
    """A screen of the app, other than a box. The body of a subclass goes into `body`."""

    BINDINGS: ClassVar[list[BindingType]] = [*EVERY_PAGE]
    ABOUT: ClassVar[str]
    """What the screen is for, in its help."""
    HELP_ROWS: ClassVar[Sequence[tuple[str, str, str]]] = ()
    """Keys in its help that its last row does not show: binding, key, what it does."""

    @property
    def smoke(self) -> AppBase:
        """The app."""
        assert isinstance(self.app, AppBase)
        return self.app

    def compose(self) -> ComposeResult:
        """Yield the first row, the body and the row of keys."""
        yield Panel("top")
        with Container(id="body"):
            yield from self.body()
        yield Panel("too-small", Content(TOO_SMALL))
        yield KeyFooter()

    def body(self) -> ComposeResult:
        """Yield what the screen is about."""
        yield from ()

    def header(self, width: int) -> Content:
        """The first row."""
        return Content(" smoke-tui")

    def choices(self) -> tuple[Choice, ...]:
        """The answers that can be given now."""
        return ()

    def load(self, folder: Path) -> tuple[Journal, Runbook, State] | None:
        """Read a recorded session; None where it can't be read, which is then shown."""
        from smoke_tui.files import StorageError
        from smoke_tui.journal.load import InvalidRecordError, load_state

        try:
            return load_state(folder)
        except (InvalidRecordError, StorageError) as error:
            self.smoke.notify_error(error)
            return None

    def action_copy_part(self) -> None:
        """Send the text of the part with the focus to the terminal's clipboard."""
        text = text_of(self.focused)
        if not text.strip():
            self.app.notify("There is nothing to copy here; tab goes to another part.")
            return
        live = self.smoke.current
        # It was redacted before it was shown; what is copied is looked through once more.
        shown = live.session.vault.redact(text.encode()).decode() if live is not None else text
        title = str(getattr(self.focused, "border_title", None) or "this part").lower()
        self.smoke.send_to_clipboard(shown, title, "the mouse selects it")

    def on_mount(self) -> None:
        """Draw the first row."""
        self.refresh_top()

    def on_resize(self) -> None:
        """Draw the first row for the new width."""
        self.refresh_top()

    def refresh_top(self) -> None:
        """Draw the first row for the width there is."""
        self.query_one("#top", Panel).show(self.header(self.size.width))
