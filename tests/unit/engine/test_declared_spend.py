"""A step of any kind that declares a spend asks before each run, counts it, and keeps its cap."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from smoke_tui.journal.events.requests import QuestionAsked
from smoke_tui.journal.spend import spend_of
from smoke_tui.presentation.spend import spend_text, spent
from smoke_tui.runbook.kinds import KINDS
from smoke_tui.session.session_view import SessionView
from smoke_tui.world.context import StepContext
from smoke_tui.world.result import Result
from tests.helpers.engine_runs import Walk, book, walk

SPEND = 'effects = "spends"\nspend = { kind = "metered", max_calls = 1, max_usd = "0.05" }'
FIELDS = {
    "login": "",
    "run": "",
    "service": 'ready = { tcp = "127.0.0.1:1" }',
    "handover": 'confirm = "Saved?"',
    "manual": 'ask = "Done?"',
    "prompt": 'ask = "Which?"',
    "check": "",
}


def walked(kind: str, answer: str, *, twice: bool = False) -> Walk:
    """Walk one step with this answer to its spend question; `twice`: then run it once more."""
    again = [{"do": "again", "step": "one"}] if twice else []

    def reply(question: str, data: Mapping[str, Any]) -> Mapping[str, str]:
        if question == "finish" and again:
            return again.pop()
        answers = {"begin": "run", "commands": "yes", "finish": "finish", "spend": answer}
        return {"do": answers[question]}

    def behave(ctx: StepContext) -> Result:
        return Result(None, "Done.")

    runbook = book(f'id = "one"\nkind = "{kind}"\n{FIELDS[kind]}\n{SPEND}')
    return walk(runbook, behave, reply=reply)


def asked(done: Walk) -> int:
    """How often the spend was asked for."""
    bodies = (event.body for event in done.events)
    return sum(isinstance(body, QuestionAsked) and body.question == "spend" for body in bodies)


def test_the_table_names_every_kind_that_does_not_ask_by_itself() -> None:
    assert set(FIELDS) == {name for name, kind in KINDS.items() if not kind.calls_model}


@pytest.mark.parametrize("kind", FIELDS)
def test_it_is_asked_for_counted_and_capped(kind: str) -> None:
    done = walked(kind, "yes", twice=True)
    assert asked(done) == 1
    step = done.state.steps["one"]
    assert [(attempt.code, attempt.calls) for attempt in step.tries] == [
        (None, 1),
        ("over-budget", 0),
    ]
    assert spend_of(done.state).calls == 1
    assert spend_text(done.state).startswith("at least 1 call,")
    snapshot = SessionView.of_record(done.engine.runbook, done.events).snapshot()
    assert spent(snapshot) == "calls 1 of 1 (1 unknown)"


@pytest.mark.parametrize("kind", FIELDS)
def test_a_no_spends_nothing(kind: str) -> None:
    done = walked(kind, "no")
    assert done.outcomes() == {"one": ("blocked", "operator-declined")}
    assert spend_of(done.state).calls == 0
    assert spend_text(done.state) == "nothing"
