"""A journal of a session with real children, in the one order that every machine agrees on.

What a child prints comes in pieces, and between facts of others, as it happens; and how often a
booting service is asked whether it is ready depends on the machine. Everything else stands in the
journal in the order of its causes, and is left as it is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from smoke_tui.journal.events.event import Event
from tests.helpers.events import change_event, data_of


def in_fixed_order(events: Sequence[Event]) -> list[Event]:
    """The events without vain probes, what each child says in one place, numbered anew."""
    return _numbered(_children_together(_without_vain_probes(events)))


def _without_vain_probes(events: Sequence[Event]) -> list[Event]:
    """Leave out probes of a started service that came too early, and the pauses after them."""
    started: set[str | None] = set()
    asked: dict[int, Event] = {}
    vain: set[int] = set()
    for event, following in zip(events, [*events[1:], None], strict=True):
        if event.kind == "request":
            asked[event.seq] = event
            if data_of(event)["port"] == "process" and data_of(event).get("stays"):
                started.add(event.step)
        probed = event.kind == "http" and event.step in started and event.request_seq is not None
        if (
            probed
            and event.request_seq is not None
            and _after_start(asked, event)
            and (data_of(event)["status"] != 200)
        ):
            vain |= {event.seq, event.request_seq}
            if following is not None and data_of(following).get("port") == "timer":
                vain.add(following.seq)
    return [event for event in events if event.seq not in vain and event.request_seq not in vain]


def _after_start(asked: dict[int, Event], answer: Event) -> bool:
    """Whether a probe was asked after the service's start; the first one asks who is there."""
    starts = [
        seq
        for seq, request in asked.items()
        if request.step == answer.step and data_of(request).get("stays")
    ]
    return any(seq < (answer.request_seq or 0) for seq in starts)


def _children_together(events: Sequence[Event]) -> list[Event]:
    """Put all that a child says right before its end, its output in one piece a source."""
    said: dict[int, list[Event]] = defaultdict(list)
    for event in events:
        if event.kind == "process" and event.request_seq is not None:
            said[event.request_seq].append(event)
    placed: list[Event] = []
    for event in events:
        if event.kind != "process" or event.request_seq is None:
            placed.append(event)
        elif event is said[event.request_seq][-1]:
            placed += (
                change_event(one, time=event.time, ms=event.ms)
                for one in _joined(said[event.request_seq])
            )
    return placed


def _joined(facts: Iterable[Event]) -> list[Event]:
    """One child's facts with the pieces of each source joined, before whatever ends it."""
    begin: list[Event] = []
    end: list[Event] = []
    output: dict[str, Event] = {}
    for fact in facts:
        if data_of(fact)["what"] == "output":
            source = data_of(fact)["source"]
            before = data_of(output[source])["text"] if source in output else ""
            output[source] = change_event(
                fact, data={**data_of(fact), "text": before + data_of(fact)["text"]}
            )
        else:
            (begin if data_of(fact)["what"] == "started" else end).append(fact)
    return [*begin, *(output[source] for source in sorted(output, reverse=True)), *end]


def _numbered(events: Sequence[Event]) -> list[Event]:
    new = {event.seq: number for number, event in enumerate(events)}

    def renamed(event: Event) -> Event:
        data: dict[str, Any] = dict(data_of(event))
        if data.get("op") == "stop":
            data["of"] = new[data["of"]]
        return change_event(
            event,
            seq=new[event.seq],
            data=data,
            request_seq=None if event.request_seq is None else new[event.request_seq],
        )

    return [renamed(event) for event in events]
