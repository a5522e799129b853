"""State is a fold: what every event changes, and nothing else does."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from smoke_tui.journal.events.event import Event
from smoke_tui.journal.fold import apply, fold
from smoke_tui.journal.state import State
from smoke_tui.outcomes import Outcome, Verdict
from tests.helpers.event_log import EventLog


def test_an_empty_session_has_a_state() -> None:
    assert fold([]) == State()
    assert (State().world, State().events) == ("live", 0)


def test_the_first_line_names_session_time_and_world() -> None:
    state = EventLog(world="rehearsed").state()
    assert (state.session, state.world, state.started) == (
        "20261121T190211Z-7f3a",
        "rehearsed",
        "2026-11-21T19:00:00.000Z",
    )


def test_tries_and_outcomes_follow_their_step() -> None:
    log = EventLog().tried("look", "blocked", "needs-operator")
    log.tried("look", None, cause="again", n=2)
    known = log.state().steps["look"]
    assert [(t.n, t.cause, t.code) for t in known.tries] == [
        (1, "walk", "needs-operator"),
        (2, "again", None),
    ]
    assert known.outcome is None
    log.decided("look", "pass", n=2)
    assert log.state().steps["look"].outcome is Outcome.PASS
    assert log.state().order == ["look"]


def test_a_step_runs_until_its_try_is_finished() -> None:
    log = EventLog()
    log.add("try.started", {"cause": "walk", "caller": None}, "look", 1)
    assert log.state().steps["look"].running
    log.add(
        "try.finished", {"code": None, "summary": "", "error": False, "observed": {}}, "look", 1
    )
    assert not log.state().steps["look"].running


def test_a_later_try_keeps_the_earlier_ones_evidence_apart() -> None:
    log = EventLog().tried("ask", None)
    log.add("evidence", {"name": "a", "value": 1}, "ask", 1)
    log.tried("ask", None, cause="retry", n=2)
    log.add("evidence", {"name": "b", "value": 2}, "ask", 2)
    log.add("evidence", {"name": "late", "value": 3}, "ask", 1)
    log.add("evidence", {"name": "of no try", "value": 4}, "ask", 9)
    tries = log.state().steps["ask"].tries
    assert [t.evidence_values() for t in tries] == [[("a", 1), ("late", 3)], [("b", 2)]]


def test_a_question_is_open_until_answered_or_withdrawn() -> None:
    log = EventLog()
    one = log.add("request", {"port": "operator", "kind": "begin", "data": {}}, "ask", 1)
    two = log.add("request", {"port": "operator", "kind": "tick", "data": {}}, "ask", 1)
    assert list(log.state().questions) == [one, two]
    log.add("release", {}, "ask", 1, re=two)
    assert list(log.state().questions) == [one]
    log.add("answered", {"answer": {"do": "run", "by": "operator"}}, "ask", 1, re=one)
    state = log.state()
    assert state.questions == {}
    assert state.waiting_ms == 3000


def test_waiting_counts_only_for_a_person() -> None:
    log = EventLog()
    one = log.add("request", {"port": "operator", "kind": "begin", "data": {}}, "ask", 1)
    log.add("answered", {"answer": {"do": "run", "by": "rehearsal"}}, "ask", 1, re=one)
    assert log.state().waiting_ms == 0


def test_an_answer_nobody_asked_for_changes_nothing() -> None:
    log = EventLog()
    before = log.state()
    log.add("answered", {"answer": {"do": "stop", "by": "operator"}}, "ask", 1, re=77)
    after = log.state()
    assert (after.stopped, after.again) == (before.stopped, before.again)


def test_stop_again_and_attest_are_kept() -> None:
    log = EventLog()
    for kind, answer in (
        ("begin", {"do": "again", "step": "look"}),
        ("attest", {"do": "yes", "words": "seen"}),
        ("finish", {"do": "stop"}),
    ):
        seq = log.add("request", {"port": "operator", "kind": kind, "data": {}}, "ask", 1)
        log.add("answered", {"answer": answer}, "ask", 1, re=seq)
    state = log.state()
    assert (state.again, state.stopped, len(state.attested)) == ("look", True, 1)
    log.tried("look", "pass", cause="again")
    assert log.state().again is None


def test_calls_usage_and_limits_are_added_up() -> None:
    log = EventLog().tried("ask", None)
    log.add("spend.reserved", {"calls": 1}, "ask", 1)
    log.add(
        "spend.settled",
        {"limits": [{"window_minutes": 300, "used_percent": 12.0, "resets_at": "a"}]},
        "ask",
        1,
    )
    log.tried("ask", None, cause="retry", n=2)
    log.add("spend.reserved", {"calls": 1}, "ask", 2)
    log.add(
        "spend.settled",
        {"limits": [{"window_minutes": 300, "used_percent": 12.5, "resets_at": "b"}]},
        "ask",
        2,
    )
    state = log.state()
    assert state.steps["ask"].calls == 2
    ((first, last),) = state.limits.values()
    assert list(state.limits) == [(300, "")]
    assert (first.used_percent, last.used_percent, last.resets_at) == (12.0, 12.5, "b")


def test_a_lost_resource_is_dead_until_it_is_provided_anew() -> None:
    log = EventLog()
    log.add("provided", {"name": "boot", "kind": "service"}, "boot", 1)
    log.add("resource.lost", {"name": "boot"}, "boot")
    assert not log.state().resources["boot"].alive
    log.add("resource.lost", {"name": "unknown"}, "boot")
    log.add("provided", {"name": "boot", "kind": "service"}, "boot", 2)
    assert log.state().resources["boot"].alive


def test_a_branch_and_a_retry_are_pending_until_the_next_try() -> None:
    log = EventLog().tried("ask", None, "instructions-drift").branched("ask", "mend")
    assert log.state().steps["ask"].pending == "branch"
    log.tried("ask", None, cause="return", caller="mend", n=2)
    assert log.state().steps["ask"].pending is None
    log.add("retry.planned", {"seconds": 2, "code": "overloaded"}, "ask", 2)
    known = log.state().steps["ask"]
    assert (known.pending, known.delay) == ("retry", 2.0)
    log.decided("ask", "blocked", "overloaded")
    assert log.state().steps["ask"].pending is None


def test_cancelling_a_step_is_not_cancelling_the_session() -> None:
    log = EventLog()
    log.add("cancelled", {"scope": "step", "why": "operator"})
    assert log.state().cancelled is None
    log.add("cancelled", {"scope": "session", "why": "SIGINT"})
    assert log.state().cancelled == "SIGINT"


def test_the_close_has_the_verdict() -> None:
    log = EventLog()
    log.add("session.closed", {"verdict": "incomplete"})
    state = log.state()
    assert state.verdict is Verdict.INCOMPLETE
    assert state.closed is log.events[-1]


def test_unknown_events_move_only_the_clock() -> None:
    log = EventLog()
    before = log.state()
    log.add("something.new", {"x": 1}, "ask", 1)
    after = log.state()
    assert (after.now_ms, after.events) == (1000, 2)
    after.now, after.now_ms, after.events = before.now, before.now_ms, before.events
    assert after == before


STEPS = st.sampled_from(["ask", "look", "sign"])
OUTCOMES = st.sampled_from(["pass", "fail", "blocked", "waived"])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(STEPS, OUTCOMES, st.booleans()), max_size=8))
def test_folding_twice_and_folding_on_give_the_same(tried: list[tuple[str, str, bool]]) -> None:
    log = EventLog()
    for number, (step, outcome, again) in enumerate(tried, 1):
        log.tried(step, outcome, n=number)
        if again:
            log.add("retry.planned", {"seconds": 0, "code": "network"}, step, number)
    events: list[Event] = log.events
    state = State()
    for at, event in enumerate(events):
        apply(state, event)
        assert state == fold(events[: at + 1])
    assert state.events == len(events)
