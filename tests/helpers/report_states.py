"""States of sessions whose every foreign text is of the test's choosing."""

from __future__ import annotations

from smoke_tui.presentation.report.exchanges import EvidenceReader
from tests.helpers.event_log import OPENED, EventLog, small
from tests.helpers.events import recorded_runbook, resumed_data


def with_text(text: str, world: str = "live") -> EventLog:
    """A session in which everything that came from outside says `text`."""
    log = EventLog(
        world=world,
        opened={
            **OPENED,
            "by": text,
            "host": text,
            "system": text,
            "python": text,
            "project": {"revision": text, "dirty": False},
            "runbook": recorded_runbook(text),
            "network": [text, text],
            "tool": text,
        },
        user_agent=text,
        originator=text,
        allow_hosts=[text],
        scenario=text,
        origin=text,
    )
    log.add("try.started", {"cause": "walk", "caller": None}, "live-call", 1)
    asked = log.add(
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
    log.add(
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
    lost = log.add(
        "request",
        {"port": "http", "method": "POST", "url": "http://x/", "headers": [], "body": None},
        "live-call",
        1,
    )
    log.add(
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
        log.add("evidence", {"name": name, "value": value}, "live-call", 1)
    log.add(
        "process", {"what": "output", "source": "out", "text": text, "dropped": 0}, "live-call", 1
    )
    log.add("branch.taken", {"to": text, "code": text, "line": None}, "live-call", 1)
    log.add("finding", {"code": "c", "message": text, "remedy": text}, "live-call", 1)
    log.add(
        "rule.matched",
        {"index": 1, "line": 9, "goto": None, "why": text, "code": "c", "outcome": "blocked"},
        "live-call",
        1,
    )
    log.finished("live-call", "fail", "shape-rejected", text)
    log.add(
        "step.finished",
        {"outcome": "waived", "code": None, "summary": text, "reason": text, "by": text},
        "boot-stack",
        None,
    )
    log.add("captured", {"name": "org_id", "value": text}, "seed-org", 1)
    question = log.add(
        "request", {"port": "operator", "kind": "attest", "data": {}}, "authoring-turn", 1
    )
    log.add(
        "answered",
        {"answer": {"do": "yes", "words": text, "by": "operator"}},
        "authoring-turn",
        1,
        question,
    )
    log.add("noted", {"text": text})
    log.add("session.resumed", resumed_data(by=text, host=text, rerun=text, torn_bytes=3))
    log.add("try.started", {"cause": "again", "caller": None}, "paste-credential", 1)
    log.tried("authoring-turn", "pass", None, text)
    return log.closed("fail")


def saying(text: str) -> EvidenceReader:
    """Evidence whose every piece says `text`."""
    return lambda digest: text.encode("utf-8", "replace")


BODY = "b" * 64
"""The sha256 of what `answered` was answered, unless it says otherwise."""


def answered(
    log: EventLog,
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
    asked = log.add(
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
    log.add(
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


def walked(world: str = "live") -> EventLog:
    """A session with a bit of everything: a fallback, a wait, a resume, a waiver, a failure."""
    log = EventLog(
        world=world,
        scenario="drift" if world == "rehearsed" else None,
        opened={**OPENED, "tool": "0.1.0", "runbook": recorded_runbook("small.md")},
    )
    log.add("try.started", {"cause": "walk", "caller": None}, "live-call", 1)
    asked = log.add("request", {"port": "operator", "kind": "spend", "data": {}}, "live-call", 1)
    log.add("noted", {"text": "still reading"})
    for _ in range(20):
        log.add("timer", {"seconds": 1})
    log.add("answered", {"answer": {"do": "yes", "by": "operator"}}, "live-call", 1, asked)
    log.add("spend.reserved", {"calls": 1}, "live-call", 1)
    answered(log, "live-call", 400)
    log.add(
        "spend.settled",
        {
            "kind": "subscription",
            "unknown": False,
            "limits": [{"window_minutes": 300, "used_percent": 12.5, "resets_at": "x"}],
        },
        "live-call",
        1,
    )
    log.add(
        "evidence",
        {"name": "call", "value": {"status": 400, "model": None, "said": "No"}},
        "live-call",
        1,
    )
    log.add(
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
    log.add(
        "branch.taken", {"to": "mend", "code": "instructions-drift", "line": line}, "live-call", 1
    )
    log.tried("mend", "pass", cause="fallback")
    log.add("try.started", {"cause": "return", "caller": "mend"}, "live-call", 2)
    log.add("spend.reserved", {"calls": 1}, "live-call", 2)
    log.add("session.resumed", resumed_data(by="bea", host="box2", rerun=None, torn_bytes=7))
    log.add(
        "try.finished",
        {"code": "interrupted", "summary": "broken off", "error": False, "observed": {}},
        "live-call",
        2,
    )
    log.tried("live-call", "fail", "degraded-model", "Another model answered.", n=3, cause="again")
    log.add(
        "step.finished",
        {"outcome": "waived", "code": None, "summary": "", "by": "bea", "reason": "seen yesterday"},
        "look",
        None,
    )
    return log.closed("fail")
