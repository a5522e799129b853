"""The app below its screens: the session it shows, the terminal, leaving, and crashes."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import App
from textual.binding import Binding, BindingType
from textual.driver import Driver
from textual.filter import Monochrome
from textual.screen import Screen
from textual.worker import WorkerFailed

from smoke_tui.config.settings import Settings
from smoke_tui.errors import CommandError, UsageError
from smoke_tui.presentation.format import one_line, utc_now
from smoke_tui.redaction import clean
from smoke_tui.tui import bindings
from smoke_tui.tui.no_color import NoColors
from smoke_tui.tui.palettes import PALETTES, first_theme, theme_of
from smoke_tui.tui.widgets.modals import Reveal

if TYPE_CHECKING:
    from smoke_tui.presentation.live.snapshot import Snapshot
    from smoke_tui.session.live_view import LiveView
    from smoke_tui.session.open_view import Opener
    from smoke_tui.session.session_view import SessionView
    from smoke_tui.tui.driver import LastingDriver

WIDTHS = [(0, "-tiny"), (60, "-narrow"), (100, "-normal"), (160, "-wide")]
HEIGHTS = [(0, "-short"), (16, "-low"), (21, "-middling"), (30, "-high")]


class AppBase(App[int]):
    """What screens may use of the app. It has one live session at a time, `current`."""

    TITLE = "smoke-tui"
    CSS_PATH = Path(__file__).with_name("smoke.tcss")
    ENABLE_COMMAND_PALETTE = True
    HORIZONTAL_BREAKPOINTS = WIDTHS
    VERTICAL_BREAKPOINTS = HEIGHTS
    BINDINGS: ClassVar[list[BindingType]] = [*bindings.APP]

    def __init__(
        self, settings: Settings, config_keys: Mapping[str, str], driver: type[Driver] | None = None
    ) -> None:
        super().__init__(driver_class=driver)
        self.settings = settings
        self.config_keys = config_keys
        self.current: LiveView | None = None
        self.crashed: BaseException | None = None
        self.broken = False
        self.signal_number: int | None = None
        self.terminal: LastingDriver | None = None
        self._terminal_title = ""
        self._fault_texts: dict[int, str] = {}
        if self.no_color:
            # The terminal's own colours, where Textual would paint everything in grey.
            self._filters = [f for f in self._filters if not isinstance(f, Monochrome)]
            self._filters.append(NoColors())
        for name, palette in PALETTES.items():
            self.register_theme(theme_of(name, palette))
        self.theme = "dark" if self.no_color else first_theme(settings, os.environ)
        for name in set(self.available_themes) - set(PALETTES):
            self.unregister_theme(name)
        # Nothing moves by itself: over a slow line an animation is only in the way.
        self.animation_level = "none"

    def now(self) -> datetime:
        """The time that ages are counted from."""
        return utc_now()

    def notify_error(self, text: object) -> None:
        """Show an error for long enough to be read."""
        self.notify(clean(str(text)), severity="error", timeout=15, markup=False)

    # --- sessions -------------------------------------------------------------------------

    @work(group="open", exclusive=True)
    async def open_session(
        self, opener: Opener, screen_of: Callable[[LiveView], Screen[None]]
    ) -> None:
        """Open a session in a thread, end the one before, and show the new one's screen."""
        try:
            live = await asyncio.to_thread(opener)
        except (CommandError, UsageError) as error:
            self.notify_error(error)
            return
        await self._end_current()
        self.clear_notifications()
        self.current = live
        live.start()
        await self.push_screen(screen_of(live))

    async def _end_current(self, why: str = "left") -> None:
        live = self.current
        if live is not None:
            live.leaving = True
            await asyncio.to_thread(live.end, why)
            self.forget_credential(live)

    @work(group="home", exclusive=True)
    async def go_home(self) -> None:
        """Go back to the home screen; only where nothing runs."""
        await self._end_current()
        # Counted once: what is put over the home screen meanwhile stays.
        for _ in range(len(self.screen_stack) - 2):
            await self.pop_screen()

    def fault_text(self, live: SessionView) -> str | None:
        """What a session's fault means for the operator; our own bugs leave a trace in a file."""
        fault = live.fault
        if fault is None:
            return None
        text = self._fault_texts.get(id(fault))
        if text is None:
            from smoke_tui.files import StorageError
            from smoke_tui.journal.folders import RecordGoneError
            from smoke_tui.session.session import NotStartedError

            ours = not isinstance(fault, StorageError | NotStartedError)
            self.broken |= ours or isinstance(fault, RecordGoneError)
            text = one_line(live.fault_message(self.settings.state_dir) or "", 400)
            self._fault_texts[id(fault)] = text
        return text

    # --- the terminal ---------------------------------------------------------------------

    def show_terminal_title(self, snapshot: Snapshot) -> None:
        """Say whose turn it is in the terminal's title, which is seen from other windows too."""
        if snapshot.question is not None and not snapshot.leaving:
            title = f"your turn: {snapshot.shown.id}"
        elif snapshot.running is not None:
            title = f"running: {snapshot.running.id}"
        else:
            title = snapshot.runbook.id
        if title != self._terminal_title:
            self._terminal_title = title
            if self.terminal is not None:
                self.terminal.title(f"smoke-tui {title}")

    def send_to_clipboard(self, text: str, what: str, also: str) -> None:
        """Send a text to the terminal's clipboard; nobody knows whether it was taken."""
        self.copy_to_clipboard(text)
        self.notify(
            f"Sent {what} to the terminal's clipboard, which may or may not keep it; also: {also}.",
            markup=False,
            timeout=8,
        )

    def forget_credential(self, live: SessionView) -> None:
        """Ask the terminal to empty its clipboard, once the hand-over is done."""
        if live.clipboard is not None and live.clipboard.to_forget():
            self.copy_to_clipboard("")
            self.notify(
                "The terminal was asked to forget the credential; whether it did is not "
                "to be known.",
                timeout=8,
            )

    def changed_keys(self) -> dict[str, str]:
        """The keys of config.toml as they are shown, by the id of their binding."""
        return {
            name: " ".join(
                self.get_key_display(Binding(key, "", id=name))
                for key in keys.split(",")
                if not key.startswith("shift+")
            )
            for name, keys in self.config_keys.items()
        }

    def action_next_theme(self) -> None:
        """Change to the next theme."""
        names = list(PALETTES)
        self.use_theme(names[(names.index(self.theme) + 1) % len(names)])

    def use_theme(self, name: str) -> None:
        """Change to a theme, and keep it in config.toml."""
        from smoke_tui.config.keep import keep_setting

        self.theme = name
        before = self.settings.source("theme")
        try:
            path = keep_setting("theme", name)
        except UsageError as error:
            kept = f"not kept: {error}"
        else:
            self.settings = self.settings.changed("theme", name, str(path))
            kept = f"kept in {path}"
            if before.startswith(("--", "environment")):
                kept += f"; {before} still wins at the next start"
        self.clear_notifications()
        self.notify(f"Theme {name}, {clean(kept)}.", markup=False, timeout=4)

    # --- leaving --------------------------------------------------------------------------

    @work(group="leave", exclusive=True)
    async def action_leave(self) -> None:
        """Leave, asking first while something runs."""
        live = self.current
        if live is None or not live.active or live.leaving or await self._agreed_to_leave():
            await self._finish("left")

    @work(group="leave", exclusive=True)
    async def action_interrupt(self) -> None:
        """Ctrl-C: copy the selected text if there is any; else leave after asking, twice at once."""
        from smoke_tui.tui.widgets.leave import LeaveBox

        text = self.screen.get_selected_text()
        if text:
            self.screen.clear_selection()
            self.send_to_clipboard(text, "the selected text", "the record")
        elif isinstance(self.screen, LeaveBox) or await self._agreed_to_leave():
            await self._finish("left")

    async def _agreed_to_leave(self) -> bool:
        from smoke_tui.tui.widgets.leave import LeaveBox

        live = self.current
        running = live is not None and live.active
        box = LeaveBox(live.snapshot() if live is not None and running else None)
        agreed: bool | None = await self.push_screen_wait(box)
        return agreed is True

    @work(group="leave", exclusive=True)
    async def action_leave_now(self) -> None:
        """Leave at once; the session is closed and its record kept."""
        await self._finish("left")

    def signalled(self, number: int) -> None:
        """Close the session and leave, once the app's loop runs; safe in a signal's handler."""
        if self._loop is not None and self._loop.is_running():
            name = signal.Signals(number).name
            self._loop.call_soon_threadsafe(self.end_by_signal, number, name)

    def end_by_signal(self, number: int, name: str) -> None:
        """Close the session, then leave. Called on the app's loop."""
        self.signal_number = number
        self._leave_by_signal(name)

    @work(group="leave", exclusive=True)
    async def _leave_by_signal(self, name: str) -> None:
        await self._finish(name)

    async def _finish(self, why: str) -> None:
        await self._end_current(why)
        self.exit(0)

    # --- what never reaches the terminal --------------------------------------------------

    def action_screenshot(self, filename: str | None = None, path: str | None = None) -> None:
        """Refuse: a picture of the screen is not scanned for secrets."""
        self.notify("Screenshots are not taken here; the report is what may leave.", markup=False)

    def action_command_palette(self) -> None:
        """Open the command palette, but not over a revealed secret."""
        if not isinstance(self.screen, Reveal):
            super().action_command_palette()

    def _handle_exception(self, error: Exception) -> None:
        """Take note of a crash without rendering it: a rendered one shows local variables."""
        self._return_code = 1
        if isinstance(error, WorkerFailed) and isinstance(error.error, Exception):
            error = error.error
        if self.crashed is None:
            self.crashed = error
        if self._exception is None:
            self._exception = error
            self._exception_event.set()
        self._fatal_error()

    def _fatal_error(self) -> None:
        """Close without a traceback; `start` writes the trace to a private file."""
        self._exit_renderables.clear()
        self._close_messages_no_wait()

    def panic(self, *renderables: object) -> None:
        """Close as after a crash; Textual's message, as when input breaks off, is not shown."""
        self._handle_exception(RuntimeError("the terminal's input or output broke"))

    def _print_error_renderables(self) -> None:
        """Print nothing: what Textual would print may hold anything."""
        self._exit_renderables.clear()
