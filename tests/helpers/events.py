"""Events made of the tables that a journal holds, and changed by them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from smoke_tui.config.session_config import SessionConfig
from smoke_tui.journal.events.body import DecisionBody, FactBody
from smoke_tui.journal.events.codec import decode, encode
from smoke_tui.journal.events.event import Event, event_of
from smoke_tui.journal.events.kinds import SCHEMA
from smoke_tui.journal.stream import IncomingFact
from smoke_tui.structs import replace


def opened_data(config: SessionConfig | None = None, **more: Any) -> dict[str, Any]:
    """The table of a session's first event; `more` replaces parts of it."""
    return {
        "schema": SCHEMA,
        "session": "S",
        "runbook": recorded_runbook("book.md"),
        **resumed_data(config),
        **more,
    }


def resumed_data(config: SessionConfig | None = None, **more: Any) -> dict[str, Any]:
    """The table of the event that another program begins with."""
    shown = (config or SessionConfig()).to_json()
    return {"tool": "0.1", "config": shown, "by": "ada", "host": "box", **more}


def recorded_runbook(path: str) -> dict[str, str]:
    """What the first event says of a runbook that nobody reads."""
    return {"id": "book", "path": path, "sha256": "0" * 64, "text": ""}


def make_event(
    seq: int,
    time: str,
    ms: int,
    kind: str,
    step: str | None = None,
    attempt: int | None = None,
    request_seq: int | None = None,
    data: Mapping[str, Any] | None = None,
) -> Event:
    """An event as a line with this data would be read."""
    return event_of((seq, time, ms), kind, data or {}, step, attempt, request_seq)


def data_of(event: Event) -> dict[str, Any]:
    """The table that a journal holds of an event."""
    return encode(event.body, event.blobs, event.secrets)


def change_event(
    event: Event, *, kind: str | None = None, data: Mapping[str, Any] | None = None, **place: Any
) -> Event:
    """The event with another kind, another table, or at another place of the stream."""
    moved = replace(event, **place)
    table = data_of(event) if data is None else data
    return event_of(
        (moved.seq, moved.time, moved.ms),
        kind or event.kind,
        table,
        moved.step,
        moved.attempt,
        moved.request_seq,
    )


def fact_of(kind: str, data: Mapping[str, Any]) -> FactBody:
    """A fact's body from the table that a journal would hold of it."""
    body = decode(kind, data).body
    assert isinstance(body, FactBody), body
    return body


def decision_of(kind: str, data: Mapping[str, Any]) -> DecisionBody:
    """A decision's body from the table that a journal would hold of it."""
    body = decode(kind, data).body
    assert isinstance(body, DecisionBody), body
    return body


def incoming(kind: str, data: Mapping[str, Any], *place: Any, **more: Any) -> IncomingFact:
    """A fact on its way in, from the table that a journal would hold of it."""
    return IncomingFact(fact_of(kind, data), *place, **more)
