"""The evidence column: what was seen in the shown step, and what the session holds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from textual.content import Content

from smoke_tui.journal.fold import Try
from smoke_tui.tui.glyphs import MARKS, MUTED
from smoke_tui.tui.narrate import CAUSES
from smoke_tui.tui.scene import Scene
from smoke_tui.tui.words import one_line, took

_LEFT_OUT = frozenset({"headers", "fresh", "json", "body_sha256"})


def facts(scene: Scene) -> Content:
    """Evidence of the shown step's last try, its tries, and what the session knows."""
    known = scene.of(scene.shown)
    rows: list[Content] = []
    last = known.tries[-1] if known.tries else None
    _block(rows, "This step", _evidence(last) if last else iter(()))
    _block(rows, "Its tries", _tries(known.tries))
    _block(rows, "Held by the session", _held(scene))
    _block(rows, "Worth a look", (
        Content.assemble(one_line(f.message, 300), (f" {one_line(f.remedy, 200)}", MUTED))
        for f in scene.state.findings
    ))
    _block(rows, "Notes", (Content(one_line(e.data["text"], 300)) for e in scene.state.notes))
    if scene.folder:
        _block(rows, "Record", iter((Content(one_line(scene.folder, 300)),)))
    return Content("\n").join(rows)


def _block(rows: list[Content], title: str, inside: Iterator[Content]) -> None:
    found = list(inside)
    if rows:
        rows.append(Content(""))
    rows.append(Content.styled(title, "bold"))
    rows += found or [Content.styled("nothing yet", MUTED)]


def _evidence(attempt: Try) -> Iterator[Content]:
    for name, value in attempt.evidence:
        if isinstance(value, dict):
            yield from _pairs(value.items())
        elif name == "route" and isinstance(value, list):
            for row in value:
                says = f" ({row[2]})" if len(row) > 2 else ""
                yield _pair(str(row[0]), f"{row[1]}{says}")
        else:
            yield _pair(name, value)
    usage = attempt.usage or {}
    yield from _pairs((k, v) for k, v in usage.items() if k.endswith("_tokens"))


def _pairs(items: Any) -> Iterator[Content]:
    for name, value in items:
        if value is not None and name not in _LEFT_OUT and not isinstance(value, list | dict):
            yield _pair(str(name).replace("_", " "), value)


def _pair(name: str, value: Any) -> Content:
    shown = {True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) else value
    return Content.assemble((f"{one_line(name, 30)}  ", MUTED), one_line(shown, 160))


def _tries(tries: list[Try]) -> Iterator[Content]:
    for attempt in tries:
        if attempt.ended is None:
            word, style, time = "running", MARKS["running"].style, ""
        else:
            word = attempt.code or ("error" if attempt.error else "as expected")
            style = MARKS["fail" if attempt.code or attempt.error else "pass"].style
            time = f" · {took(attempt.ended - attempt.started)}"
        yield Content.assemble(f"{attempt.n}  ", (one_line(word), style),
                               (f"{time}{CAUSES.get(attempt.cause, '')}", MUTED))


def _held(scene: Scene) -> Iterator[Content]:
    for resource in scene.state.resources.values():
        mark = MARKS["pass"] if resource.alive else MARKS["fail"]
        word = str(resource.detail.get("kind", "service"))
        word = "" if word == resource.name else word
        standing = word if resource.alive else f"{word} gone".strip()
        yield Content.assemble((f"{mark.glyph} ", mark.style), one_line(resource.name, 60),
                               (f"  {one_line(standing, 60)}", MUTED))
    for name, value in scene.state.captured.items():
        yield _pair(name, value)
