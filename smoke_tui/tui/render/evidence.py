"""The evidence column: what was seen in the shown step, and what the session holds."""

from __future__ import annotations

from collections.abc import Iterator

from textual.content import Content

from smoke_tui.journal.state import Try
from smoke_tui.presentation.causes import cause_of
from smoke_tui.presentation.evidence import evidence_pairs, pair
from smoke_tui.presentation.format import duration, one_line
from smoke_tui.presentation.live.snapshot import Snapshot
from smoke_tui.presentation.marks import MARKS
from smoke_tui.tui.theme import MUTED, STYLES


def facts(scene: Snapshot) -> Content:
    """Evidence of the shown step's last try, its tries, and what the session knows."""
    known = scene.of(scene.shown)
    rows: list[Content] = []
    last = known.tries[-1] if known.tries else None
    _block(rows, "This step", (_pair(*found) for found in (evidence_pairs(last) if last else ())))
    _block(rows, "Its tries", _tries(known.tries))
    _block(rows, "Held by the session", _held(scene))
    _block(
        rows,
        "Worth a look",
        (
            Content.assemble(one_line(f.message, 300), (f" {one_line(f.remedy, 200)}", MUTED))
            for f in scene.state.findings
        ),
    )
    _block(rows, "Notes", (Content(one_line(e.body.text, 300)) for e in scene.state.notes))
    if scene.folder:
        _block(rows, "Record", iter((Content(one_line(scene.folder, 300)),)))
    return Content("\n").join(rows)


def _block(rows: list[Content], title: str, inside: Iterator[Content]) -> None:
    found = list(inside)
    if rows:
        rows.append(Content(""))
    rows.append(Content.styled(title, "bold"))
    rows += found or [Content.styled("nothing yet", MUTED)]


def _pair(name: str, value: str) -> Content:
    return Content.assemble((f"{name}  ", MUTED), value)


def _tries(tries: list[Try]) -> Iterator[Content]:
    for attempt in tries:
        if attempt.ended is None:
            word, style, time = "running", STYLES[MARKS["running"].tone], ""
        else:
            word = attempt.code or ("error" if attempt.error else "as expected")
            style = STYLES[MARKS["fail" if attempt.code or attempt.error else "pass"].tone]
            time = f" · {duration(attempt.ended - attempt.started)}"
        cause = cause_of(attempt.cause).word
        after = f"{time} · {cause}" if cause else time
        yield Content.assemble(f"{attempt.n}  ", (one_line(word), style), (after, MUTED))


def _held(scene: Snapshot) -> Iterator[Content]:
    for resource in scene.state.resources.values():
        mark = MARKS["pass"] if resource.alive else MARKS["fail"]
        word = resource.provided.tags.get("kind", "service")
        word = "" if word == resource.name else word
        standing = word if resource.alive else f"{word} gone".strip()
        if resource.alive and resource.ailing:
            mark = MARKS["blocked"]
            standing = f"not answering: {resource.ailing}"
        yield Content.assemble(
            (f"{mark.glyph} ", STYLES[mark.tone]),
            one_line(resource.name, 60),
            (f"  {one_line(standing, 60)}", MUTED),
        )
    for name, value in scene.state.captured.items():
        yield _pair(*pair(name, value))
