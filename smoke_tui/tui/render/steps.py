"""The steps of a session: a list where there is room, else one line."""

from __future__ import annotations

from textual.content import Content
from textual.style import Style

from smoke_tui.presentation.format import clock, duration, shorten
from smoke_tui.presentation.live.snapshot import Snapshot, name_of
from smoke_tui.presentation.marks import MARKS
from smoke_tui.runbook.model import Step
from smoke_tui.tui.theme import MUTED, STYLES


def step_list(snapshot: Snapshot, width: int) -> Content:
    """Two rows a step: glyph, number and title; the word, the time and the tries."""
    rows: list[Content] = []
    for step in snapshot.steps:
        mark = MARKS[snapshot.mark(step)]
        here = "reverse" if step.id == snapshot.shown.id else ""
        title = f"{snapshot.number(step)} {shorten(name_of(step), max(4, width - 5))}"
        head = f"{mark.glyph} {title}".ljust(width)
        meta = Style.from_meta({"@click": f"screen.view_step({step.id!r})"})
        rows.append(Content.styled(head, f"{STYLES[mark.tone]} {here}".strip()).stylize(meta))
        below = " · ".join(filter(None, (mark.word, _time(snapshot, step), _tries(snapshot, step))))
        rows.append(Content.styled(f"    {below}", MUTED).stylize(meta))
    return Content("\n").join(rows)


def _time(snapshot: Snapshot, step: Step) -> str:
    state = snapshot.of(step)
    if state.running:
        return clock(snapshot.elapsed - state.tries[-1].started)
    total = sum((t.ended or t.started) - t.started for t in state.tries)
    return duration(total) if state.tries else ""


def _tries(snapshot: Snapshot, step: Step) -> str:
    tries = len(snapshot.of(step).tries)
    if step.fallback and not tries:
        return "only if needed"
    return f"{tries} tries" if tries > 1 else ""


def strip(snapshot: Snapshot, width: int) -> Content:
    """One line: every step's glyph and number, and the shown one's title and word."""
    parts: list[Content] = []
    around = sum(4 for _ in snapshot.steps)
    for step in snapshot.steps:
        mark = MARKS[snapshot.mark(step)]
        text = f"{mark.glyph}{snapshot.number(step)}"
        style = STYLES[mark.tone]
        if step.id == snapshot.shown.id:
            room = max(6, width - around - len(mark.word) - 6)
            text += f" {shorten(name_of(step), room)} ({mark.word})"
            style += " bold"
        meta = Style.from_meta({"@click": f"screen.view_step({step.id!r})"})
        parts.append(Content.styled(text, style).stylize(meta))
    return Content.assemble(" ", Content("  ").join(parts))


def row_of(snapshot: Snapshot) -> int:
    """The row of the list where the shown step begins."""
    return 2 * [s.id for s in snapshot.steps].index(snapshot.shown.id) if snapshot.steps else 0
