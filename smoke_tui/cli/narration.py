"""Narration on standard error: finished steps, details, what failed steps printed last."""

from __future__ import annotations

import contextlib
import shutil
import sys
from typing import Final

from smoke_tui.journal.events.battery_facts import BatteryEnded
from smoke_tui.journal.events.decisions import StepFinished
from smoke_tui.journal.events.event import Event
from smoke_tui.journal.events.facts import HttpAnswered, ProcessOutput, ProcessStarted
from smoke_tui.journal.fold import apply
from smoke_tui.journal.state import State
from smoke_tui.journal.stream import TextDelta
from smoke_tui.presentation.live.battery import BatteryProgress
from smoke_tui.redaction import clean

PROGRESS_MS: Final = 10_000
"""How often a battery's progress is written where standard error is no terminal."""
LIVE_MS: Final = 200


class Narrator:
    """A listener that writes a line about each finished step, once the journal holds it."""

    def __init__(self, state: State, *, verbose: bool = False) -> None:
        self._state = state
        self._verbose = verbose
        self._live = sys.stderr.isatty()
        self._battery = BatteryProgress(LIVE_MS if self._live else PROGRESS_MS)

    def on_event(self, event: Event) -> None:
        """Write a line about an event: about a finished step, and about details where verbose."""
        apply(self._state, event)
        self._progress(event)
        if self._verbose:
            for line in _detail_lines(self._state, event):
                _narrate(f"  {clean(line)}")
        if isinstance(event.body, StepFinished):
            code, outcome = event.body.code, event.body.outcome.value
            _narrate(" ".join(["step", event.step or "", outcome, *([code] if code else [])]))

    def _progress(self, event: Event) -> None:
        """Write how far a battery is, now and then; on a terminal in one line that changes."""
        text = self._battery.line(self._state, event)
        if text is None:
            return
        line = clean(f"  {text}")
        if self._live:
            end = "\n" if isinstance(event.body, BatteryEnded) else ""
            _narrate(f"\r\x1b[K{line[: _width()]}", end=end)
        else:
            _narrate(line)

    def on_signal(self, signal: TextDelta) -> None:
        """Deltas are for screens."""


def _narrate(line: str, end: str = "\n") -> None:
    """A line on standard error; that nobody reads it any more must not end the session."""
    with contextlib.suppress(OSError):
        print(line, file=sys.stderr, flush=True, end=end)


def _width() -> int:
    return shutil.get_terminal_size().columns - 1


def _detail_lines(state: State, event: Event) -> list[str]:
    """An exchange, a command or a line of output, in a line each."""
    match event.body:
        case HttpAnswered(status=status, error=error, ms=ms):
            exchange = state.exchanges.get(event.request_seq or -1)
            if exchange is not None:
                asked = exchange[0].body
                return [f"{asked.method} {asked.url} {status or error} ({ms} ms)"]
        case ProcessStarted(argv=argv):
            return ["$ " + " ".join(argv)]
        case ProcessOutput(text=text):
            return text.splitlines()
    return []
