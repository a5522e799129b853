"""The evidence column: the evidence of the shown step, and what the session holds."""

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


def evidence(snapshot: Snapshot) -> Content:
    """The evidence of the shown step's last try, its tries, and what the session holds."""
    tries = snapshot.of(snapshot.shown).tries
    rows: list[Content] = []
    last = tries[-1] if tries else None
    _block(rows, "This step", (_pair(*pair) for pair in (evidence_pairs(last) if last else ())))
    _block(rows, "Its tries", _tries(tries))
    _block(rows, "Held by the session", _held(snapshot))
    _block(
        rows,
        "Worth a look",
        (
            Content.assemble(one_line(f.message, 300), (f" {one_line(f.remedy, 200)}", MUTED))
            for f in snapshot.state.findings
        ),
    )
    _block(rows, "Notes", (Content(one_line(e.body.text, 300)) for e in snapshot.state.notes))
    if snapshot.folder:
        _block(rows, "Record", iter((Content(one_line(snapshot.folder, 300)),)))
    return Content("\n").join(rows)


def _block(rows: list[Content], title: str, inside: Iterator[Content]) -> None:
    content = list(inside)
    if rows:
        rows.append(Content(""))
    rows.append(Content.styled(title, "bold"))
    rows += content or [Content.styled("nothing yet", MUTED)]


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


def _held(snapshot: Snapshot) -> Iterator[Content]:
    for resource in snapshot.state.resources.values():
        mark = MARKS["pass"] if resource.alive else MARKS["fail"]
        word = resource.provided.tags.get("kind", "service")
        word = "" if word == resource.name else word
        status = word if resource.alive else f"{word} gone".strip()
        if resource.alive and resource.ailing:
            mark = MARKS["blocked"]
            status = f"not answering: {resource.ailing}"
        yield Content.assemble(
            (f"{mark.glyph} ", STYLES[mark.tone]),
            one_line(resource.name, 60),
            (f"  {one_line(status, 60)}", MUTED),
        )
    for name, value in snapshot.state.captured.items():
        yield _pair(*pair(name, value))
