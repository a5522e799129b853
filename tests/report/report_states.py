"""States of sessions whose every foreign text is of the test's choosing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from smoke_tui.journal.events import Event
from smoke_tui.journal.fold import State, fold
from smoke_tui.runbook import Runbook, load
from smoke_tui.runbook.find import packaged
from smoke_tui.world.config import Config

OPENED: Mapping[str, Any] = {
    "session": "20261121T190211Z-7f3a", "tool": "0.1", "by": "ada", "host": "box",
    "system": "Linux 6", "python": "3.11.7", "project": {"revision": "0" * 40, "dirty": True},
    "runbook": {"path": "openai-subscription.md"},
}


def shipped() -> Runbook:
    parsed = load(packaged() / "openai-subscription.md")
    assert parsed.runbook is not None
    return parsed.runbook


class Told:
    """Events in order; `state` folds them."""

    def __init__(self, *, world: str = "live", opened: Mapping[str, Any] = OPENED, **config: Any
                 ) -> None:
        self.events: list[Event] = []
        shown = {**Config(world=world).to_json(), **config}
        self.add("session.opened", {**opened, "config": shown})

    def add(
        self, ev: str, data: Mapping[str, Any], step: str | None = None, n: int | None = None,
        re: int | None = None,
    ) -> int:
        seq = len(self.events)
        moment = f"2026-11-21T19:{seq // 60 % 60:02d}:{seq % 60:02d}.000Z"
        self.events.append(Event(seq, moment, seq * 1000, ev, step, n, re, dict(data)))
        return seq

    def tried(
        self, step: str, outcome: str, code: str | None = None, summary: str = "seen",
        n: int = 1, cause: str = "walk", **more: Any,
    ) -> Told:
        self.add("try.started", {"cause": cause, "caller": None}, step, n)
        return self.finished(step, outcome, code, summary, n, **more)

    def finished(
        self, step: str, outcome: str, code: str | None = None, summary: str = "seen", n: int = 1,
        **more: Any,
    ) -> Told:
        self.add("try.finished", {"code": code, "summary": summary, "error": False,
                                  "observed": {}}, step, n)
        self.add("step.finished", {"outcome": outcome, "code": code, "summary": summary, **more},
                 step, n)
        return self

    def closed(self, verdict: str) -> Told:
        self.add("session.closed", {"verdict": verdict, "calls": 1})
        return self

    def state(self) -> State:
        return fold(self.events)


def with_text(text: str, world: str = "live") -> Told:
    """A session in which everything that came from outside says `text`."""
    told = Told(world=world, opened={
        **OPENED, "by": text, "host": text, "system": text, "python": text,
        "project": {"revision": text, "dirty": False}, "runbook": {"path": text},
    }, user_agent=text, originator=text, allow_hosts=[text], scenario=text)
    told.add("try.started", {"cause": "walk", "caller": None}, "live-call", 1)
    asked = told.add("request", {"port": "http", "method": "POST", "url": f"http://x/{text}",
                                 "headers": [["user-agent", text]], "body": None}, "live-call", 1)
    told.add("http", {"status": 400, "headers": [["date", text]], "ms": 5, "error": "cut",
                      "error_text": text, "chunks": [],
                      "blobs": {"body": {"sha256": "0" * 64, "bytes": 3}}},
             "live-call", 1, asked)
    lost = told.add("request", {"port": "http", "method": "POST", "url": "http://x/",
                                "headers": [], "body": None}, "live-call", 1)
    told.add("http", {"status": None, "headers": [], "ms": 5, "error": "dns", "error_text": text,
                      "chunks": []}, "live-call", 1, lost)
    for name, value in (("call", {"said": text, "model": text}), ("operator", text),
                        ("trace", text), ("route", [["provider", text, "nothing"]]),
                        ("command", {"argv": text, "exit": 1})):
        told.add("evidence", {"name": name, "value": value}, "live-call", 1)
    told.add("finding", {"code": "c", "message": text, "remedy": text}, "live-call", 1)
    told.add("rule.matched", {"index": 1, "line": 9, "goto": None, "why": text, "code": "c",
                              "outcome": "blocked"}, "live-call", 1)
    told.finished("live-call", "fail", "shape-rejected", text)
    told.add("step.finished", {"outcome": "waived", "code": None, "summary": text, "reason": text,
                               "by": text}, "boot-stack", None)
    told.add("captured", {"name": "org_id", "value": text}, "seed-org", 1)
    question = told.add("request", {"port": "operator", "kind": "attest", "data": {}},
                        "authoring-turn", 1)
    told.add("answered", {"answer": {"do": "yes", "words": text, "by": "operator"}},
             "authoring-turn", 1, question)
    told.add("noted", {"text": text})
    told.tried("authoring-turn", "pass", None, text)
    return told.closed("fail")
