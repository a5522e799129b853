"""What comes next: a pure function of the runbook and the state."""

from __future__ import annotations

from typing import Any

import pytest

from smoke_tui.engine.plan import Action, Begin, Block, Close, Finish, Settle, plan
from smoke_tui.journal.fold import apply
from smoke_tui.journal.state import State
from smoke_tui.runbook import Runbook
from tests.helpers.engine_runs import book, call, manual, shipped, told, tried
from tests.helpers.events import make_event

CHAIN = book(manual("aa"), manual("bb", 'needs = ["aa"]'), manual("cc"))
DRIFT = '[[on]]\nmatch = { code = "instructions-drift" }\ngoto = "mend"'
MENDED_FALLBACK = (
    'id = "mend"\nkind = "prompt"\nask = "?"\nfallback = true\nset_env = "X"\nrestart = ["boot"]\n'
    "retry = { max = 1 }"
)
MENDED = book(
    call("ask", DRIFT),
    'id = "boot"\nkind = "service"\nready = { tcp = "127.0.0.1:1" }\neffects = "local"',
    manual("use", 'needs = ["boot"]'),
    MENDED_FALLBACK,
)
PROVIDED = ("provided", "boot", 1, {"name": "boot", "kind": "service"})
LOST = ("resource.lost", "boot", None, {"name": "boot"})
BRANCH = ("branch.taken", "ask", 1, {"to": "mend", "code": "instructions-drift", "line": 1})


def after(runbook: Runbook, *events: tuple[Any, ...], **config: Any) -> Action:
    return plan(runbook, told(*events, **config))


@pytest.mark.parametrize(
    ("done", "expected"),
    [
        ([], Begin("aa", "walk")),
        ([*tried("aa")], Begin("bb", "walk")),
        ([*tried("aa", "waived")], Begin("bb", "walk")),
        ([*tried("aa", "fail")], Begin("cc", "walk")),
        ([*tried("aa", "blocked")], Begin("cc", "walk")),
        ([*tried("aa", "error")], Begin("cc", "walk")),
        ([*tried("aa", "expected-limitation")], Begin("cc", "walk")),
        ([*tried("aa", "fail"), *tried("cc")], Finish()),
        ([*tried("aa"), *tried("bb"), *tried("cc")], Finish()),
        ([*tried("aa"), *tried("bb", "fail")], Begin("cc", "walk")),
        ([*tried("aa", None)], Begin("aa", "walk")),
    ],
)
def test_needs(done: list[tuple[Any, ...]], expected: Action) -> None:
    assert after(CHAIN, *done) == expected


def test_a_step_that_recovered_satisfies_its_dependents() -> None:
    events = [*tried("aa", "fail"), *tried("aa", "pass", 2, "again")]
    assert after(CHAIN, *events) == Begin("bb", "walk")


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({"only": "bb"}, Begin("bb", "walk")),
        ({"start_from": "bb"}, Begin("bb", "walk")),
        ({"start_from": "cc"}, Begin("cc", "walk")),
    ],
)
def test_needs_outside_the_choice_count_as_met(config: dict[str, Any], expected: Action) -> None:
    assert after(CHAIN, **config) == expected


def test_nothing_is_walked_outside_the_choice() -> None:
    assert after(CHAIN, *tried("bb"), only="bb") == Finish()
    assert after(CHAIN, *tried("bb"), *tried("cc"), start_from="bb") == Finish()


def test_finishing_asks_once() -> None:
    state = told(*tried("aa"), *tried("bb"), *tried("cc"))
    assert plan(CHAIN, state) == Finish()
    assert plan(CHAIN, state, asked_to_finish=True) == Close()


@pytest.mark.parametrize(
    "end",
    [
        ("cancelled", None, None, {"scope": "session", "why": "SIGINT"}),
        ("session.closed", None, None, {"verdict": "incomplete"}),
    ],
)
def test_an_end_is_an_end_whatever_is_pending(end: tuple[Any, ...]) -> None:
    for before in ([], tried("aa"), [*tried("ask", None), BRANCH]):
        assert after(MENDED, *before, end) == Close()


def test_cancelling_a_step_does_not_end_the_session() -> None:
    assert after(CHAIN, ("cancelled", None, None, {"scope": "step", "why": ""})) == Begin(
        "aa", "walk"
    )


def test_a_fallback_never_stands_in_the_session() -> None:
    events = [*tried("ask"), *tried("boot"), PROVIDED, *tried("use")]
    assert after(MENDED, *events) == Finish()


def test_a_branch_goes_to_the_fallback_and_back() -> None:
    path: list[tuple[Any, ...]] = [*tried("ask", None), BRANCH]
    assert after(MENDED, *path) == Begin("mend", "fallback", caller="ask")
    path += tried("mend", "pass", 1, "fallback", "ask")
    # The service was never started, so there is nothing to start again.
    assert after(MENDED, *path) == Begin("ask", "return", caller="mend")
    path += tried("ask", "pass", 2, "return", "mend")
    assert after(MENDED, *path) == Begin("boot", "walk")


def test_a_started_service_is_started_again_before_going_back() -> None:
    late = book(
        'id = "boot"\nkind = "service"\nready = { tcp = "127.0.0.1:1" }\neffects = "local"',
        call("ask", 'needs = ["boot"]', DRIFT),
        MENDED_FALLBACK,
    )
    path: list[tuple[Any, ...]] = [*tried("boot"), PROVIDED, *tried("ask", None), BRANCH]
    assert after(late, *path) == Begin("mend", "fallback", caller="ask")
    path += tried("mend", "pass", 1, "fallback", "ask")
    assert after(late, *path) == Begin("boot", "restart", caller="mend")
    path += [*tried("boot", "pass", 2, "restart", "mend"), PROVIDED]
    assert after(late, *path) == Begin("ask", "return", caller="mend")
    failed = [*path[:-4], *tried("boot", "blocked", 2, "restart", "mend", "not-ready")]
    assert after(late, *failed) == Settle("ask")


@pytest.mark.parametrize("outcome", ["fail", "blocked", "waived", "error"])
def test_a_fallback_that_did_not_pass_settles_its_caller(outcome: str) -> None:
    events = [*tried("ask", None), BRANCH, *tried("mend", outcome, 1, "fallback", "ask")]
    assert after(MENDED, *events) == Settle("ask")


def test_an_older_visit_to_the_fallback_does_not_count_for_a_new_branch() -> None:
    twice = book(
        call("ask", DRIFT), call("use", DRIFT), MENDED_FALLBACK.replace('restart = ["boot"]\n', "")
    )
    path: list[tuple[Any, ...]] = [
        *tried("ask", None),
        BRANCH,
        *tried("mend", "pass", 1, "fallback", "ask"),
        *tried("ask", "pass", 2, "return", "mend"),
        *tried("use", None),
        ("branch.taken", "use", 1, {"to": "mend", "code": "instructions-drift", "line": 1}),
    ]
    assert after(twice, *path) == Begin("mend", "fallback", caller="use")


def test_a_planned_retry_comes_before_anything_else() -> None:
    events = [*tried("aa", None), ("retry.planned", "aa", 1, {"seconds": 2.5, "code": "network"})]
    assert after(CHAIN, *events) == Begin("aa", "retry", delay=2.5)


def state_after_again(step: str, *more: tuple[Any, ...]) -> State:
    before = [*tried("aa"), *tried("bb")]
    state = told(*before)
    seq = state.events
    asked = {"port": "operator", "kind": "begin", "data": {}}
    answer = {"answer": {"do": "again", "step": step, "by": "operator"}}
    apply(state, make_event(seq, "T", seq, "request", "cc", 1, None, asked))
    apply(state, make_event(seq + 1, "T", seq + 1, "answered", "cc", 1, seq, answer))
    for number, (word, name, n, data) in enumerate(more, seq + 2):
        apply(state, make_event(number, "T", number, word, name, n, None, data))
    return state


def test_again_goes_to_the_step_the_operator_chose() -> None:
    assert plan(CHAIN, state_after_again("aa")) == Begin("aa", "again")
    assert plan(CHAIN, state_after_again("nobody")) == Begin("cc", "walk")
    done = state_after_again("aa", *tried("aa", "fail", 2, "again"))
    assert plan(CHAIN, done) == Begin("cc", "walk")


def test_again_that_ends_in_a_waiver_is_over() -> None:
    waived = ("step.finished", "aa", None, {"outcome": "waived", "code": None, "summary": ""})
    assert plan(CHAIN, state_after_again("aa", waived)) == Begin("cc", "walk")


def test_a_dead_service_blocks_what_needs_it() -> None:
    events = [*tried("ask"), *tried("boot"), PROVIDED, LOST]
    assert after(MENDED, *events) == Block("use", "boot")
    blocked = (
        "step.finished",
        "use",
        None,
        {"outcome": "blocked", "code": "service-died", "summary": ""},
    )
    assert after(MENDED, *events, blocked) == Finish()


def test_a_service_that_came_back_blocks_nothing() -> None:
    events = [
        *tried("ask"),
        *tried("boot"),
        PROVIDED,
        LOST,
        *tried("boot", "pass", 2, "again"),
        ("provided", "boot", 2, {"name": "boot", "kind": "service"}),
    ]
    assert after(MENDED, *events) == Begin("use", "walk")


def test_a_dead_service_blocks_what_hangs_on_it_by_others() -> None:
    """In the shipped runbook only the seeding needs the stack by name; the turn needs it too."""
    live = shipped()
    events: list[tuple[Any, ...]] = []
    for step in ("oauth-login", "live-call", "boot-stack", "seed-org"):
        events += tried(step)
    events += [
        ("provided", "boot-stack", 1, {"name": "boot-stack", "kind": "service"}),
        ("resource.lost", "boot-stack", None, {"name": "boot-stack"}),
    ]
    assert after(live, *events) == Block("paste-credential", "boot-stack")
    events += tried("paste-credential", "pass")
    assert after(live, *events) == Block("authoring-turn", "boot-stack")


def test_an_adopted_service_is_started_again_only_if_it_was_provided() -> None:
    events = [
        *tried("ask", None),
        BRANCH,
        *tried("mend", "pass", 1, "fallback", "ask"),
        *tried("boot", "blocked", code="not-ready"),
    ]
    assert after(MENDED, *events) == Begin("ask", "return", caller="mend")
