"""Run a session from the main thread; a stop signal cancels the session."""

from __future__ import annotations

import signal
from types import FrameType

from smoke_tui.journal.stream import EventListener
from smoke_tui.process_setup import no_core_files
from smoke_tui.session.session import Session

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def run_session(session: Session, *listeners: EventListener) -> list[int]:
    """Run a session to its end; return the numbers of the signals received meanwhile, in order."""
    no_core_files()
    signals: list[int] = []

    def stop(number: int, frame: FrameType | None) -> None:
        signals.append(number)
        session.cancel("session", signal.Signals(number).name)

    old = {number: signal.signal(number, stop) for number in STOP_SIGNALS}
    try:
        session.start(*listeners)
        # Short waits, because a signal's handler runs only between them.
        while not session.done.wait(0.2):
            continue
    finally:
        for number, handler in old.items():
            signal.signal(number, handler)
    return signals
