"""One turn step in a world of plain data: the real engine and the real behaviour of `turn`."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from smoke_tui.config.session_config import SessionConfig
from smoke_tui.engine.engine import Engine
from smoke_tui.journal.events.event import Event
from smoke_tui.journal.fold import fold
from smoke_tui.journal.state import State
from smoke_tui.journal.stream import EventStream, LiveStream
from smoke_tui.redaction import Vault
from smoke_tui.runbook import parse
from smoke_tui.steps import behave
from smoke_tui.world.conversation import PendingRequest
from smoke_tui.world.loop import EngineLoop
from smoke_tui.world.requests.http import HttpRequest
from smoke_tui.world.requests.ledger import ReadLedger
from smoke_tui.world.requests.machine import Draw, Timer
from smoke_tui.world.requests.operator import Question
from tests.helpers.events import incoming, opened_data

NONCE = "smoke-0123456789"
LONGEST_WALK = 400
PATIENCE = 60.0
REQUEST = 'request = { url = "http://127.0.0.1:9/turn", json = { prompt = "Say" } }'
BY_HAND = 'ask = "Run one turn"'
LEDGER = 'ledger = { match = "dom-1", credential = "credential" }'
Reply = Callable[[str, Mapping[str, Any]], Mapping[str, str] | None]


def runbook_of(*lines: str) -> Any:
    """A runbook of one turn."""
    step = "\n".join(
        [
            'id = "turn"',
            'kind = "turn"',
            'effects = "spends"',
            "proof = true",
            'spend = { kind = "subscription", max_calls = 9 }',
            *lines,
        ]
    )
    parsed = parse(
        "---\nschema: smoke/1\nid: walk\ntitle: Walk\n---\n\n# Walk\n\n## 1. Turn\n\n"
        f"Do it.\n\n```toml step\n{step}\n```\n",
        "walk.md",
    )
    assert parsed.runbook is not None, [str(found) for found in parsed.diagnostics]
    return parsed.runbook


class TooLong(BaseException):
    """The walk did not end."""


@dataclass
class Stack:
    """The outside: what the turn answers, and what the ledger says at each look, the last again.

    An answer of the ledger is its rows, or a text: why it can't be read.
    """

    document: Mapping[str, Any]
    looks: list[list[dict[str, Any]] | str]
    reply: Reply
    inbox: EventStream = field(init=False)
    marks: int = 0

    def begin(self, job: PendingRequest) -> None:
        match job.request:
            case Question(kind, _, data):
                answer = self.reply(kind, data)
                if answer is not None:
                    self.post(job, "answered", {"answer": {"by": "operator", **answer}})
            case Draw():
                self.post(job, "draw", {"value": NONCE})
            case Timer(seconds) if seconds < 100:
                self.post(job, "timer", {"seconds": seconds})
            case ReadLedger(op):
                self.post(job, "ledger", self._look(op))
            case HttpRequest():
                exchanged = {
                    "status": 200,
                    "headers": [],
                    "chunks": [],
                    "ms": 5,
                    "error": None,
                    "error_text": "",
                }
                self.post(job, "http", exchanged, {"body": json.dumps(self.document).encode()})

    def _look(self, op: str) -> dict[str, Any]:
        now: dict[str, Any] = {
            "problem": None,
            "now": "2026-11-21T00:00:00Z",
            "rows": [],
            "more": False,
        }
        if op == "now":
            return now | {"problem": self.looks[0] if isinstance(self.looks[0], str) else None}
        look = self.looks.pop(0) if len(self.looks) > 1 else self.looks[0]
        return now | ({"problem": look} if isinstance(look, str) else {"rows": look})

    def end(self, seq: int) -> None:
        """Nothing is under way."""

    def post(
        self,
        job: PendingRequest,
        ev: str,
        data: Mapping[str, Any],
        blobs: Mapping[str, bytes] | None = None,
    ) -> None:
        self.inbox.post(incoming(ev, data, job.step, job.n, job.seq, {}, blobs or {}))


class Ticks:
    """A second at every look."""

    def __init__(self) -> None:
        self.ticks = 0

    def wall(self) -> datetime:
        self.ticks += 1
        return datetime(2026, 11, 21, tzinfo=UTC) + timedelta(seconds=self.ticks)

    def milliseconds(self) -> int:
        return self.ticks * 1000


class Sink:
    """Keeps events in memory."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def sync(self) -> None:
        """Memory needs none."""

    def write(self, event: Event) -> None:
        self.events.append(event)
        if len(self.events) > LONGEST_WALK:
            raise TooLong

    def sync_due(self) -> None:
        """Nothing waits."""

    def keep(self, content: bytes) -> str:
        return "0" * 64


def agreeing(kind: str, data: Mapping[str, Any]) -> Mapping[str, str] | None:
    """The answer that lets a walk go on; the route is not attested."""
    return {
        "do": {
            "begin": "run",
            "spend": "yes",
            "commands": "yes",
            "finish": "finish",
            "attest": "no",
        }.get(kind, "pass")
    }


def turned(
    document: Mapping[str, Any],
    looks: list[list[dict[str, Any]] | str] | None = None,
    *,
    reply: Reply = agreeing,
    by: str = REQUEST,
) -> State:
    """The state after a session of one turn. `looks` None: there is no ledger."""
    config = SessionConfig(ledger="none" if looks is None else "postgresql")
    runbook, sink = runbook_of(by, LEDGER), Sink()
    stack = Stack(document, list(looks or []), reply)
    engines: list[Engine] = []
    inbox = LiveStream(sink, Vault(), Ticks(), [], first=lambda event: engines[0].watch(event))
    stack.inbox = inbox

    engines.append(Engine(runbook, config, inbox, stack, State(), behave))
    inbox.post(incoming("session.opened", opened_data(config)))
    loop = EngineLoop()
    try:
        inbox.deliver()
        loop.when_idle(inbox.deliver)
        loop.run_until_complete(asyncio.wait_for(engines[0].run(), PATIENCE))
    finally:
        loop.drop()
    return fold(sink.events)
