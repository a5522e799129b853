"""The header of a session at every width."""

from __future__ import annotations

from smoke_tui.presentation.live.snapshot import Snapshot
from smoke_tui.tui.render.header import session_header
from tests.helpers.tui_records import run_until


def test_the_badge_and_the_spend_are_in_every_header() -> None:
    run = run_until(lambda e: e.kind == "spend.reserved")
    snapshot = Snapshot(run.runbook, run.state, run.elapsed)
    for width in (60, 80, 100, 160, 200):
        text = session_header(snapshot, width).plain
        assert "REHEARSAL" in text
        assert "calls 1 of 4 (1 unknown)" in text
        assert len(text) <= width
