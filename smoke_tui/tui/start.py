"""Starting the app: what has to be true before Textual is loaded, and after it has ended."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import MutableMapping
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from smoke_tui.config.settings import Settings
from smoke_tui.errors import CommandError, UsageError
from smoke_tui.outcomes import Exit
from smoke_tui.process_setup import SIGNALS, let_go_of_the_terminal, no_core_files
from smoke_tui.structs import replace

if TYPE_CHECKING:
    from smoke_tui.session.live_view import LiveView
    from smoke_tui.session.view_goal import ViewGoal
    from smoke_tui.tui.app import Goal, SmokeApp


def scrub(environ: MutableMapping[str, str]) -> None:
    """Remove variables that would write keys, pasted text or TLS secrets to a file."""
    for name in list(environ):
        if name.startswith("TEXTUAL") or name == "SSLKEYLOGFILE":
            del environ[name]


class Signals:
    """Turns a signal into an orderly end: session closed, children stopped, then exit."""

    def __init__(self) -> None:
        self.app: SmokeApp | None = None
        self.number: int | None = None
        self._old = {number: signal.signal(number, self._on_signal) for number in SIGNALS}

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        app = self.app
        if app is None:
            sys.exit(128 + number)
        self.number = self.number or number
        app.signalled(number)

    def restore(self) -> None:
        """Put the former handlers back."""
        for number, handler in self._old.items():
            signal.signal(number, handler)


def start(goal: ViewGoal, settings: Settings) -> int:
    """Run the app on this terminal; returns the exit code.

    Raises:
        UsageError: the options make no sense.
    """
    if not sys.stderr.isatty():
        raise UsageError("the app draws on standard error, which is not a terminal here")
    # Checked before the screen is drawn: without one the app could not keep anything.
    state_dir = settings.state_dir
    scrub(os.environ)
    no_core_files()
    if settings.on("no-color"):
        os.environ["NO_COLOR"] = "1"
    try:
        app_goal = _goal(goal, settings)
    except CommandError as error:
        print(f"smoke-tui: {error}", file=sys.stderr)
        return int(error.exit)
    app_goal = replace(app_goal, keymap=_keymap(settings))
    signals = Signals()
    try:
        from smoke_tui.tui.app import SmokeApp
        from smoke_tui.tui.driver import LastingDriver

        app = SmokeApp(settings, app_goal, LastingDriver)
        signals.app = app
        code = _run(app, state_dir)
        if signals.number == signal.SIGHUP:
            let_go_of_the_terminal()
        return code if signals.number is None else 128 + signals.number
    finally:
        signals.restore()


def _goal(goal: ViewGoal, settings: Settings) -> Goal:
    from smoke_tui.tui.app import Goal

    if goal.session is not None:
        from smoke_tui.history.find import need_session

        return Goal(session=need_session(settings, goal.session), rerun=goal.step)
    if goal.scenario and not goal.rehearse:
        raise UsageError("--scenario belongs to --rehearse")
    if goal.target is None and not goal.rehearse:
        return Goal()
    from smoke_tui.session.configure import open_runbook

    return Goal(open_runbook(goal.target), goal.rehearse, goal.scenario)


def _keymap(settings: Settings) -> dict[str, str]:
    from smoke_tui.tui.keymap import keymap

    return keymap(settings) if settings.keys else {}


def _run(app: SmokeApp, state_dir: Path) -> int:
    """Run it; whatever happens, the session is closed and what it started is stopped."""
    try:
        app.run()
    except Exception as error:
        app.crashed = app.crashed or error
    live = app.current
    if live is not None:
        live.end("the app broke" if app.crashed else "left")
    if app.crashed is not None and app.signal_number is None:
        from smoke_tui.session.crash import crash_sentence

        vault = live.session.vault if live is not None else None
        _write(f"smoke-tui: {crash_sentence(state_dir, app.crashed, vault)}")
        return int(Exit.INTERNAL)
    if app.broken:
        return int(Exit.INTERNAL)
    return int(_left(live, state_dir)) if live is not None else int(Exit.OK)


def _left(live: LiveView, state_dir: Path) -> Exit:
    """Write what stays in the terminal of the last session; its exit code."""
    from smoke_tui.session.crash import fault_sentence
    from smoke_tui.session.leaving import exit_of, last_lines
    from smoke_tui.session.session import NotStartedError

    while live.drain():
        continue
    if live.fault is not None:
        _write(fault_sentence(state_dir, live.session))
        return Exit.INVALID if isinstance(live.fault, NotStartedError) else Exit.NOT_PROVABLE
    for line in last_lines(live.state, live.session.id, live.folder):
        _write(line)
    return exit_of(live.state)


def _write(text: str) -> None:
    """Write to standard error, unless it is gone, as after a hang-up."""
    try:
        print(text, file=sys.stderr, flush=True)
    except OSError:
        return
