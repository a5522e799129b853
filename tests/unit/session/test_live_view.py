"""The live view of a session keeps a bounded part of its output."""

from __future__ import annotations

from smoke_tui.journal.stream import TextDelta
from smoke_tui.session.session_view import PENDING_TEXT, SessionView
from tests.helpers.tui_records import recorded


def test_a_flood_of_text_is_not_kept() -> None:
    run = SessionView(recorded()[0])
    for _ in range(1000):
        run.incoming.on_signal(TextDelta("live-call", 1, "x" * 1000))
    assert run.incoming.backlog[1] <= PENDING_TEXT + 1000
    while run.drain():
        continue
    assert sum(len(line.text) for line in run.log.lines) <= PENDING_TEXT + 2000
