"""The live view of a session keeps a bounded part of its output."""

from __future__ import annotations

from smoke_tui.journal.stream import TextDelta
from smoke_tui.session.session_view import PENDING_TEXT, SessionView
from tests.helpers.tui_records import asking, recorded


def test_a_flood_of_text_is_not_kept() -> None:
    run = SessionView(recorded()[0])
    for _ in range(1000):
        run.incoming.on_signal(TextDelta("live-call", 1, "x" * 1000))
    assert run.incoming.backlog[1] <= PENDING_TEXT + 1000
    while run.drain():
        continue
    assert sum(len(line.text) for line in run.log.lines) <= PENDING_TEXT + 2000


def test_a_hand_over_is_asked_about_with_what_the_rehearsals_page_says() -> None:
    hints: dict[int, str] = {}
    run = SessionView(recorded()[0], hints)
    run.state = asking("confirm").state
    question = run.snapshot().question
    assert question is not None
    assert run.waits_for_hint(question)
    assert run.snapshot().hint is None
    hints[question.seq] = "Saved"
    assert not run.waits_for_hint(question)
    assert run.snapshot().hint == "Saved"


def test_no_hint_is_waited_for_where_none_will_come() -> None:
    run = asking("confirm")
    question = run.snapshot().question
    assert question is not None
    assert not run.waits_for_hint(question)
