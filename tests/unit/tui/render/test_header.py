"""The header of a session at every width."""

from __future__ import annotations

import pytest

from smoke_tui.config.session_config import SessionConfig
from smoke_tui.journal.state import State
from smoke_tui.presentation.live.snapshot import Snapshot
from smoke_tui.runbook import parse
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


def live(bundle: str, spend: str) -> Snapshot:
    """A live session of one step that spends so."""
    text = (
        "---\nschema: smoke/1\nid: one\ntitle: T\n---\n\n# T\n\n## Call\n\nCall.\n\n"
        f'```toml step\nid = "call"\nkind = "call"\nprompt = "p"\neffects = "spends"\n{spend}\n```\n'
    )
    runbook = parse(text, "one.md").runbook
    assert runbook is not None
    config = SessionConfig(origin="residential", bundle=bundle)
    return Snapshot(runbook, State(session="20261128T000000Z-7f3a", configs=[config]), 0)


@pytest.mark.parametrize(
    ("bundle", "spend", "source"),
    [
        ("none", 'spend = { kind = "subscription", max_calls = 1 }', "own login"),
        ("file", 'spend = { kind = "subscription", max_calls = 1 }', "bundle file"),
        ("none", 'credential = "api-key"\nspend = { kind = "metered", max_usd = "1" }', "API key"),
    ],
)
def test_whose_credential_pays_is_in_the_header_of_a_live_session(
    bundle: str, spend: str, source: str
) -> None:
    snapshot = live(bundle, spend)
    for width in (100, 120, 200):
        assert f" live, residential, {source} " in session_header(snapshot, width).plain
    for width in (40, 60, 80):
        text = session_header(snapshot, width).plain
        assert " live" in text
        assert "calls 0" in text
        assert len(text) <= width
