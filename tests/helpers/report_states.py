"""States of sessions whose every foreign text is of the test's choosing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from smoke_tui.journal.events import Event
from smoke_tui.journal.fold import fold
from smoke_tui.journal.state import State
from smoke_tui.report.exchanges import Evidence
from smoke_tui.runbook import Runbook, load, parse
from smoke_tui.runbook.find import packaged
from smoke_tui.world.config import Config

OPENED: Mapping[str, Any] = {
    "session": "20261121T190211Z-7f3a",
    "tool": "0.1",
    "by": "ada",
    "host": "box",
    "system": "Linux 6",
    "python": "3.11.7",
    "project": {"revision": "0" * 40, "dirty": True},
    "runbook": {"path": "openai-subscription.md"},
}


def shipped() -> Runbook:
    parsed = load(packaged() / "openai-subscription.md")
    assert parsed.runbook is not None
    return parsed.runbook


class Told:
    """Events in order; `state` folds them."""

    def __init__(
        self, *, world: str = "live", opened: Mapping[str, Any] = OPENED, **config: Any
    ) -> None:
        self.events: list[Event] = []
        shown = {**Config(world=world).to_json(), **config}
        self.add("session.opened", {**opened, "config": shown})

    def add(
        self,
        ev: str,
        data: Mapping[str, Any],
        step: str | None = None,
        n: int | None = None,
        re: int | None = None,
    ) -> int:
        seq = len(self.events)
        moment = f"2026-11-21T19:{seq // 60 % 60:02d}:{seq % 60:02d}.000Z"
        self.events.append(Event(seq, moment, seq * 1000, ev, step, n, re, dict(data)))
        return seq

    def tried(
        self,
        step: str,
        outcome: str,
        code: str | None = None,
        summary: str = "seen",
        n: int = 1,
        cause: str = "walk",
        **more: Any,
    ) -> Told:
        self.add("try.started", {"cause": cause, "caller": None}, step, n)
        return self.finished(step, outcome, code, summary, n, **more)

    def finished(
        self,
        step: str,
        outcome: str,
        code: str | None = None,
        summary: str = "seen",
        n: int = 1,
        **more: Any,
    ) -> Told:
        self.add(
            "try.finished",
            {"code": code, "summary": summary, "error": False, "observed": {}},
            step,
            n,
        )
        self.add(
            "step.finished", {"outcome": outcome, "code": code, "summary": summary, **more}, step, n
        )
        return self

    def waived(self, step: str) -> Told:
        self.add(
            "step.finished",
            {
                "outcome": "waived",
                "code": None,
                "summary": "",
                "by": "ada",
                "reason": "seen before",
            },
            step,
            None,
        )
        return self

    def closed(self, verdict: str) -> Told:
        self.add("session.closed", {"verdict": verdict, "calls": 1})
        return self

    def state(self) -> State:
        return fold(self.events)


def with_text(text: str, world: str = "live") -> Told:
    """A session in which everything that came from outside says `text`."""
    told = Told(
        world=world,
        opened={
            **OPENED,
            "by": text,
            "host": text,
            "system": text,
            "python": text,
            "project": {"revision": text, "dirty": False},
            "runbook": {"path": text},
            "network": [text, text],
            "tool": text,
        },
        user_agent=text,
        originator=text,
        allow_hosts=[text],
        scenario=text,
        origin=text,
    )
    told.add("try.started", {"cause": "walk", "caller": None}, "live-call", 1)
    asked = told.add(
        "request",
        {
            "port": "http",
            "method": "POST",
            "url": f"http://x/{text}",
            "headers": [["user-agent", text]],
            "body": None,
        },
        "live-call",
        1,
    )
    told.add(
        "http",
        {
            "status": 400,
            "headers": [["date", text]],
            "ms": 5,
            "error": "cut",
            "error_text": text,
            "chunks": [],
            "blobs": {"body": {"sha256": "0" * 64, "bytes": 3}},
        },
        "live-call",
        1,
        asked,
    )
    lost = told.add(
        "request",
        {"port": "http", "method": "POST", "url": "http://x/", "headers": [], "body": None},
        "live-call",
        1,
    )
    told.add(
        "http",
        {"status": None, "headers": [], "ms": 5, "error": "dns", "error_text": text, "chunks": []},
        "live-call",
        1,
        lost,
    )
    for name, value in (
        ("call", {"said": text, "model": text}),
        ("operator", text),
        ("trace", text),
        ("route", [["provider", text, "nothing"]]),
        ("command", {"argv": text, "exit": 1}),
    ):
        told.add("evidence", {"name": name, "value": value}, "live-call", 1)
    told.add(
        "process", {"what": "output", "source": "out", "text": text, "dropped": 0}, "live-call", 1
    )
    told.add("branch.taken", {"to": text, "code": text, "line": None}, "live-call", 1)
    told.add("finding", {"code": "c", "message": text, "remedy": text}, "live-call", 1)
    told.add(
        "rule.matched",
        {"index": 1, "line": 9, "goto": None, "why": text, "code": "c", "outcome": "blocked"},
        "live-call",
        1,
    )
    told.finished("live-call", "fail", "shape-rejected", text)
    told.add(
        "step.finished",
        {"outcome": "waived", "code": None, "summary": text, "reason": text, "by": text},
        "boot-stack",
        None,
    )
    told.add("captured", {"name": "org_id", "value": text}, "seed-org", 1)
    question = told.add(
        "request", {"port": "operator", "kind": "attest", "data": {}}, "authoring-turn", 1
    )
    told.add(
        "answered",
        {"answer": {"do": "yes", "words": text, "by": "operator"}},
        "authoring-turn",
        1,
        question,
    )
    told.add("noted", {"text": text})
    told.add("session.resumed", {"by": text, "host": text, "rerun": text, "torn_bytes": 3})
    told.add("try.started", {"cause": "again", "caller": None}, "paste-credential", 1)
    told.tried("authoring-turn", "pass", None, text)
    return told.closed("fail")


def saying(text: str) -> Evidence:
    """Evidence whose every piece says `text`."""
    return lambda digest: text.encode("utf-8", "replace")


BODY = "b" * 64
"""The sha256 of what `answered` was answered, unless it says otherwise."""


def answered(
    told: Told,
    step: str,
    status: int | None,
    *,
    n: int = 1,
    method: str = "POST",
    digest: str = BODY,
    text: str = "x",
    url: str = "https://chatgpt.com/backend-api/codex/responses",
) -> None:
    """An exchange of a try, with the provider unless `url` says otherwise."""
    asked = told.add(
        "request",
        {
            "port": "http",
            "method": method,
            "url": url,
            "headers": [
                ["User-Agent", "smoke-tui"],
                ["originator", "smoke_tui"],
                ["chatgpt-account-id", "[REDACTED:account-id#1]"],
            ],
            "body": None,
        },
        step,
        n,
    )
    told.add(
        "http",
        {
            "status": status,
            "headers": [["x-request-id", "req-1"], ["x-foreign", text]],
            "ms": 5,
            "error": None if status else "dns",
            "error_text": text,
            "chunks": [],
            "blobs": {"body": {"sha256": digest, "bytes": 3}},
        },
        step,
        n,
        asked,
    )


SMALL = """\
---
schema: smoke/1
id: small
title: A small runbook
issue: SPEC-1
---

## Ask the model

```toml step
id      = "live-call"
kind    = "call"
prompt  = "Say it."
proof   = true
effects = "spends"
spend   = { kind = "subscription", max_calls = 3 }

[[on]]
match = { code = "instructions-drift" }
goto  = "mend"
```

## Look at the page

```toml step
id   = "look"
kind = "manual"
ask  = "Is it there?"
```

## Sign it off

```toml step
id   = "sign"
kind = "manual"
ask  = "Signed?"
```

## Fallback: mend it

```toml step
id       = "mend"
kind     = "manual"
fallback = true
ask      = "Mended?"
retry    = { max = 1 }
```
"""


def small() -> Runbook:
    """A runbook whose text stays as it is, for goldens."""
    parsed = parse(SMALL, "small.md")
    assert parsed.runbook is not None, [str(found) for found in parsed.diagnostics]
    return parsed.runbook


def walked(world: str = "live") -> Told:
    """A session with a bit of everything: a fallback, a wait, a resume, a waiver, a failure."""
    told = Told(
        world=world,
        scenario="drift" if world == "rehearsed" else None,
        opened={**OPENED, "tool": "0.1.0", "runbook": {"path": "small.md"}},
    )
    told.add("try.started", {"cause": "walk", "caller": None}, "live-call", 1)
    asked = told.add("request", {"port": "operator", "kind": "spend", "data": {}}, "live-call", 1)
    told.add("noted", {"text": "still reading"})
    for _ in range(20):
        told.add("timer", {})
    told.add("answered", {"answer": {"do": "yes", "by": "operator"}}, "live-call", 1, asked)
    told.add("spend.reserved", {"calls": 1}, "live-call", 1)
    answered(told, "live-call", 400)
    told.add(
        "spend.settled",
        {
            "kind": "subscription",
            "unknown": False,
            "limits": [{"window_minutes": 300, "used_percent": 12.5, "resets_at": "x"}],
        },
        "live-call",
        1,
    )
    told.add(
        "evidence",
        {"name": "call", "value": {"status": 400, "model": None, "said": "No"}},
        "live-call",
        1,
    )
    told.add(
        "try.finished",
        {
            "code": "instructions-drift",
            "summary": "HTTP 400",
            "error": False,
            "observed": {"model_asked": "m"},
        },
        "live-call",
        1,
    )
    line = small().step("live-call").rules[0].line
    told.add(
        "branch.taken", {"to": "mend", "code": "instructions-drift", "line": line}, "live-call", 1
    )
    told.tried("mend", "pass", cause="fallback")
    told.add("try.started", {"cause": "return", "caller": "mend"}, "live-call", 2)
    told.add("spend.reserved", {"calls": 1}, "live-call", 2)
    told.add("session.resumed", {"by": "bea", "host": "box2", "rerun": None, "torn_bytes": 7})
    told.add(
        "try.finished",
        {"code": "interrupted", "summary": "broken off", "error": False, "observed": {}},
        "live-call",
        2,
    )
    told.tried("live-call", "fail", "degraded-model", "Another model answered.", n=3, cause="again")
    told.add(
        "step.finished",
        {"outcome": "waived", "code": None, "summary": "", "by": "bea", "reason": "seen yesterday"},
        "look",
        None,
    )
    return told.closed("fail")
