"""After a failure: which keys are offered, in which order, and what is said of the failed step."""

from __future__ import annotations

import pytest

from smoke_tui.failure_codes.code import NextAction
from smoke_tui.failure_codes.table import CODES
from smoke_tui.journal.events.event import Event
from smoke_tui.journal.events.values import QuotaWindow
from smoke_tui.presentation.failure import failure
from smoke_tui.presentation.live.choices import choices
from smoke_tui.presentation.live.questions import form
from smoke_tui.presentation.live.snapshot import Snapshot
from smoke_tui.presentation.spans import as_text
from smoke_tui.session.session_view import SessionView
from smoke_tui.tui.render.question_bar import question_bar
from tests.helpers.events import change_event, data_of
from tests.helpers.tui_records import recorded, run_until


def failed_with(code: str) -> Snapshot:
    """The moment after the live call has ended with this code."""

    def told(event: Event) -> Event:
        if event.step != "live-call" or event.kind not in ("try.finished", "step.finished"):
            return event
        outcome = {"outcome": CODES[code].outcome.value} if event.kind == "step.finished" else {}
        return change_event(event, data={**data_of(event), "code": code, **outcome})

    runbook, events = recorded()
    at = next(
        n for n, e in enumerate(events) if e.kind == "step.finished" and e.step == "live-call"
    )
    return SessionView.of_record(runbook, [told(event) for event in events[: at + 2]]).snapshot()


def keys(snapshot: Snapshot) -> list[tuple[str, str]]:
    return [(choice.key, choice.label) for choice in choices(snapshot)]


def test_after_a_failure_no_two_keys_are_about_the_same_it() -> None:
    shown = keys(failed_with("edge-challenge"))
    assert shown[:2] == [("r", "try step 2 again"), ("enter", "go on")]


@pytest.mark.parametrize(
    "code",
    [
        name
        for name, code in CODES.items()
        if code.group in ("credential", "refresh") and name != "wrong-host"
    ],
)
def test_a_credential_that_is_no_good_offers_the_login_first(code: str) -> None:
    assert keys(failed_with(code))[:2] == [("i", "log in again"), ("r", "try step 2 again")]


@pytest.mark.parametrize("code", ["usage-limit-reached", "rate-limited"])
def test_a_remedy_that_says_wait_does_not_put_the_retry_first(code: str) -> None:
    shown = keys(failed_with(code))
    assert shown[0] == ("enter", "go on")
    assert ("r", "try step 2 again") in shown


@pytest.mark.parametrize("code", CODES)
def test_the_bar_has_the_keys_of_the_next_actions(code: str) -> None:
    actions = CODES[code].next_actions
    keys = [key for key, _, _ in question_bar(failed_with(code)).keys]
    assert ("d" in keys) is (NextAction.COMPARE_CLIENT in actions)
    assert ("e" in keys) is (NextAction.READ_EVIDENCE in actions)
    assert ("i" in keys) is (NextAction.LOG_IN in actions)
    first = "i" if "i" in keys else "r" if NextAction.RETRY in actions else "enter"
    assert keys[0] == first


def test_a_full_window_says_when_it_opens_again() -> None:
    snapshot = failed_with("usage-limit-reached")
    snapshot.state.limits[(300, "")] = (
        QuotaWindow(300, 12.0, "2026-11-22T06:55:19Z"),
        QuotaWindow(300, 100.0, "2026-11-22T06:55:19Z"),
    )
    snapshot.state.limits[(10080, "")] = (
        QuotaWindow(10080, 30.0, "2026-11-29T06:55:19Z"),
        QuotaWindow(10080, 31.0, "2026-11-29T06:55:19Z"),
    )
    bad = failure(snapshot, snapshot.shown)
    assert bad is not None
    assert [text for label, text in bad.facts if label == "Resets"] == [
        "the window of 5 h at 2026-11-22T06:55:19Z"
    ]


def test_what_is_passed_over_is_named_with_what_it_needs() -> None:
    runbook, events = recorded()
    at = next(n for n, e in enumerate(events) if e.kind == "step.finished")
    bad = change_event(
        events[at], data={**data_of(events[at]), "outcome": "blocked", "code": "login-denied"}
    )
    asked = events[at + 1]
    asked = change_event(asked, data={**data_of(asked), "data": {"step": "boot-stack"}})
    snapshot = SessionView.of_record(runbook, [*events[:at], bad, asked]).snapshot()
    assert snapshot.question is not None
    said = [as_text(row) for row in form(snapshot, snapshot.question)]
    assert "Passed over: 2 Make one live call; it needs 1 Log in to OpenAI." in said
    assert keys(snapshot)[0] == ("r", "log in again")


def test_a_service_that_died_is_what_is_tried_again() -> None:
    runbook, events = recorded()
    at = next(
        n
        for n, e in enumerate(events)
        if e.kind == "step.finished" and e.step == "paste-credential"
    )
    bad = change_event(
        events[at], data={**data_of(events[at]), "outcome": "blocked", "code": "service-died"}
    )
    finish = change_event(
        events[-1],
        kind="request",
        data={"port": "operator", "kind": "finish", "text": "", "data": {}, "secret": None},
    )
    snapshot = SessionView.of_record(runbook, [*events[:at], bad, finish]).snapshot()
    snapshot.state.resources["boot-stack"].alive = False
    assert keys(snapshot)[0] == ("r", "try step 3 again")


def test_a_running_step_says_how_long_it_may_take() -> None:
    snapshot = run_until(lambda e: e.kind == "try.started" and e.step == "live-call").snapshot()
    assert question_bar(snapshot).title.endswith("of at most 12 s")
