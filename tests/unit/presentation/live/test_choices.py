"""The ways on from every state of a walk: one row of the table for each, and what holds for all."""

from __future__ import annotations

import itertools

import pytest

from smoke_tui.failure_codes.table import CODES
from smoke_tui.outcomes import BAD_OUTCOMES, Outcome
from smoke_tui.presentation.live.choices import choices
from smoke_tui.presentation.live.questions import finish_early, form, listed_models
from smoke_tui.presentation.live.snapshot import Snapshot
from smoke_tui.presentation.spans import as_text
from smoke_tui.session.session_view import SessionView
from tests.helpers.event_log import EventLog, small

CALL, LOOK = "live-call", "look"
CODE_OF = {
    Outcome.FAIL: "degraded-model",
    Outcome.BLOCKED: "network",
    Outcome.EXPECTED_LIMITATION: "edge-challenge",
}


def asked(
    question: str,
    step: str | None,
    outcome: Outcome | None = None,
    *,
    calls: int = 0,
    viewed: str | None = None,
) -> Snapshot:
    """The moment at which the walk asks what is next, after the call has ended so."""
    log = EventLog()
    if outcome is Outcome.WAIVED:
        log.waived(CALL)
    elif outcome is not None:
        log.add("try.started", {"cause": "walk", "caller": None}, CALL, 1)
        if calls:
            log.add("spend.reserved", {"calls": calls}, CALL, 1)
        log.finished(CALL, outcome.value, CODE_OF.get(outcome))
    about = {"step": step, "kind": "", "proof": step == CALL} if step is not None else {}
    log.add("request", {"port": "operator", "kind": question, "data": about}, step, 1)
    return SessionView.of_record(small(), log.events).snapshot(viewed)


def labels(snapshot: Snapshot) -> dict[str, str]:
    return {choice.key: choice.label for choice in choices(snapshot)}


RUN, ALL, STEP = {"enter": "run it"}, {"a": "run all that follows"}, {"b": "another step"}
GO_ON, END = {"enter": "go on"}, {"f": "finish and see the report"}
FINISH = {"enter": "finish and see the report"}
WAIVE_CALL, WAIVE_LOOK = {"w": "waive 1 Ask the model"}, {"w": "waive 2 Look at the page"}
AGAIN = {"r": "try step 1 again"}
TABLE = [
    # what is asked, about which step, how the call ended, the choices
    ("begin", CALL, None, RUN | ALL | STEP),
    ("begin", LOOK, None, RUN | ALL | STEP | WAIVE_LOOK),
    ("begin", LOOK, Outcome.PASS, RUN | ALL | STEP | WAIVE_LOOK | END),
    ("begin", LOOK, Outcome.WAIVED, RUN | ALL | STEP | WAIVE_LOOK | END),
    ("begin", LOOK, Outcome.FAIL, GO_ON | ALL | STEP | WAIVE_LOOK | AGAIN | END),
    ("begin", LOOK, Outcome.BLOCKED, GO_ON | ALL | STEP | WAIVE_LOOK | AGAIN | END),
    ("begin", LOOK, Outcome.EXPECTED_LIMITATION, GO_ON | ALL | STEP | WAIVE_LOOK | AGAIN | END),
    ("begin", LOOK, Outcome.ERROR, GO_ON | ALL | STEP | WAIVE_LOOK | AGAIN | END),
    ("finish", None, Outcome.PASS, FINISH | STEP | {"r": "try it again"}),
    ("finish", None, Outcome.FAIL, FINISH | STEP | {"r": "try it again"}),
    ("finish", None, Outcome.BLOCKED, FINISH | STEP | {"r": "try it again"}),
    ("finish", None, Outcome.EXPECTED_LIMITATION, FINISH | STEP | {"r": "try it again"}),
    ("finish", None, Outcome.ERROR, FINISH | STEP | {"r": "try it again"}),
    ("finish", None, Outcome.WAIVED, FINISH | STEP),
]


@pytest.mark.parametrize(("question", "step", "outcome", "expected"), TABLE)
def test_every_state_has_its_ways_on(
    question: str, step: str | None, outcome: Outcome | None, expected: dict[str, str]
) -> None:
    assert labels(asked(question, step, outcome)) == expected


@pytest.mark.parametrize(
    ("question", "outcome"), [*itertools.product(("begin", "finish"), BAD_OUTCOMES)]
)
def test_no_failure_is_a_dead_end(question: str, outcome: Outcome) -> None:
    """Whatever failed: what failed is said; go on, choose a step, finish are there."""
    snapshot = asked(question, LOOK if question == "begin" else None, outcome)
    assert snapshot.question is not None
    rows = [as_text(row) for row in form(snapshot, snapshot.question)]
    assert any(CALL in row for row in rows)
    offered = choices(snapshot)
    assert {"enter", "b", "r"} <= {choice.key for choice in offered}
    assert any("finish" in choice.label for choice in offered)


@pytest.mark.parametrize("viewed", [None, CALL, LOOK, "sign"])
def test_the_step_that_is_waived_is_the_one_that_is_asked_about(viewed: str | None) -> None:
    """Looking at another step changes what is shown, not what is waived."""
    assert labels(asked("begin", LOOK, Outcome.FAIL, viewed=viewed))["w"] == WAIVE_LOOK["w"]


@pytest.mark.parametrize("outcome", [None, *Outcome])
def test_a_proof_is_never_offered_to_be_waived(outcome: Outcome | None) -> None:
    assert "w" not in labels(asked("begin", CALL, outcome))


@pytest.mark.parametrize("question", ["begin", "finish"])
def test_a_step_whose_cap_is_used_up_is_not_offered_again(question: str) -> None:
    step = LOOK if question == "begin" else None
    snapshot = asked(question, step, Outcome.FAIL, calls=3)
    assert "r" not in labels(snapshot)
    assert snapshot.question is not None
    rows = [as_text(row) for row in form(snapshot, snapshot.question)]
    assert any("No further try: the step's cap of 3 calls is used up" in row for row in rows)
    assert "r" in labels(asked(question, step, Outcome.FAIL, calls=2))
    assert "cap of 3 calls" in str(
        SessionView.of_record(small(), _capped().events).again(snapshot.question, CALL)
    )


def _capped() -> EventLog:
    log = EventLog()
    log.add("try.started", {"cause": "walk", "caller": None}, CALL, 1)
    log.add("spend.reserved", {"calls": 3}, CALL, 1)
    return log.finished(CALL, "pass")


def test_finishing_early_says_what_stays_undone() -> None:
    assert finish_early(asked("begin", LOOK, Outcome.FAIL)) == (
        "Finish now? Steps 2, 3 stay undone. The verdict is fail. A finished session is not "
        "resumed; one that you leave is."
    )


def test_a_model_that_was_refused_is_offered_last_and_says_so() -> None:
    log = EventLog()
    log.add("try.started", {"cause": "walk", "caller": None}, CALL, 1)
    listed = {"listed": ["a", "b", "c"], "refused": ["a"], "wanted": "a"}
    log.add("request", {"port": "operator", "kind": "model", "data": listed}, CALL, 1)
    snapshot = SessionView.of_record(small(), log.events).snapshot()
    assert snapshot.question is not None
    assert listed_models(snapshot.question) == [
        ("b", ""),
        ("c", ""),
        ("a", "refused before in this session"),
    ]


def test_no_key_is_offered_twice() -> None:
    for question, step, outcome, _ in TABLE:
        keys = [choice.key for choice in choices(asked(question, step, outcome))]
        assert len(keys) == len(set(keys))


def test_the_codes_of_the_table_exist() -> None:
    assert set(CODE_OF.values()) <= set(CODES)
