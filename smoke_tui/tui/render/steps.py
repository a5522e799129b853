"""The steps of the walk: a column where there is room, else one line."""

from __future__ import annotations

from textual.content import Content
from textual.style import Style

from smoke_tui.presentation.format import clock, duration, shorten
from smoke_tui.presentation.live.snapshot import Snapshot, name_of
from smoke_tui.presentation.marks import MARKS
from smoke_tui.runbook.model import Step
from smoke_tui.tui.theme import MUTED, STYLES


def rail(scene: Snapshot, width: int) -> Content:
    """Two rows a step: glyph, number and title; the word, the time and the tries."""
    rows: list[Content] = []
    for step in scene.steps:
        mark = MARKS[scene.mark(step)]
        here = "reverse" if step.id == scene.shown.id else ""
        title = f"{scene.number(step)} {shorten(name_of(step), max(4, width - 5))}"
        head = f"{mark.glyph} {title}".ljust(width)
        meta = Style.from_meta({"@click": f"screen.view_step({step.id!r})"})
        rows.append(Content.styled(head, f"{STYLES[mark.tone]} {here}".strip()).stylize(meta))
        below = " · ".join(filter(None, (mark.word, _time(scene, step), _tries(scene, step))))
        rows.append(Content.styled(f"    {below}", MUTED).stylize(meta))
    return Content("\n").join(rows)


def _time(scene: Snapshot, step: Step) -> str:
    known = scene.of(step)
    if known.running:
        return clock(scene.elapsed - known.tries[-1].started)
    total = sum((t.ended or t.started) - t.started for t in known.tries)
    return duration(total) if known.tries else ""


def _tries(scene: Snapshot, step: Step) -> str:
    tries = len(scene.of(step).tries)
    if step.fallback and not tries:
        return "only if needed"
    return f"{tries} tries" if tries > 1 else ""


def strip(scene: Snapshot, width: int) -> Content:
    """One line: every step's glyph and number, and the shown one's title and word."""
    parts: list[Content] = []
    around = sum(4 for _ in scene.steps)
    for step in scene.steps:
        mark = MARKS[scene.mark(step)]
        text = f"{mark.glyph}{scene.number(step)}"
        style = STYLES[mark.tone]
        if step.id == scene.shown.id:
            room = max(6, width - around - len(mark.word) - 6)
            text += f" {shorten(name_of(step), room)} ({mark.word})"
            style += " bold"
        meta = Style.from_meta({"@click": f"screen.view_step({step.id!r})"})
        parts.append(Content.styled(text, style).stylize(meta))
    return Content.assemble(" ", Content("  ").join(parts))


def row_of(scene: Snapshot) -> int:
    """The row of the rail where the shown step begins."""
    return 2 * [s.id for s in scene.steps].index(scene.shown.id) if scene.steps else 0
