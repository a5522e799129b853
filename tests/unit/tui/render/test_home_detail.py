"""The home screen's panel: a runbook and how it went, a session and what happened."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from smoke_tui.journal.load import load_state
from smoke_tui.tui.render.home import Entry, Recorded
from smoke_tui.tui.render.home_detail import introduction, runbook_detail, session_detail
from tests.helpers.paths import TUI_RECORDS

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
SCENARIO = "edge-challenge"


def entry() -> Entry:
    _, runbook, _ = load_state(TUI_RECORDS / SCENARIO)
    return Entry(Path("runbooks/openai-subscription.md"), runbook)


def recorded(verdict: str, world: str, started: str) -> Recorded:
    return Recorded(
        Path(started), "openai-subscription", world, "happy", started, verdict, unfinished=False
    )


def test_a_runbook_has_its_last_verdict_its_trend_and_its_steps() -> None:
    sessions = [
        recorded("fail", "rehearsed", "2026-11-22T08:00:00Z"),
        recorded("pass", "live", "2026-11-21T09:00:00Z"),
        recorded("pass", "rehearsed", "2026-11-20T09:00:00Z"),
    ]
    text = runbook_detail(entry(), sessions, NOW, 80).plain
    assert "Live       ✓ pass  1 d ago\n" in text
    assert "Rehearsed  ✗ fail  1 h ago   ✓ ✗  newest last" in text
    assert " 2 Make one live call  proof, spends at most 2 calls" in text
    assert "only if needed" in text


def test_a_runbook_that_never_ran_says_which_key_runs_it() -> None:
    text = runbook_detail(entry(), [], NOW, 80, brief=True).plain
    assert text.startswith("Live       not run yet: l runs it\nRehearsed  not yet: r does it\n")


def test_a_broken_runbook_says_why_and_what_shows_all() -> None:
    text = runbook_detail(Entry(Path("b.md"), None, "line 3: no id"), [], NOW, 80).plain
    assert "line 3: no id" in text
    assert "smoke-tui lint b.md" in text


@pytest.mark.parametrize("width", [30, 48, 76])
def test_a_session_has_its_steps_its_failure_in_words_and_its_spend(width: int) -> None:
    _, runbook, state = load_state(TUI_RECORDS / SCENARIO)
    for brief in (False, True):
        detail = session_detail(runbook, state, width, brief=brief)
        text = " ".join(detail.plain.split())
        assert "■ blocked" in text
        assert "✓ 1 Log in to OpenAI pass" in text
        assert "■ 2 Make one live call blocked" in text
        assert "The provider's edge answered with a browser challenge" in text
        assert "1 call" in text


def test_an_introduction_ends_where_the_first_step_begins() -> None:
    text = "---\nid: x\n---\n\n# T\n\nWhat it *is*.\n\n- a\n\n## 1. Step\n\nmore\n"
    assert introduction(text) == "What it *is*.\n\n- a"
    assert introduction("# T\n\n## 1. Step\n") == ""
