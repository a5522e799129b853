"""The first row of every screen: what this is, whether it counts, its progress, its cost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Final

from rich.cells import cell_len
from textual.content import Content

from smoke_tui.outcomes import BAD_OUTCOMES, Outcome
from smoke_tui.presentation.format import clock, one_line
from smoke_tui.presentation.live.snapshot import Snapshot
from smoke_tui.presentation.marks import MARKS
from smoke_tui.presentation.spend import quota, spent
from smoke_tui.tui.theme import MUTED

_SOURCES: Final[Mapping[str, str]] = {
    "none": "own login",
    "file": "bundle file",
    "stdin": "bundle from standard input",
    "codex-cli": "the Codex CLI's login",
}
"""Where a subscription's credential comes from, by the session's setting."""

BADGE = "$text on $warning-muted bold"


def badge(scenario: object) -> Content:
    """The badge on every screen of a rehearsal."""
    name = f" · {one_line(scenario, 32)}" if scenario else ""
    return Content.styled(f" REHEARSAL{name} ", BADGE)


def session_header(snapshot: Snapshot, width: int) -> Content:
    """Session and badge, then from the right: time, quota, calls, steps done.

    Where it is narrow the credential's source goes first, then the name of the scenario or origin,
    then the steps done, then the time; the cost and whether it counts stay.
    """
    place, spend, limits = _place(snapshot), spent(snapshot), quota(snapshot.state)
    time = clock(snapshot.elapsed)
    rights = ([place, spend, limits, time], [spend, limits, time], [spend, limits], [spend])
    for right in rights:
        for named, paid in ((True, True), (True, False), (False, False)):
            row = _row(_left(snapshot, named=named, paid=paid), right, width)
            if row is not None:
                return row
    return _left(snapshot, named=False, paid=False)


def _left(snapshot: Snapshot, *, named: bool, paid: bool) -> Content:
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
        credential = _credential(snapshot) if paid else ""
        parts.append(Content.styled(f"live{origin}{credential}", "$text-warning bold"))
    return Content("").join(parts)


def _credential(snapshot: Snapshot) -> str:
    """Whose credential pays for the steps that spend; empty where none does."""
    kinds = {step.spend.kind for step in snapshot.steps if step.spend is not None}
    sources = [_SOURCES.get(snapshot.config.bundle, "")] if "subscription" in kinds else []
    sources += ["API key"] if "metered" in kinds else []
    return f", {' and '.join(filter(None, sources))}" if any(sources) else ""


def _row(left: Content, right: list[str], width: int) -> Content | None:
    """A row with two ends; None where it does not fit."""
    text = " · ".join(right) + " "
    gap = width - left.cell_length - cell_len(text)
    return Content.assemble(left, " " * gap, text) if gap >= 1 else None


def _place(snapshot: Snapshot) -> str:
    """How many steps have passed, and how many ended otherwise, by their words."""
    steps = [s for s in snapshot.steps if not s.fallback]
    outcomes = Counter(snapshot.of(step).outcome for step in steps)
    parts = [f"{outcomes[Outcome.PASS]}/{len(steps)} done"]
    parts += [
        f"{outcomes[outcome]} {MARKS[outcome].word}"
        for outcome in (*BAD_OUTCOMES, Outcome.WAIVED)
        if outcomes[outcome]
    ]
    return ", ".join(parts)
