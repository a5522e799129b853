"""A journal of any length, whole and valid, for what must not grow with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from smoke_tui.config.session_config import SessionConfig
from smoke_tui.journal.events.event import Event
from smoke_tui.journal.events.kinds import SCHEMA
from smoke_tui.journal.folders import EVIDENCE, JOURNAL
from tests.helpers.event_log import OPENED, shipped
from tests.helpers.events import make_event


def events(count: int) -> Iterator[Event]:
    """`count` events: one step's tries, each with probes, output and evidence."""
    book = shipped()
    opened = {
        **OPENED,
        "schema": SCHEMA,
        "config": SessionConfig().to_json(),
        "runbook": {
            "id": book.id,
            "path": "openai-subscription.md",
            "sha256": book.sha256,
            "text": book.text,
        },
    }
    yield _event(0, "session.opened", opened, None, None, None)
    seq, n = 1, 0
    while True:
        n += 1
        for ev, data, answers in _try(n):
            if seq >= count:
                return
            yield _event(seq, ev, data, "live-call", n, seq - 1 if answers else None)
            seq += 1


def _try(n: int) -> Iterator[tuple[str, Mapping[str, Any], bool]]:
    yield "try.started", {"cause": "again", "caller": None, "kind": "call", "title": "x"}, False
    for _ in range(20):
        yield (
            "request",
            {
                "port": "http",
                "method": "GET",
                "url": "http://127.0.0.1:1/healthz",
                "headers": [],
                "body": None,
            },
            False,
        )
        yield (
            "http",
            {
                "status": 503,
                "headers": [["date", "now"]],
                "chunks": [],
                "ms": 1,
                "error": None,
                "error_text": "",
                "blobs": {},
            },
            True,
        )
        yield (
            "process",
            {"what": "output", "source": "out", "text": "noise\n" * 20, "dropped": 0},
            False,
        )
        yield "finding", {"code": "c", "message": f"seen {n}", "remedy": "Look."}, False
    yield (
        "try.finished",
        {"code": "not-ready", "summary": "not yet", "error": False, "observed": {}},
        False,
    )
    yield "step.finished", {"outcome": "blocked", "code": "not-ready", "summary": "not yet"}, False


def _event(
    seq: int, ev: str, data: Mapping[str, Any], step: str | None, n: int | None, re: int | None
) -> Event:
    return make_event(
        seq,
        f"2026-11-21T19:{seq // 60 % 60:02d}:{seq % 60:02d}.000Z",
        seq * 10,
        ev,
        step,
        n,
        re,
        data,
    )


def write(folder: Path, count: int) -> Path:
    """A session's folder with such a journal."""
    (folder / EVIDENCE).mkdir(parents=True)
    with (folder / JOURNAL).open("wb") as file:
        for event in events(count):
            file.write(event.line())
    return folder
