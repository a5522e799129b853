"""The JSON report: one object that needs nothing beside it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from smoke_tui.presentation.report.export import export
from smoke_tui.presentation.report.json_report import standalone
from smoke_tui.redaction import Vault
from tests.helpers.event_log import EventLog, shipped
from tests.helpers.report_states import BODY, answered, with_text

BOOK = shipped()


def read(log: EventLog, body: bytes | None = b'{"detail": "no"}') -> dict[str, Any]:
    value = json.loads(standalone(BOOK, log.state(), lambda digest: body))
    assert isinstance(value, dict)
    return value


def test_it_is_a_check_object_with_everything_else_under_one_key() -> None:
    value = read(EventLog().tried("live-call", "fail", "timeout").closed("fail"))
    assert list(value) == [
        "schema",
        "exit_code",
        "verdict",
        "partial",
        "world",
        "session",
        "runbook",
        "started",
        "finished",
        "origin",
        "steps",
        "spend",
        "findings",
        "report",
    ]
    assert (value["schema"], value["report"]["schema"]) == ("smoke-check/1", "smoke-report/1")
    assert {row["name"] for row in value["report"]["facts"]} >= {"Run by", "When", "Spend", "Tool"}


def test_tries_come_with_their_exchanges_evidence_and_what_support_asks_for() -> None:
    log = EventLog()
    log.add("try.started", {"cause": "walk", "caller": None}, "live-call", 1)
    answered(log, "live-call", 400)
    log.add("evidence", {"name": "call", "value": {"status": 400}}, "live-call", 1)
    log.finished("live-call", "fail", "shape-rejected", "HTTP 400")
    log.add("branch.taken", {"to": "instructions-drift", "code": "c", "line": 70}, "live-call", 1)
    log.add("noted", {"text": "seen by me"})
    report = read(log)["report"]
    attempt = report["tries"][0]
    assert attempt["exchanges"][0]["bodies"] == {"body": {"sha256": f"sha256:{BODY}", "bytes": 3}}
    assert attempt["failing_answer"] == '{"detail": "no"}'
    assert attempt["support"]["Request id"] == "x-request-id req-1"
    assert attempt["evidence"] == [{"name": "call", "value": {"status": 400}}]
    assert report["branches"] == [
        {
            "step": "live-call",
            "try": 1,
            "at": "2026-11-21T19:00:07.000Z",
            "code": "c",
            "to": "instructions-drift",
            "line": 70,
        }
    ]
    assert [note["text"] for note in report["notes"]] == ["seen by me"]


def test_a_rehearsal_says_that_it_proves_nothing() -> None:
    assert read(EventLog(world="rehearsed"))["report"]["nothing_proven"].startswith("REHEARSAL")
    assert read(EventLog())["report"]["nothing_proven"] is None


def test_any_text_is_still_one_object(tmp_path: Path) -> None:
    for text in ("\ud800", "\x00\x1b[2J", '"}', "\u2028", "NaN"):
        json.loads(export("json", BOOK, with_text(text).state(), tmp_path, Vault()))
