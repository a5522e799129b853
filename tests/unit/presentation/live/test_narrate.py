"""Lines that tell an event, and the rows of the question at the end."""

from __future__ import annotations

import pytest

from smoke_tui.journal.events.event import EventOf
from smoke_tui.journal.events.requests import QuestionAsked
from smoke_tui.presentation.live.narrate import event_line
from smoke_tui.presentation.live.questions import form
from smoke_tui.presentation.spans import as_text
from smoke_tui.session.session_view import SessionView
from tests.helpers.events import make_event
from tests.helpers.tui_records import DRIFT, asking


def at_the_end(run: SessionView) -> list[str]:
    """What is told where the walk ends at this point."""
    state, finish = run.state, QuestionAsked("finish")
    asked = EventOf(state.events, state.now, state.now_ms, finish, DRIFT, 1)
    return [as_text(row) for row in form(run.snapshot(), asked)]


def test_at_the_end_it_is_reported_what_could_not_be_run_and_what_for() -> None:
    verdict, not_run = at_the_end(asking("begin", "seed-org"))
    assert verdict.startswith("Nothing else can be run as it stands.")
    assert not_run == (
        "Not run: 5 Give the organisation the credential (needs 4), "
        "6 Run an authoring turn (needs 5)."
    )
    (verdict,) = at_the_end(asking("finish"))
    assert verdict.startswith("Every step has been walked.")


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
def test_an_answer_is_reported_with_what_was_given(answer: dict[str, str], told: str) -> None:
    run = asking("instructions")
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
    line = event_line(run.state, event)
    assert line is not None
    assert line.text == told
