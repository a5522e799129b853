"""How far something long may be: what it took before, and the longest that it may take."""

from __future__ import annotations

from typing import Final

from smoke_tui.journal.state import StepState
from smoke_tui.presentation.format import clock, count, duration
from smoke_tui.presentation.live.snapshot import Snapshot, name_of
from smoke_tui.presentation.spans import Text, row
from smoke_tui.runbook.model import Step, limit_of

SHORTEST: Final = 2_000
"""Milliseconds; of what is over sooner nobody wants to hear a time."""
CELLS: Final = 20
_DONE, _LEFT = "━", "╌"


def usually(scene: Snapshot, step: Step) -> str:
    """What the step took in earlier sessions, before it is begun; empty where that is short
    or not known.
    """
    usual = scene.usual.get(step.id)
    if usual is None or usual.ms < SHORTEST:
        return ""
    return (
        f"usually {duration(usual.ms)}, as in {count(usual.sessions, 'earlier session')} here, "
        "without the time you took to answer"
    )


def pause(scene: Snapshot) -> Text:
    """What is waited for between two tries, and for how long; empty where nothing is."""
    waiting = scene.waiting
    if waiting is None:
        return ()
    name = name_of(scene.runbook.step(waiting.id))
    left = clock(max(0, waiting.retry_at - scene.elapsed) + 999)
    return row((f"In {left} a new try of ", ""), (name, "strong"))


def longest(scene: Snapshot, step: Step) -> float | None:
    """How many seconds a step may take in this session; None: nobody has set an end."""
    seconds = limit_of(step)
    return seconds * scene.config.patience if seconds else None


def pace(scene: Snapshot, running: StepState) -> Text:
    """A bar against the usual time; empty where that is short or not known."""
    usual = scene.usual.get(running.id)
    if usual is None or usual.ms < SHORTEST:
        return ()
    spent = scene.state.worked(running.id, running.tries[-1].started, scene.elapsed)
    if spent > usual.ms:
        return row((f"longer than usual ({clock(usual.ms)})", "warn"))
    done = spent * CELLS // usual.ms
    return row(
        (_DONE * done, "accent"),
        (_LEFT * (CELLS - done), "muted"),
        (f"  usually {clock(usual.ms)}", "muted"),
    )
