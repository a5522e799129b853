"""The first row of every screen: what this is, whether it counts, its progress, its cost."""

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
    """The badge on every screen of a rehearsal."""
    name = f" · {one_line(scenario, 32)}" if scenario else ""
    return Content.styled(f" REHEARSAL{name} ", BADGE)


def session_header(snapshot: Snapshot, width: int) -> Content:
    """Session and badge, then from the right: time, quota, calls, steps done.

    Where it is narrow the scenario's name goes first, then the steps done, then the time; the cost
    and whether it counts stay.
    """
    place, spend, limits = _place(snapshot), spent(snapshot), quota(snapshot.state)
    time = clock(snapshot.elapsed)
    rights = ([place, spend, limits, time], [spend, limits, time], [spend, limits], [spend])
    for right in rights:
        for named in (True, False):
            row = _row(_left(snapshot, named), right, width)
            if row is not None:
                return row
    return _left(snapshot, False)


def _left(snapshot: Snapshot, named: bool) -> Content:
    config = snapshot.config
    parts = [
        Content.styled(" smoke ", "bold"),
        Content.styled(snapshot.state.session[-4:] or "····", MUTED),
        Content(" "),
    ]
    if snapshot.rehearsed:
        parts.append(badge(config.scenario if named else None))
    elif snapshot.state.session:
        origin = f", {config.origin}" if named else ""
        parts.append(Content.styled(f"live{origin}", "$text-warning bold"))
    return Content("").join(parts)


def _row(left: Content, right: list[str], width: int) -> Content | None:
    """A row with two ends; None where it does not fit."""
    text = " · ".join(right) + " "
    gap = width - left.cell_length - cell_len(text)
    return Content.assemble(left, " " * gap, text) if gap >= 1 else None


def _place(snapshot: Snapshot) -> str:
    steps = [s for s in snapshot.steps if not s.fallback]
    done = sum(1 for s in steps if snapshot.of(s).outcome not in (None, Outcome.NOT_RUN))
    return f"{done}/{len(steps)} done"
