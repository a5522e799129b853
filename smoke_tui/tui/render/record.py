"""A recorded session, event by event: its place in time, its neighbours, its content."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final

from textual.content import Content

from smoke_tui.journal.events.codec import encode
from smoke_tui.journal.events.event import Event
from smoke_tui.journal.events.kinds import DECISIONS, FACTS
from smoke_tui.presentation.format import clock, inert, one_line, shorten
from smoke_tui.tui.theme import ACCENT, MUTED, WARN

_SUMMARY_KEYS: Final = (
    "what",
    "code",
    "outcome",
    "status",
    "problem",
    "name",
    "kind",
    "port",
    "to",
    "do",
)
_LONGEST: Final = 12_000


def time_bar(events: Sequence[Event], at: int, width: int) -> Content:
    """How far through the session's time this event is, and through its events."""
    total = max(1, events[-1].ms)
    here = events[at].ms
    position = (
        f" {_time(here, total)} of {_time(total, total)}   event {at + 1:,} of {len(events):,} "
    )
    room = max(8, width - len(position) - 2)
    full = round(room * here / total)
    return Content.assemble(" ", ("█" * full, ACCENT), ("░" * (room - full), MUTED), position)


def _time(ms: int, total: int) -> str:
    """A moment of the session; tenths of a second count in a short one."""
    return clock(ms) if total >= 60_000 else f"{ms / 1000:.1f} s"


def event_rows(events: Sequence[Event], at: int, rows: int, width: int) -> Content:
    """The events around this one, a row each, as many as fit."""
    first = max(0, min(at - rows // 2, len(events) - rows))
    shown = events[first : first + rows]
    return Content("\n").join(
        _row(event, _time(event.ms, events[-1].ms), width, here=first + number == at)
        for number, event in enumerate(shown)
    )


def _row(event: Event, time: str, width: int, *, here: bool) -> Content:
    mark = "▶ " if here else "  "
    kind = "fact    " if event.is_fact else "decision"
    step = f"{event.step}{f'.{event.attempt}' if event.attempt else ''}" if event.step else ""
    text = f"{time:>7} {kind} {event.kind}  {one_line(step, 44)}  {_summary(event)}"
    style = "bold" if here else (MUTED if event.is_fact else "")
    return Content.styled(shorten(mark + text, max(10, width)), style)


def _summary(event: Event) -> str:
    """The first three values of an event's table that say the most."""
    table = encode(event.body, event.blobs, event.secrets)
    answer = table.get("answer")
    values = answer if isinstance(answer, dict) else table
    texts = [
        one_line(values[name], 60)
        for name in _SUMMARY_KEYS
        if values.get(name) not in (None, "", [])
    ]
    return " · ".join(texts[:3])


def event_detail(event: Event) -> Content:
    """One event in full: what such an event is, its time, its step, and its content as JSON."""
    table = encode(event.body, event.blobs, event.secrets)
    about = FACTS.get(event.kind) or DECISIONS.get(event.kind) or "a kind of a newer version"
    kind = "Fact" if event.is_fact else "Decision"
    text = inert(json.dumps(table, indent=1, ensure_ascii=False), _LONGEST)
    rows = [
        Content.assemble((f"{kind} {event.seq}: {event.kind}", "bold"), (f"  {about}", MUTED)),
        Content.styled(
            f"{event.time}  {clock(event.ms)}"
            f"{f'  step {event.step}, try {event.attempt}' if event.step else ''}"
            f"{f'  answers event {event.request_seq}' if event.request_seq is not None else ''}",
            MUTED,
        ),
        Content(""),
        Content(text),
    ]
    if len(text) >= _LONGEST:
        rows.append(Content.styled("The rest is in the journal.", WARN))
    return Content("\n").join(rows)
