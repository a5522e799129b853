"""What a report tells of failures, branches, resumes and tries that broke off."""

from __future__ import annotations

from collections.abc import Callable

from smoke_tui.journal.state import State
from smoke_tui.presentation.report.exchanges import MOST_BODY
from smoke_tui.presentation.report.markdown import markdown
from tests.helpers.event_log import EventLog, shipped
from tests.helpers.events import resumed_data
from tests.helpers.report_states import BODY, answered, saying

BOOK = shipped()


def refused() -> EventLog:
    """A live call that was refused with an answer of its own."""
    log = EventLog(origin="residential")
    log.add("try.started", {"cause": "walk", "caller": None}, "live-call", 1)
    answered(log, "live-call", 405, method="GET", digest="1" * 64)
    answered(log, "live-call", 400)
    return log.finished("live-call", "fail", "shape-rejected", "HTTP 400")


def test_a_failure_comes_with_its_answer_and_what_support_asks_for() -> None:
    report = markdown(
        BOOK,
        refused().closed("fail").state(),
        lambda digest: b'{"detail": "No such parameter"}' if digest == BODY else b"x",
    )
    assert '{"detail": "No such parameter"}' in report
    for row in (
        "| Request id | `x-request-id req-1` |",
        "| Status | `400` |",
        "| User-Agent | `smoke-tui` |",
        "| Originator | `smoke_tui` |",
        "| Account id | sent |",
        "| Declared origin | `residential` |",
    ):
        assert row in report


def test_of_a_turn_through_the_stack_counts_what_the_stack_passes_on() -> None:
    log = EventLog()
    log.add("try.started", {"cause": "walk", "caller": None}, "authoring-turn", 1)
    log.add("spend.reserved", {"calls": 1}, "authoring-turn", 1)
    answered(log, "authoring-turn", 502, url="http://127.0.0.1:3000/api/authoring-turn")
    log.finished("authoring-turn", "fail", "unauthorized", "The turn failed")
    body = (
        '{"error": {"upstream_status": 401, "upstream_headers": {"X-Request-Id": "up-1", '
        '"openai-model": "m-1"}}}'
    )
    report = markdown(BOOK, log.state(), saying(body))
    for row in (
        "| Request id | `x-request-id up-1` |",
        "| Status | `502` |",
        "| Provider's status | `401` |",
        "| Served model | `m-1` |",
        "| Called by | the stack under test |",
    ):
        assert row in report
    for odd in ("", "[]", '{"error": 3}', '{"error": {"upstream_headers": 3}}', "x" * 10):
        assert "| Status | `502` |" in markdown(BOOK, log.state(), saying(odd))


def test_the_preflight_that_every_call_makes_is_no_failure() -> None:
    log = EventLog()
    log.add("try.started", {"cause": "walk", "caller": None}, "live-call", 1)
    answered(log, "live-call", 405, method="GET")
    log.finished("live-call", "blocked", "not-configured", "No model.")
    assert "What support asks for" not in markdown(BOOK, log.state(), saying("x"))


def test_a_long_answer_is_shortened_in_its_middle_and_says_by_how_much() -> None:
    body = "first line\n" + "m\n" * 50_000 + "last line"
    report = markdown(BOOK, refused().closed("fail").state(), saying(body))
    start, end = report.index("first line"), report.index("last line")
    assert end - start < MOST_BODY + 200
    assert "characters are left out here" in report[start:end]


def test_evidence_that_is_not_at_hand_is_named() -> None:
    report = markdown(BOOK, refused().closed("fail").state())
    assert "the record at hand does not have it" in report


def test_a_command_that_failed_shows_how_its_output_began_and_ended() -> None:
    log = EventLog()
    log.add("try.started", {"cause": "walk", "caller": None}, "seed-org", 1)
    for text in ("seeding: begun\n", "noise\n" * 4000, "Error: no such world\n"):
        log.add(
            "process",
            {"what": "output", "source": "out", "text": text, "dropped": 0},
            "seed-org",
            1,
        )
    log.finished("seed-org", "fail", "command-failed", "ended with 1")
    report = markdown(BOOK, log.closed("fail").state())
    assert "seeding: begun" in report
    assert "Error: no such world" in report
    assert "characters are left out here" in report


def test_a_branch_is_reported_with_its_rule_and_the_runbooks_line() -> None:
    rule = next(rule for rule in BOOK.step("live-call").rules if rule.goto)
    log = refused()
    log.add(
        "branch.taken",
        {"to": rule.goto, "code": "instructions-drift", "line": rule.line},
        "live-call",
        1,
    )
    report = markdown(BOOK, log.state())
    assert (
        f"so the session went to the fallback `{rule.goto}`, by rule {rule.index} at runbook line "
        f"{rule.line}, which matches `code = instructions-drift`"
    ) in report
    log.add(
        "branch.taken",
        {"to": "instructions-drift", "code": "instructions-missing", "line": None},
        "live-call",
        1,
    )
    assert "no rule of the runbook did" in markdown(BOOK, log.state())


def test_resumes_and_tries_that_broke_off_are_reported_with_what_they_may_have_cost() -> None:
    log = EventLog()
    log.add("try.started", {"cause": "walk", "caller": None}, "live-call", 1)
    log.add("spend.reserved", {"calls": 1}, "live-call", 1)
    log.add("session.resumed", resumed_data(by="bea", host="box2", rerun=None, torn_bytes=12))
    report = markdown(BOOK, log.state())
    assert (
        "Make one live call, try 1 was interrupted; 1 call may have spent, how much is unknown."
        in report
    )
    assert "by `bea` on `box2`; a last line of 12 bytes was cut short" in report
    assert "Step 2, Make one live call: begun and not ended" in report
    assert "at least 1 call" in report


def test_the_worst_step_is_the_one_that_is_named_first() -> None:
    log = EventLog().tried("boot-stack", "blocked", "not-ready")
    log.tried("live-call", "fail", "degraded-model")
    head = markdown(BOOK, log.closed("fail").state()).split("### ")[0]
    assert "Step 2, Make one live call, ended fail with `degraded-model`" in head


def test_a_session_left_before_its_end_says_so() -> None:
    log = EventLog()
    log.add("session.closed", {"verdict": "incomplete", "calls": 0, "cancelled": "SIGTERM"})
    assert "This session was ended before its last step: SIGTERM." in markdown(BOOK, log.state())


def elsewhere(state: Callable[[], State]) -> str:
    return markdown(BOOK, state(), saying("the same"))


def test_it_depends_on_nothing_but_its_arguments() -> None:
    log = refused().closed("fail")
    assert elsewhere(log.state) == elsewhere(log.state)
