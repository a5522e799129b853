"""What is told at the end of a walk, of evidence and of answers: words made of events."""

from __future__ import annotations

from dataclasses import replace

import pytest

from smoke_tui.journal.state import (
    TypicalDuration,
)
from smoke_tui.presentation.evidence import pair, speaks_for
from smoke_tui.presentation.live.narrate import tell
from smoke_tui.presentation.live.progress import SHORTEST, usually
from smoke_tui.presentation.live.questions import form
from smoke_tui.presentation.spans import as_text
from smoke_tui.session.live_view import LiveView
from tests.helpers.app_driver import recorded, run_until
from tests.helpers.events import make_event

DRIFT = "instructions-drift"


def asks(kind: str, step: str | None = None) -> LiveView:
    """The walk through a drift up to where this is asked."""
    return run_until(
        lambda e: (
            e.kind == "request"
            and e.data["port"] == "operator"
            and e.data["kind"] == kind
            and step in (None, e.step)
        ),
        DRIFT,
    )


def at_the_end(run: LiveView) -> list[str]:
    """What is told where the walk ends at this point."""
    asked = make_event(
        run.state.events,
        run.state.now,
        run.state.now_ms,
        "request",
        DRIFT,
        1,
        data={"port": "operator", "kind": "finish", "text": "", "data": {}, "secret": None},
    )
    return [as_text(row) for row in form(run.scene(), asked)]


def test_at_the_end_it_is_told_what_could_not_be_run_and_what_for() -> None:
    verdict, not_run = at_the_end(asks("begin", "seed-org"))
    assert verdict.startswith("Nothing else can be run as it stands.")
    assert not_run == (
        "Not run: 5 Give the organisation the credential (needs 4), "
        "6 Run an authoring turn (needs 5)."
    )
    (verdict,) = at_the_end(asks("finish"))
    assert verdict.startswith("Every step has been walked.")


def test_between_two_tries_the_step_that_waits_is_shown() -> None:
    """Another has ended last, and it may even have failed."""
    run = run_until(lambda e: e.kind == "try.finished" and e.step == "authoring-turn")
    run.on_event(
        make_event(
            run.state.events,
            run.state.now,
            run.state.now_ms,
            "retry.planned",
            "authoring-turn",
            1,
            data={"seconds": 12.0, "code": "rate-limited", "refresh": False},
        )
    )
    assert run.drain()
    assert run.scene().shown.id == "authoring-turn"


def test_at_the_end_the_step_that_ended_last_is_shown() -> None:
    """A fallback may have begun after the step that it mends, which then ended after it."""
    run = asks("finish")
    run.state.order.remove(DRIFT)
    run.state.order.append(DRIFT)
    assert run.scene().shown.id == "authoring-turn"


def test_a_line_of_a_route_says_what_it_speaks_for_or_no_more() -> None:
    assert speaks_for(["host", "api.openai.com", "another route"]) == " (another route)"
    assert speaks_for(["model", "gpt-5.5", "nothing"]) == speaks_for(["model", "gpt-5.5"]) == ""
    name = "ledger: rows of the organisation"
    assert pair(name, 1) == (name, "1")


def test_a_time_that_is_short_is_no_usual_one() -> None:
    run = LiveView(recorded()[0])
    step = run.runbook.step("boot-stack")
    for ms, told in ((SHORTEST - 1, False), (SHORTEST, True)):
        scene = replace(run.scene(), usual={step.id: TypicalDuration(ms, 4)})
        assert bool(usually(scene, step)) is told


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ({"do": "use", "model": "gpt-5.5"}, "you: another model (gpt-5.5)"),
        ({"do": "keep"}, "you: call it all the same"),
        ({"do": "captured"}, "you: what the Codex CLI sends"),
        ({"do": "decline"}, "you: I have none"),
        ({"do": "page", "words": "denied"}, "you: the page says (denied)"),
        ({"do": "yes", "words": ""}, "you: yes"),
    ],
)
def test_an_answer_is_told_with_what_was_given(answer: dict[str, str], told: str) -> None:
    run = asks("instructions")
    question = max(run.state.questions)
    event = make_event(
        run.state.events,
        run.state.now,
        run.state.now_ms,
        "answered",
        DRIFT,
        1,
        request_seq=question,
        data={"answer": {**answer, "by": "operator"}},
    )
    words = tell(run.runbook, run.state, event)
    assert words is not None
    assert words[0] == told
