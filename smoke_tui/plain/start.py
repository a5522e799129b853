"""`--plain`: a session line by line, from its first line to its exit code."""

from __future__ import annotations

import io
import signal
import sys
from types import FrameType

from smoke_tui.config.settings import Settings
from smoke_tui.errors import CommandError, UsageError
from smoke_tui.history.find import need_session
from smoke_tui.outcomes import Exit
from smoke_tui.plain.input import Keyboard
from smoke_tui.plain.loop import PlainSession
from smoke_tui.plain.output import Output
from smoke_tui.plain.prompt import TICK
from smoke_tui.presentation.live.preflight import Finding, clear_text, problem_rows
from smoke_tui.presentation.spans import as_text
from smoke_tui.process_setup import SIGNALS, let_go_of_the_terminal, no_core_files
from smoke_tui.runbook import Runbook
from smoke_tui.session.configure import open_runbook
from smoke_tui.session.crash import crash_sentence
from smoke_tui.session.live_view import LiveView
from smoke_tui.session.open_view import (
    ORIGIN_WORDS,
    open_live,
    open_rehearsal,
    open_resumed,
    origin_warning,
    preflight_live,
    why_not_live,
)
from smoke_tui.session.session import Session
from smoke_tui.session.view_goal import ViewGoal


def start(goal: ViewGoal, settings: Settings) -> int:
    """Run a session on lines; the exit code is that of the verdict, or of what ended it.

    Raises:
        UsageError: the options make no sense.
        CommandError: there is nothing to run, or not here.
        BrokenPipeError: the reader of our output went away.
    """
    no_core_files()
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A serial line's character set need not have every character of an answer.
        sys.stdout.reconfigure(errors="backslashreplace")
    keyboard, output = Keyboard(), Output(sys.stdout, ascii_only=settings.on("ascii"))
    signals = Signals()
    live: LiveView | None = None
    try:
        live = _open(goal, settings, keyboard, output)
        signals.session = live.session
        return PlainSession(live, keyboard, output, settings, signals.received).run()
    except (UsageError, CommandError, BrokenPipeError):
        raise
    except Exception as error:
        vault = live.session.vault if live is not None else None
        words = crash_sentence(settings.state_dir, error, vault)
        output.write(f"{words[0].upper()}{words[1:]}.")
        output.flush()
        return Exit.INTERNAL
    finally:
        if live is not None:
            live.end("left")
        if signal.SIGHUP in signals.received:
            let_go_of_the_terminal()
        signals.restore()


class Signals:
    """Turns a signal into the session's orderly end; before there is one, it ends the program."""

    def __init__(self) -> None:
        self.session: Session | None = None
        self.received: list[int] = []
        self._old = {number: signal.signal(number, self._on_signal) for number in SIGNALS}

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        if self.session is None:
            sys.exit(128 + number)
        self.received.append(number)
        self.session.cancel("session", signal.Signals(number).name)

    def restore(self) -> None:
        """Put the former handlers back."""
        for number, handler in self._old.items():
            signal.signal(number, handler)


def _open(goal: ViewGoal, settings: Settings, keyboard: Keyboard, output: Output) -> LiveView:
    if goal.session is not None:
        folder = need_session(settings, goal.session)
        return open_resumed(settings, folder, goal.step)
    if goal.scenario and not goal.rehearse:
        raise UsageError("--scenario belongs to --rehearse")
    runbook = goal.runbook or open_runbook(goal.target)
    if goal.rehearse:
        return open_rehearsal(settings, runbook, goal.scenario)
    refusal = why_not_live()
    if refusal is not None:
        raise CommandError(Exit.NOT_PROVABLE, refusal)
    origin = settings.get("origin") or _origin(runbook, keyboard, output)
    return open_live(settings, runbook, origin, _preflight(settings, runbook, keyboard, output))


def _preflight(
    settings: Settings, runbook: Runbook, keyboard: Keyboard, output: Output
) -> tuple[Finding, ...]:
    """Write what is in the way before step 1; on a terminal, ask whether to go on all the same.

    Raises:
        CommandError: the operator does not go on.
    """
    output.write("Preflight: checking what can be known before anything is spent.")
    output.flush()
    findings = preflight_live(settings, runbook)
    rows = problem_rows(runbook, findings)
    for row in rows:
        output.write(as_text(row).strip().removeprefix("✗ "))
    if not rows:
        output.write(clear_text(findings))
    elif keyboard.tty:
        output.write("y: go on all the same; anything else: leave.")
        if _line(keyboard, output).lower() not in ("y", "yes"):
            raise CommandError(Exit.NOT_PROVABLE, "left before step 1; nothing was spent")
    return findings


def _origin(runbook: Runbook, keyboard: Keyboard, output: Output) -> str:
    """Ask the operator for the origin of this machine's traffic.

    Raises:
        CommandError: the input ended.
    """
    output.write(f"To be run live: {runbook.title}")
    while True:
        output.write(
            "Question: where does this machine's traffic come from? The answer goes into the "
            "report, and decides what a challenge of the provider's edge means."
        )
        names = list(ORIGIN_WORDS)
        for number, name in enumerate(names, 1):
            output.write(f"{number}, {name[0]} or {name}: {ORIGIN_WORDS[name]}")
        reply = _line(keyboard, output).lower()
        origin = next(
            (name for number, name in enumerate(names, 1) if reply in (str(number), name[0], name)),
            None,
        )
        warning = origin_warning(runbook, origin) if origin is not None else None
        if warning is not None:
            output.write(f"{warning} y: go on; anything else: choose again.")
            if _line(keyboard, output).lower() not in ("y", "yes"):
                continue
        if origin is not None:
            return origin


def _line(keyboard: Keyboard, output: Output) -> str:
    """Read a line before there is a session.

    Raises:
        CommandError: the input ended.
    """
    output.flush()
    while not keyboard.closed:
        line = keyboard.line()
        if line is not None:
            return line.strip()
        keyboard.wait(TICK)
    raise CommandError(
        Exit.NOT_PROVABLE,
        "the input has ended before it was said where the traffic comes from; give --origin",
    )
