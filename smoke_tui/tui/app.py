"""The app: which screen is shown, how it is left, and what never reaches the terminal."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.driver import Driver
from textual.screen import Screen
from textual.theme import BUILTIN_THEMES
from textual.worker import WorkerFailed

from smoke_tui.config.settings import (
    Settings,
)
from smoke_tui.errors import (
    CommandError,
    UsageError,
)
from smoke_tui.files import (
    StorageError,
)
from smoke_tui.journal.folders import (
    RecordGone,
)
from smoke_tui.journal.load import (
    InvalidRecord,
    load_state,
)
from smoke_tui.presentation.format import one_line, titled, utc_now
from smoke_tui.presentation.live.choices import choices
from smoke_tui.presentation.live.snapshot import Snapshot
from smoke_tui.presentation.report.compare import Side, compare
from smoke_tui.presentation.report.export import stored_evidence
from smoke_tui.redaction import Vault, clean
from smoke_tui.replay.run import (
    load_rechecked,
)
from smoke_tui.runbook import Runbook
from smoke_tui.session.crash import told_fault
from smoke_tui.session.live_view import LiveView, Opener
from smoke_tui.session.open import open_live, open_rehearsal, open_unfinished
from smoke_tui.session.session import NotStarted
from smoke_tui.tui.screens.base import Page
from smoke_tui.tui.screens.compare import ComparePage
from smoke_tui.tui.screens.help import Help
from smoke_tui.tui.screens.home import Home, ask_origin
from smoke_tui.tui.screens.record import RecordPage
from smoke_tui.tui.screens.report import ReportPage
from smoke_tui.tui.screens.session import SessionScreen
from smoke_tui.tui.widgets.modals import Reveal, YesNo

if TYPE_CHECKING:
    from smoke_tui.tui.driver import LastingDriver

DARK, LIGHT = "textual-dark", "smoke-light"
# Textual's own light theme has colours for text that can hardly be read on its ground.
_LIGHT_TEXT = {
    "text-success": "#1f6b36",
    "text-error": "#9b1c1c",
    "text-warning": "#7a4b00",
    "text-accent": "#7a4b00",
    "footer-key-foreground": "#7a4b00",
}
WIDTHS = [(0, "-tiny"), (60, "-narrow"), (100, "-normal"), (160, "-wide")]
HEIGHTS = [(0, "-short"), (16, "-low"), (21, "-middling"), (30, "-high")]


@dataclass(frozen=True, slots=True)
class Goal:
    """What the command line asked for. Without a runbook or a session: the home screen."""

    runbook: Runbook | None = None
    rehearse: bool = False
    scenario: str | None = None
    session: Path | None = None
    rerun: str | None = None
    keymap: Mapping[str, str] = field(default_factory=dict)


class SmokeApp(App[int]):
    """One session at a time; the home screen lies below everything."""

    TITLE = "smoke-tui"
    CSS_PATH = Path(__file__).with_name("smoke.tcss")
    ENABLE_COMMAND_PALETTE = True
    HORIZONTAL_BREAKPOINTS = WIDTHS
    VERTICAL_BREAKPOINTS = HEIGHTS
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+q", "leave_now", "Leave at once", show=False, priority=True, id="app.now"),
        Binding("t", "toggle_dark", "Theme", show=False, id="app.theme"),
    ]

    def __init__(self, settings: Settings, goal: Goal, driver: type[Driver] | None = None) -> None:
        super().__init__(driver_class=driver)
        self.settings = settings
        self.goal = goal
        self.plain = settings.on("ascii")
        self.current: LiveView | None = None
        self.crashed: BaseException | None = None
        self.broken = False
        self.struck: int | None = None
        self.terminal: LastingDriver | None = None
        self._title = ""
        self._said_faults: dict[int, str] = {}
        if self.no_color:
            for name in [name for name, theme in self.available_themes.items() if theme.ansi]:
                # Without colours an ansi theme is black on black.
                self.unregister_theme(name)
        light = BUILTIN_THEMES["textual-light"]
        self.register_theme(
            replace(light, name=LIGHT, variables={**light.variables, **_LIGHT_TEXT})
        )
        self.theme = DARK
        # Nothing moves by itself: over a slow line an animation is only in the way.
        self.animation_level = "none"

    def now(self) -> datetime:
        """The time that ages are counted from."""
        return utc_now()

    def on_mount(self) -> None:
        self.set_class(self.plain, "-ascii")
        self.set_keymap(dict(self.goal.keymap))
        self.push_screen(Home())
        if self.goal.session is not None:
            self.resume(self.goal.session, self.goal.rerun)
        elif self.goal.runbook is not None:
            self._go(self.goal.runbook)

    @work
    async def _go(self, runbook: Runbook) -> None:
        """Straight into what the command line asked for."""
        if self.goal.rehearse:
            self.rehearse(runbook, self.goal.scenario)
            return
        origin = self.settings.get("origin")
        if origin is None and isinstance(self.screen, Page):
            origin = await ask_origin(self.screen, runbook)
        if origin is not None:
            self.go_live(runbook, origin)

    # --- sessions -------------------------------------------------------------------------

    def rehearse(self, runbook: Runbook, scenario: str | None) -> None:
        """Open a rehearsal and show it."""
        self._open(lambda: open_rehearsal(self.settings, runbook, scenario))

    def go_live(self, runbook: Runbook, origin: str) -> None:
        """Open a live session and show it."""
        self._open(lambda: open_live(self.settings, runbook, origin))

    def resume(self, folder: Path, rerun: str | None = None) -> None:
        """Go on with a recorded session and show it."""
        self._open(lambda: open_unfinished(self.settings, folder, rerun))

    @work(group="open", exclusive=True)
    async def _open(self, opener: Opener) -> None:
        try:
            run = await asyncio.to_thread(opener)
        except (CommandError, UsageError) as error:
            self.notify(clean(str(error)), severity="error", timeout=15, markup=False)
            return
        await self._end_current()
        self.clear_notifications()
        self.current = run
        run.start()
        await self.push_screen(SessionScreen(run))

    async def _end_current(self, why: str = "left") -> None:
        run = self.current
        if run is not None:
            run.leaving = True
            await asyncio.to_thread(run.end, why)
            self.forget_credential(run)

    def tell_terminal(self, scene: Snapshot) -> None:
        """The terminal's title says whose turn it is, for who looks elsewhere meanwhile."""
        step = scene.shown.id
        if scene.question is not None and not scene.leaving:
            words = f"your turn: {step}"
        elif scene.running is not None:
            words = f"running: {scene.running.id}"
        else:
            words = scene.runbook.id
        if words != self._title:
            self._title = words
            if self.terminal is not None:
                self.terminal.title(f"smoke-tui {words}")

    def forget_credential(self, run: LiveView) -> None:
        """After the hand-over: ask the terminal to let go of what it was sent."""
        if run.clipboard is not None and run.clipboard.to_forget():
            self.copy_to_clipboard("")
            self.notify(
                "The terminal was asked to forget the credential; whether it did is not "
                "to be known.",
                timeout=8,
            )

    def go_home(self) -> None:
        """Back to the home screen; only where nothing runs."""
        self._go_home()

    @work(group="home", exclusive=True)
    async def _go_home(self) -> None:
        await self._end_current()
        while len(self.screen_stack) > 2:
            await self.pop_screen()

    def show_report_of(self, run: LiveView) -> None:
        """The report of the session that has just ended."""
        assert run.session is not None
        page = ReportPage(run.runbook, run.state, run.session.folder, run.session.vault)
        self.switch_screen(page)

    @work(group="home", exclusive=True)
    async def show_recorded(self, folder: Path) -> None:
        """The report of a recorded session; it may be walked again, on a loop of its own."""
        try:
            done = await asyncio.to_thread(load_rechecked, folder)
        except (InvalidRecord, StorageError) as error:
            self.notify(clean(str(error)), severity="error", timeout=15, markup=False)
            return
        self.push_screen(ReportPage(done.runbook, done.state, folder, Vault()))

    def show_events(self, folder: Path) -> None:
        """A recorded session, event by event."""
        try:
            journal, runbook, _ = load_state(folder)
        except (InvalidRecord, StorageError) as error:
            self.notify(clean(str(error)), severity="error", timeout=15, markup=False)
            return
        self.push_screen(RecordPage(runbook, journal.events, folder))

    def show_comparison(self, old: Path, new: Path) -> None:
        """Two recorded sessions beside each other."""
        sides = []
        for folder in (old, new):
            try:
                _, runbook, state = load_state(folder)
            except (InvalidRecord, StorageError) as error:
                self.notify(clean(str(error)), severity="error", timeout=15, markup=False)
                return
            sides.append(Side(runbook, state, stored_evidence(folder)))
        self.push_screen(ComparePage(compare(*sides), old.name, new.name))

    def fault_words(self, run: LiveView) -> str:
        """What a session's fault means for the operator; our own bugs leave a trace."""
        assert run.session is not None
        fault = run.fault
        assert fault is not None
        known = self._said_faults.get(id(fault))
        if known is not None:
            return known
        ours = not isinstance(fault, StorageError | NotStarted)
        self.broken |= ours or isinstance(fault, RecordGone)
        words = one_line(told_fault(self.settings.state_dir, run.session), 400)
        self._said_faults[id(fault)] = words
        return words

    # --- leaving --------------------------------------------------------------------------

    @work(group="leave", exclusive=True)
    async def action_leave(self) -> None:
        """Leave, asking first while something runs."""
        run = self.current
        if run is not None and run.active and not run.leaving:
            yes = await self.push_screen_wait(
                YesNo(
                    "Leave",
                    Content(
                        "The session is not finished. Leaving stops what it started, "
                        "services included; its record is kept."
                    ),
                    yes="leave",
                    no="stay",
                )
            )
            if not yes:
                return
        await self._finish()

    @work(group="leave", exclusive=True)
    async def action_leave_now(self) -> None:
        """Leave at once; the session is closed and its record kept."""
        await self._finish()

    async def _finish(self, why: str = "left") -> None:
        await self._end_current(why)
        self.exit(0)

    def strike(self, number: int, name: str) -> None:
        """A signal came: close the session, then go. Called on the app's loop."""
        self.struck = number
        self._struck(name)

    @work(group="leave", exclusive=True)
    async def _struck(self, name: str) -> None:
        await self._finish(name)

    # --- small things ---------------------------------------------------------------------

    def action_help(self) -> None:
        """The keys of this screen."""
        screen = self.screen
        if isinstance(screen, Page):
            asked = choices(screen.scene) if isinstance(screen, SessionScreen) else ()
            self.push_screen(
                Help(
                    type(screen).__name__,
                    list(screen.active_bindings.values()),
                    asked,
                    self.shown_keys(),
                    changed=bool(self.goal.keymap),
                )
            )

    def shown_keys(self) -> dict[str, str]:
        """The keys that were changed, as they are told, by the id of their binding."""
        return {
            name: " ".join(
                self.get_key_display(Binding(key, "", id=name))
                for key in keys.split(",")
                if not key.startswith("shift+")
            )
            for name, keys in self.goal.keymap.items()
        }

    def action_toggle_dark(self) -> None:
        """Light or dark."""
        self.theme = LIGHT if self.current_theme.dark else DARK

    def send_to_clipboard(self, text: str, what: str, also: str) -> None:
        """Send a text to the terminal's clipboard, and say no more than that."""
        self.copy_to_clipboard(text)
        self.notify(
            f"Sent {what} to the terminal's clipboard, which may or may not keep it; also: {also}.",
            markup=False,
            timeout=8,
        )

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Every action of this screen by name; no screenshot: it would be one of secrets too."""
        if isinstance(screen, SessionScreen):
            for choice in choices(screen.scene):
                yield SystemCommand(
                    titled(choice.label), f"Answer: {choice.key}", _Press(screen, choice.key)
                )
        seen: set[str] = set()
        for active in screen.active_bindings.values():
            binding = active.binding
            ours = binding.id is not None and not binding.id.startswith(("scroll.", "list."))
            if ours and active.enabled and binding.description and binding.action not in seen:
                seen.add(binding.action)
                yield SystemCommand(
                    binding.description,
                    binding.key_display or binding.key,
                    _Act(self, active.node, binding.action),
                )
        yield SystemCommand("Choose a theme", "Colours", self.action_change_theme)

    def action_screenshot(self, filename: str | None = None, path: str | None = None) -> None:
        """Not offered: a picture of the screen is not looked through for secrets."""
        self.notify("Screenshots are not taken here; the report is what may leave.", markup=False)

    def action_command_palette(self) -> None:
        """Not over a revealed secret."""
        if not isinstance(self.screen, Reveal):
            super().action_command_palette()

    # --- what never reaches the terminal --------------------------------------------------

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
        """Textual's end with a message, as when input breaks off; the message is not shown."""
        self._handle_exception(RuntimeError("the terminal's input or output broke"))

    def _print_error_renderables(self) -> None:
        """Nothing is printed: what Textual would print may hold anything."""
        self._exit_renderables.clear()


@dataclass(frozen=True, slots=True)
class _Press:
    """Answers by a key."""

    screen: SessionScreen
    key: str

    def __call__(self) -> None:
        self.screen.action_choose(self.key)


@dataclass(frozen=True, slots=True)
class _Act:
    """Runs a binding's action where it belongs."""

    app: SmokeApp
    node: object
    action: str

    async def __call__(self) -> None:
        await self.app.run_action(self.action, self.node)  # type: ignore[arg-type]
