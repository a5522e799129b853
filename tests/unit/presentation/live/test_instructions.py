"""Where new base instructions come from, and what they are compared with."""

from __future__ import annotations

from typing import Any

from smoke_tui.presentation.live.choices import choices
from smoke_tui.presentation.live.questions import form
from smoke_tui.presentation.spans import as_text
from smoke_tui.session.session_view import SessionView
from tests.helpers.event_log import EventLog, small

SENT = {"source": "--instructions", "chars": 97, "sha256": "9937cf4ab79d34a8"}


def asked(
    captured: dict[str, Any] | None, world: str = "live", problem: str = ""
) -> tuple[list[str], list[str]]:
    """The rows of the question after a rejected call, and its keys."""
    log = EventLog(world=world)
    log.add("try.started", {"cause": "walk", "caller": None}, "live-call", 1)
    log.add("evidence", {"name": "instructions", "value": SENT}, "live-call", 1)
    log.finished("live-call", None, "instructions-drift").branched("live-call", "mend")
    log.add("try.started", {"cause": "fallback", "caller": "live-call"}, "mend", 1)
    if problem:
        finding = {"code": "no-capture", "message": problem, "remedy": ""}
        log.add("finding", finding, "mend", 1)
    data = {"variable": "INSTRUCTIONS", "captured": captured}
    question = {"port": "operator", "kind": "instructions", "text": "Current ones", "data": data}
    log.add("request", question, "mend", 1)
    snapshot = SessionView.of_record(small(), log.events).snapshot()
    assert snapshot.question is not None
    rows = [as_text(row) for row in form(snapshot, snapshot.question)]
    return rows, [choice.key for choice in choices(snapshot)]


def test_the_installed_clients_text_is_offered_first_with_what_it_is_compared_with() -> None:
    rows, keys = asked({"chars": 120, "sha256": "0" * 64})
    assert rows == [
        "live-call was rejected (instructions-drift). Current ones: where are they? They go into "
        "INSTRUCTIONS for this session.",
        "c takes what the installed Codex CLI sends: 120 characters.",
        "Compared with what live-call sent: --instructions, 97 characters, sha256 9937cf4ab79d…",
    ]
    assert keys == ["c", "enter", "x"]


def test_where_no_text_can_be_captured_the_way_to_one_is_named() -> None:
    rows, keys = asked(None, problem="No text could be captured: there is no Codex CLI.")
    assert rows[1] == (
        "No text could be captured: there is no Codex CLI. Where the Codex CLI is installed, "
        "`smoke-tui instructions capture --out FILE` writes its text."
    )
    assert keys == ["enter", "x"]


def test_a_rehearsal_says_what_would_be_offered_live() -> None:
    rows, _ = asked(None, world="rehearsed")
    assert rows[1].startswith("Live, c would take what the installed Codex CLI sends;")
