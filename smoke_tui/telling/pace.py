"""How far something long may be: what it took before, and when it would be stopped."""

from __future__ import annotations

from typing import Final

from smoke_tui.journal.fold import StepState
from smoke_tui.runbook.model import Step, limit_of
from smoke_tui.telling.rows import Row, row
from smoke_tui.telling.scene import Scene, name_of
from smoke_tui.telling.words import clock, count, took

SHORTEST: Final = 2_000
"""Milliseconds; of what is over sooner nobody wants to hear a time."""
CELLS: Final = 20
_DONE, _LEFT = "━", "╌"


def usually(scene: Scene, step: Step) -> str:
    """What the step took in earlier sessions, before it is begun; empty where nothing is known."""
    usual = scene.usual.get(step.id)
    if usual is None:
        return ""
    return (f"usually {took(usual.ms)}, as in {count(usual.sessions, 'earlier session')} here, "
            "without the time you took to answer")


def pause(scene: Scene) -> Row:
    """What is waited for between two tries, and for how long; empty where nothing is."""
    known = scene.state.steps.values()
    waiting = next((s for s in known if s.pending == "retry" and s.delay), None)
    if waiting is None:
        return ()
    name = name_of(scene.runbook.step(waiting.id))
    left = clock(max(0, waiting.retry_at - scene.elapsed) + 999)
    return row((f"In {left} a new try of ", ""), (name, "strong"))


def pace(scene: Scene, running: StepState) -> Row:
    """A bar against the usual time, or when the step would be stopped; empty where it is short."""
    step = scene.runbook.step(running.id)
    started = running.tries[-1].started
    spent = scene.state.worked(step.id, started, scene.elapsed)
    limit = limit_of(step)
    end = int(limit * float(scene.config.get("patience", 1.0)) * 1000) if limit else None
    stops = f"stopped at {clock(end)}" if end is not None and end >= SHORTEST else ""
    usual = scene.usual.get(step.id)
    if usual is None or usual.ms < SHORTEST:
        return row((stops, "muted")) if stops else ()
    if spent > usual.ms:
        longer = f"longer than usual ({clock(usual.ms)})"
        return row((longer, "warn"), (f"; {stops}" if stops else "", "muted"))
    done = spent * CELLS // usual.ms
    return row((_DONE * done, "accent"), (_LEFT * (CELLS - done), "muted"),
               (f"  usually {clock(usual.ms)}" + (f", {stops}" if stops else ""), "muted"))
