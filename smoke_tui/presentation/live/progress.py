"""Progress of a running step against its typical and its maximum duration."""

from __future__ import annotations

from typing import Final

from smoke_tui.journal.state import StepState
from smoke_tui.presentation.format import clock, count, duration
from smoke_tui.presentation.live.snapshot import Snapshot, name_of
from smoke_tui.presentation.spans import Text, row
from smoke_tui.runbook.model import Step, limit_of

SHORTEST: Final = 2_000
"""Milliseconds; shorter durations are not shown."""
CELLS: Final = 20
_DONE, _LEFT = "━", "╌"


def usually(snapshot: Snapshot, step: Step) -> str:
    """The typical duration of a step in a sentence; empty if it is short or unknown."""
    typical = snapshot.typical.get(step.id)
    if typical is None or typical.ms < SHORTEST:
        return ""
    return (
        f"usually {duration(typical.ms)}, as in {count(typical.sessions, 'earlier session')} here, "
        "without the time you took to answer"
    )


def pause(snapshot: Snapshot) -> Text:
    """The countdown to the next try; empty if no retry is planned."""
    waiting = snapshot.waiting
    if waiting is None:
        return ()
    name = name_of(snapshot.runbook.step(waiting.id))
    left = clock(max(0, waiting.retry_at - snapshot.elapsed) + 999)
    return row((f"In {left} a new try of ", ""), (name, "strong"))


def longest(snapshot: Snapshot, step: Step) -> float | None:
    """Return the step's time limit in this session, in seconds; None if it has none."""
    seconds = limit_of(step)
    return seconds * snapshot.config.patience if seconds else None


def pace(snapshot: Snapshot, running: StepState) -> Text:
    """A bar of the elapsed against the typical time; empty if that is short or unknown."""
    typical = snapshot.typical.get(running.id)
    if typical is None or typical.ms < SHORTEST:
        return ()
    spent = snapshot.state.worked(running.id, running.tries[-1].started, snapshot.elapsed)
    if spent > typical.ms:
        return row((f"longer than usual ({clock(typical.ms)})", "warn"))
    done = spent * CELLS // typical.ms
    return row(
        (_DONE * done, "accent"),
        (_LEFT * (CELLS - done), "muted"),
        (f"  usually {clock(typical.ms)}", "muted"),
    )
