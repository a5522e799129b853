"""The first row of every screen: what this is, whether it counts, where it stands, what it cost."""

from __future__ import annotations

from rich.cells import cell_len
from textual.content import Content

from smoke_tui.outcomes import Outcome
from smoke_tui.presentation.format import clock, one_line
from smoke_tui.presentation.live.snapshot import Snapshot
from smoke_tui.presentation.spend import quota, spent
from smoke_tui.tui.theme import MUTED

BADGE = "$text on $warning-muted bold"


def badge(scenario: object) -> Content:
    """What stands on every screen of a rehearsal."""
    name = f" · {one_line(scenario, 32)}" if scenario else ""
    return Content.styled(f" REHEARSAL{name} ", BADGE)


def session_header(scene: Snapshot, width: int) -> Content:
    """Session and badge, then from the right: time, quota, calls, place in the walk.

    Where it is narrow the scenario's name goes first, then the place, then the time; what it cost
    and whether it counts stay.
    """
    place, spend, limits = _place(scene), spent(scene), quota(scene.state)
    time = clock(scene.elapsed)
    rights = ([place, spend, limits, time], [spend, limits, time], [spend, limits], [spend])
    for right in rights:
        for named in (True, False):
            row = _row(_left(scene, named), right, width)
            if row is not None:
                return row
    return _left(scene, False)


def _left(scene: Snapshot, named: bool) -> Content:
    config = scene.config
    parts = [
        Content.styled(" smoke ", "bold"),
        Content.styled(scene.state.session[-4:] or "····", MUTED),
        Content(" "),
    ]
    if scene.rehearsed:
        parts.append(badge(config.scenario if named else None))
    elif scene.state.session:
        origin = f", {config.origin}" if named else ""
        parts.append(Content.styled(f"live{origin}", "$text-warning bold"))
    return Content("").join(parts)


def _row(left: Content, right: list[str], width: int) -> Content | None:
    """A row with two ends; None where it does not fit."""
    text = " · ".join(right) + " "
    gap = width - left.cell_length - cell_len(text)
    return Content.assemble(left, " " * gap, text) if gap >= 1 else None


def _place(scene: Snapshot) -> str:
    steps = [s for s in scene.steps if not s.fallback]
    done = sum(1 for s in steps if scene.of(s).outcome not in (None, Outcome.NOT_RUN))
    return f"{done}/{len(steps)} done"
