"""The engine's walks: tries, rules, fallbacks, cancels, losses; each ends, each can be replayed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smoke_tui.failure_codes.table import CODES
from smoke_tui.journal.events.kinds import DECISIONS
from smoke_tui.journal.fold import fold
from smoke_tui.journal.stream import EventStream
from smoke_tui.outcomes import Outcome, Verdict
from smoke_tui.replay.strict import DivergenceError
from smoke_tui.world.context import StepContext
from smoke_tui.world.conversation import PendingRequest
from smoke_tui.world.requests.machine import Timer
from smoke_tui.world.requests.operator import Question
from smoke_tui.world.resources import StepError
from smoke_tui.world.result import Result
from tests.helpers.engine_runs import (
    LIVE,
    PAIR,
    Scripted,
    Walk,
    agreeing,
    book,
    call,
    failing,
    given_results,
    manual,
    passing,
    replayed,
    walk,
)
from tests.helpers.events import data_of, incoming


def test_the_shipped_runbook_passes() -> None:
    done = walk(LIVE, passing)
    assert done.verdict is Verdict.PASS
    assert [step for _, step in done.words("step.finished")] == [
        step.id for step in LIVE.steps if not step.fallback
    ]
    assert done.events[-1].kind == "session.closed"
    assert data_of(done.events[-1])["verdict"] == "pass"
    assert data_of(done.events[-1])["calls"] == 2


def test_drift_at_the_call_goes_through_the_fallback_and_back() -> None:
    done = walk(LIVE, given_results(failing("live-call", "instructions-drift")))
    assert done.verdict is Verdict.PASS
    assert done.tries("live-call") == [
        ("walk", None, "instructions-drift"),
        ("return", "instructions-drift", None),
    ]
    assert done.tries("instructions-drift") == [("fallback", "live-call", None)]
    assert len(done.tries("boot-stack")) == 1
    at = [e.kind for e in done.events if e.step == "live-call" and e.kind in DECISIONS]
    order = [ev for ev in at if ev in ("try.finished", "rule.matched", "branch.taken")]
    assert order[:3] == ["try.finished", "rule.matched", "branch.taken"]


def test_drift_at_the_turn_starts_the_stack_again() -> None:
    done = walk(LIVE, given_results(failing("authoring-turn", "instructions-drift")))
    assert done.verdict is Verdict.PASS
    assert done.tries("boot-stack") == [
        ("walk", None, None),
        ("restart", "instructions-drift", None),
    ]
    assert done.tries("authoring-turn")[-1] == ("return", "instructions-drift", None)
    begun = [step for _, step in done.words("try.started")]
    assert begun[-4:] == ["authoring-turn", "instructions-drift", "boot-stack", "authoring-turn"]


def test_drift_that_stays_fails_after_one_return() -> None:
    done = walk(LIVE, given_results(failing("live-call", *["instructions-drift"] * 5)))
    assert done.outcomes()["live-call"] == ("fail", "instructions-drift")
    assert len(done.tries("live-call")) == 2
    assert done.verdict is Verdict.FAIL


def test_a_fallback_that_fails_leaves_the_callers_own_code() -> None:
    results = failing("live-call", "instructions-drift") | failing(
        "instructions-drift", "operator-declined"
    )
    done = walk(LIVE, given_results(results))
    assert done.outcomes()["live-call"] == ("fail", "instructions-drift")
    assert done.outcomes()["instructions-drift"] == ("blocked", "operator-declined")
    assert len(done.tries("live-call")) == 1
    assert done.verdict is Verdict.FAIL


def test_an_expired_token_never_leads_to_the_instructions() -> None:
    for code in ("token-expired", "token-revoked", "unauthorized", "wrong-workspace"):
        done = walk(LIVE, given_results(failing("live-call", code, code, fresh=True)))
        assert "instructions-drift" not in done.outcomes()
        assert done.outcomes()["live-call"] == ("fail", code)


def test_a_failed_call_does_not_stop_what_does_not_need_it() -> None:
    done = walk(LIVE, given_results(failing("live-call", "model-unsupported")))
    assert done.outcomes()["authoring-turn"] == ("pass", None)
    assert done.verdict is Verdict.FAIL


def test_what_needs_a_failed_step_is_never_reached() -> None:
    done = walk(LIVE, given_results(failing("oauth-login", "login-denied")))
    assert set(done.outcomes()) == {"oauth-login", "boot-stack", "seed-org"}
    assert done.verdict is Verdict.BLOCKED


def test_a_retry_waits_as_long_as_asked() -> None:
    results = failing("live-call", "rate-limited", delay=7.5)
    done = walk(LIVE, given_results(results))
    assert done.verdict is Verdict.PASS
    assert done.tries("live-call") == [("walk", None, "rate-limited"), ("retry", None, None)]
    planned = next(e for e in done.events if e.kind == "retry.planned")
    assert (data_of(planned)["seconds"], data_of(planned)["code"]) == (7.5, "rate-limited")
    assert [data_of(e)["seconds"] for e in done.events if e.kind == "timer"] == [7.5]


def test_a_refused_token_is_refreshed_once_where_it_may_be() -> None:
    results = failing("live-call", "token-expired", "token-expired", fresh=True, refreshable=True)
    done = walk(LIVE, given_results(results))
    assert [cause for cause, _, _ in done.tries("live-call")] == ["walk", "refresh"]
    assert done.outcomes()["live-call"] == ("fail", "token-expired")
    results = failing("live-call", "unauthorized", fresh=True, refreshable=True)
    assert walk(LIVE, given_results(results)).verdict is Verdict.PASS


def test_a_second_failure_of_the_same_kind_stands() -> None:
    done = walk(LIVE, given_results(failing("live-call", *["overloaded"] * 4)))
    assert done.outcomes()["live-call"] == ("blocked", "overloaded")
    assert len(done.tries("live-call")) == 2


def test_calls_stop_at_the_cap() -> None:
    results = failing(
        "live-call",
        "overloaded",
        "token-expired",
        "instructions-drift",
        fresh=True,
        refreshable=True,
    )
    done = walk(LIVE, given_results(results))
    assert done.outcomes()["live-call"] == ("blocked", "over-budget")
    assert sum(1 for e in done.events if e.kind == "spend.reserved" and e.step == "live-call") == 3
    kinds = [
        data_of(e)["kind"]
        for e in done.events
        if e.kind == "request" and e.step == "live-call" and data_of(e)["port"] == "operator"
    ]
    assert kinds.count("spend") == 3


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ({"do": "no", "words": "not today"}, "operator-declined"),
        ({"do": "absent"}, "needs-operator"),
    ],
)
def test_a_call_is_made_only_with_consent(answer: dict[str, str], code: str) -> None:
    ran: list[str] = []

    def behave(ctx: StepContext) -> Scripted:
        ran.append(ctx.step.id)
        return passing(ctx)

    def reply(kind: str, data: Mapping[str, Any]) -> Mapping[str, str] | None:
        return answer if kind == "spend" else agreeing(kind, data)

    done = walk(LIVE, behave, reply=reply)
    assert done.outcomes()["live-call"] == ("blocked", code)
    assert "live-call" not in ran
    assert not any(e.kind == "spend.reserved" for e in done.events)


def test_a_waiver_has_a_reason_and_a_name() -> None:
    def reply(kind: str, data: Mapping[str, Any]) -> Mapping[str, str] | None:
        if kind == "begin" and data["step"] == "one":
            return {"do": "waive", "reason": "seen yesterday", "by": "answers file"}
        return agreeing(kind, data)

    done = walk(PAIR, passing, reply=reply)
    state = fold(done.events)
    assert done.verdict is Verdict.PASS_WITH_WAIVERS
    assert (state.steps["one"].reason, state.steps["one"].by) == ("seen yesterday", "answers file")
    assert state.steps["one"].tries == []
    assert done.outcomes()["two"] == ("pass", None)


def test_a_waived_proof_proves_nothing() -> None:
    def reply(kind: str, data: Mapping[str, Any]) -> Mapping[str, str] | None:
        if kind == "begin" and data["proof"]:
            return {"do": "waive", "reason": "no time"}
        return agreeing(kind, data)

    done = walk(LIVE, passing, reply=reply)
    assert done.verdict is Verdict.BLOCKED
    proofs = [step.id for step in LIVE.steps if step.proof]
    assert {done.outcomes()[name] for name in proofs} == {("blocked", "operator-declined")}


def test_our_own_bug_ends_the_step_and_not_the_session() -> None:
    done = walk(PAIR, given_results({("one", 1): RuntimeError("boom")}))
    assert done.outcomes() == {"one": ("error", None)}
    assert done.verdict is Verdict.ERROR
    trace = next(e for e in done.events if e.kind == "fault")
    assert "RuntimeError: boom" in data_of(trace)["trace"]
    assert fold(done.events).steps["one"].tries[0].error


def test_a_step_may_end_with_a_code_and_facts() -> None:
    end = StepError("command-failed", "it ended with 3", exit=3)
    done = walk(PAIR, given_results({("one", 1): end}))
    assert done.outcomes()["one"] == ("fail", "command-failed")
    assert fold(done.events).steps["one"].tries[0].observed.values == {"exit": 3}


@pytest.mark.parametrize(
    ("block", "code"),
    [
        (manual("one", 'timeout = "2m"'), "timeout"),
        ('id = "one"\nkind = "run"\neffects = "local"\ntimeout = "2m"', "command-timeout"),
        (
            'id = "one"\nkind = "service"\neffects = "local"\n'
            'ready = { tcp = "127.0.0.1:1", timeout = "2m" }',
            "not-ready",
        ),
        (
            'id = "one"\nkind = "login"\nprovider = "openai"\neffects = "local"\ntimeout = "2m"',
            "login-timeout",
        ),
        (call("one", 'timeout = "2m"'), "timeout"),
    ],
)
def test_a_step_that_never_ends_ends_at_its_limit(block: str, code: str) -> None:
    def fire(job: PendingRequest, inbox: EventStream) -> bool:
        if job.request == Timer(120):
            inbox.post(incoming("timer", {"seconds": 120}, job.step, job.n, job.seq))
        return False

    done = walk(book(block), lambda ctx: None, on_request=fire)
    assert done.outcomes()["one"] == ("blocked", code)
    released = [e.request_seq for e in done.events if e.kind == "release"]
    assert released, "the deadline and whatever the step held are let go"


def test_again_does_a_step_once_more_as_a_new_try() -> None:
    asked: list[str] = []

    def reply(kind: str, data: Mapping[str, Any]) -> Mapping[str, str] | None:
        asked.append(kind)
        if kind == "finish" and asked.count("finish") == 1:
            return {"do": "again", "step": "one"}
        return agreeing(kind, data)

    done = walk(PAIR, given_results(failing("one", "expectation-unmet")), reply=reply)
    assert [cause for cause, _, _ in done.tries("one")] == ["walk", "again"]
    assert done.outcomes() == {"one": ("pass", None), "two": ("pass", None)}
    assert asked.count("finish") == 2
    assert done.verdict is Verdict.PASS


def test_again_and_then_a_waiver_ends() -> None:
    asked: list[str] = []

    def reply(kind: str, data: Mapping[str, Any]) -> Mapping[str, str] | None:
        asked.append(kind)
        if len(asked) > 20:
            return {"do": "stop"}
        if kind == "finish" and asked.count("finish") == 1:
            return {"do": "again", "step": "one"}
        if kind == "begin" and "finish" in asked:
            return {"do": "waive", "reason": "enough"}
        return agreeing(kind, data)

    done = walk(PAIR, passing, reply=reply)
    assert len(asked) <= 6, asked
    assert done.outcomes()["one"] == ("waived", None)


def test_stop_ends_the_session_where_it_is() -> None:
    def reply(kind: str, data: Mapping[str, Any]) -> Mapping[str, str] | None:
        return {"do": "stop"} if data.get("step") == "two" else agreeing(kind, data)

    done = walk(PAIR, passing, reply=reply)
    assert (done.verdict, set(done.outcomes())) == (Verdict.INCOMPLETE, {"one"})


def test_a_question_withdrawn_by_its_step_is_released() -> None:
    def behave(ctx: StepContext) -> Scripted:
        ctx.open(Question("text", "still there?"))
        return passing(ctx)

    def reply(kind: str, data: Mapping[str, Any]) -> Mapping[str, str] | None:
        return None if kind == "text" else agreeing(kind, data)

    done = walk(PAIR, behave, reply=reply)
    questions = [
        e.seq for e in done.events if e.kind == "request" and data_of(e).get("kind") == "text"
    ]
    assert [e.request_seq for e in done.events if e.kind == "release"] == questions
    assert fold(done.events).questions == {}


CHOICES = [
    None,
    "instructions-drift",
    "overloaded",
    "service-died",
    "token-expired",
    "edge-block",
    "expectation-unmet",
    "network",
    "over-budget",
]
OUTCOMES = st.dictionaries(
    st.tuples(st.sampled_from([step.id for step in LIVE.steps]), st.integers(1, 4)),
    st.sampled_from([*CHOICES, "bug"]),
    max_size=14,
)


def scripted(choices: Mapping[tuple[str, int], str | None]) -> Any:
    def behave(ctx: StepContext) -> Scripted:
        code = choices.get((ctx.step.id, ctx.n))
        if code == "bug":
            return ValueError("a bug of ours")
        return passing(ctx) if code is None else Result(code, "seen", {"fresh": ctx.n == 1})

    return behave


@pytest.mark.slow
@settings(max_examples=100, deadline=None)
@given(
    OUTCOMES,
    st.sets(st.sampled_from([step.id for step in LIVE.steps]), max_size=3),
    st.sampled_from([None, "again"]),
)
def test_every_session_ends(
    choices: dict[tuple[str, int], str | None], waived: set[str], more: str | None
) -> None:
    asked: list[str] = []

    def reply(kind: str, data: Mapping[str, Any]) -> Mapping[str, str] | None:
        asked.append(kind)
        if kind == "begin" and data["step"] in waived:
            return {"do": "waive", "reason": "no"}
        if kind == "finish" and more and asked.count("finish") == 1:
            return {"do": "again", "step": "authoring-turn"}
        return agreeing(kind, data)

    if "authoring-turn" in waived:
        more = None
    done = walk(LIVE, scripted(choices), reply=reply)
    assert done.fault is None
    assert done.verdict is not None
    assert done.events[-1].kind == "session.closed"
    state = fold(done.events)
    # walk, again, one retry and one return for each; restarts come with returns only.
    assert all(len(step.tries) <= 6 for step in state.steps.values())
    assert sum(len(step.tries) for step in state.steps.values()) <= 20
    for step in LIVE.steps:
        known = state.steps.get(step.id)
        if known is None:
            continue
        if known.outcome is Outcome.WAIVED:
            assert step.id in waived
        if known.outcome is not None and known.tries and known.tries[-1].error:
            assert known.outcome is Outcome.ERROR
        assert known.code is None or known.code in CODES
        assert known.pending is None
        cap = step.spend.max_calls if step.spend else None
        assert cap is None or known.calls <= cap


@pytest.mark.slow
@settings(max_examples=30, deadline=None)
@given(OUTCOMES)
def test_the_engines_state_is_the_fold_of_its_events(
    choices: dict[tuple[str, int], str | None],
) -> None:
    done: Walk = walk(LIVE, scripted(choices))
    folded = fold(done.events)
    begun = {name: step for name, step in done.state.steps.items() if step.tries or step.outcome}
    assert begun == {
        name: step for name, step in folded.steps.items() if step.tries or step.outcome
    }
    for name in ("order", "resources", "branches", "findings", "verdict", "now_ms", "requests"):
        assert getattr(done.state, name) == getattr(folded, name), name


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(OUTCOMES)
def test_a_session_can_be_replayed_from_its_record(
    choices: dict[tuple[str, int], str | None],
) -> None:
    done = walk(LIVE, scripted(choices))
    state = replayed(LIVE, done, scripted(choices))
    assert state.verdict is done.verdict
    assert state.events == len(done.events)


def test_another_result_makes_another_session() -> None:
    done = walk(LIVE, passing)
    with pytest.raises(DivergenceError) as caught:
        replayed(LIVE, done, given_results(failing("seed-org", "command-failed")))
    ended = next(e for e in done.events if e.kind == "try.finished" and e.step == "seed-org")
    assert caught.value.seq == ended.seq
    assert "data.code was None and is 'command-failed'" in caught.value.why


def test_the_trace_of_a_bug_is_not_compared_line_by_line() -> None:
    """Another version of this program has other line numbers; the session is the same."""

    def at_one_line(ctx: StepContext) -> Scripted:
        raise RuntimeError("boom")

    def at_another(ctx: StepContext) -> Scripted:
        raise RuntimeError("boom")

    done = walk(PAIR, at_one_line)
    assert done.verdict is Verdict.ERROR
    assert replayed(PAIR, done, at_another).verdict is Verdict.ERROR
