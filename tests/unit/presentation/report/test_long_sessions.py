"""Long sessions: what is kept of them stays small, and their reports stay readable."""

from __future__ import annotations

from pathlib import Path

import pytest

from smoke_tui.journal.file import read_journal
from smoke_tui.journal.fold import fold
from smoke_tui.journal.load import runbook_of
from smoke_tui.journal.state import KEPT, Ends
from smoke_tui.presentation.report.html import page
from smoke_tui.presentation.report.markdown import LIMIT, markdown
from tests.helpers.long_journal import events, write
from tests.helpers.report_states import saying


@pytest.mark.slow
def test_a_long_journal_is_read_folded_and_reported(tmp_path: Path) -> None:
    journal = read_journal(write(tmp_path / "S", 20_000))
    assert (len(journal.events), journal.damage, journal.torn_bytes) == (20_000, (), 0)
    state = fold(journal.events)
    report = markdown(runbook_of(journal), state, saying("x"))
    assert len(report.encode()) <= LIMIT
    assert report.count(": seen 1 Look.") == 1
    assert "Left out to stay under" in report
    assert len(page(runbook_of(journal), state, saying("x"))) < 1_000_000


def test_what_the_state_keeps_of_output_does_not_grow() -> None:
    ends = Ends()
    for number in range(20_000):
        ends.add(f"line {number}\n")
    text = ends.text()
    assert len(text) < 2 * KEPT + 100
    assert text.startswith("line 0\n")
    assert text.endswith("line 19999\n")
    assert f"({ends.length - 2 * KEPT:,} characters are left out here)" in text


def test_short_output_is_kept_whole() -> None:
    for pieces in (["a"], ["a" * KEPT, "b" * KEPT], ["a" * (KEPT + 5)], ["", "x", ""]):
        ends = Ends()
        for piece in pieces:
            ends.add(piece)
        assert ends.text() == "".join(pieces)


def test_the_helper_gives_as_many_events_as_asked_for() -> None:
    assert [event.seq for event in events(123)] == list(range(123))
