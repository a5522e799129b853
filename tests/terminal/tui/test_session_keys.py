"""The whole runbook by keyboard alone, and what the journal says of it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from smoke_tui.tui.app import SmokeApp
from smoke_tui.tui.screens.report import ReportScreen
from smoke_tui.tui.screens.session import SessionScreen
from tests.helpers.app_driver import (
    answer,
    asked,
    journal_events,
    operator_answers,
    press,
    question,
    rehearsal_app,
    screen_text,
    until,
)
from tests.helpers.events import data_of

TICKS = 6


async def fill_in(pilot: Pilot[Any], app: SmokeApp) -> None:
    """The hand-over: every field, then what the page says."""
    for _ in range(TICKS):
        await answer(pilot, "tick", "enter")
    await question(pilot, "confirm")
    run = app.current
    assert run is not None
    await until(pilot, lambda: run.snapshot().hint, "the page's words")
    await answer(pilot, "confirm", "y", "enter")


async def to_the_report(pilot: Pilot[Any], app: SmokeApp) -> None:
    await answer(pilot, "finish", "enter")
    await until(pilot, lambda: isinstance(app.screen, ReportScreen), "the report")


def test_happy_from_start_to_the_exported_report(tmp_path: Path) -> None:
    state = tmp_path / "state"

    async def main() -> None:
        app = rehearsal_app(state)
        async with app.run_test(size=(80, 24)) as pilot:
            await answer(pilot, "begin", "enter")
            await answer(pilot, "begin", "enter")
            await answer(pilot, "spend", "y")
            for _ in range(3):
                await answer(pilot, "begin", "enter")
            assert "REHEARSAL" in screen_text(app)
            await fill_in(pilot, app)
            await answer(pilot, "begin", "enter")
            await answer(pilot, "spend", "y")
            await to_the_report(pilot, app)
            assert "REHEARSAL" in screen_text(app)
            await press(pilot, "w")
            await press(pilot, "enter")
            await until(pilot, lambda: "Written to" in screen_text(app))
            await press(pilot, "b")
            await until(
                pilot, lambda: "pass" in screen_text(app) and "Recorded" in screen_text(app)
            )
            await press(pilot, "q")

    asyncio.run(main())
    events = journal_events(state)
    assert operator_answers(events) == [
        ("begin", "run"),
        ("begin", "run"),
        ("spend", "yes"),
        ("begin", "run"),
        ("begin", "run"),
        ("begin", "run"),
        *[("tick", "done")] * TICKS,
        ("confirm", "yes"),
        ("begin", "run"),
        ("spend", "yes"),
        ("finish", "finish"),
    ]
    assert events[-1].kind == "session.closed"
    assert data_of(events[-1])["verdict"] == "pass"
    (report,) = tmp_path.glob("smoke-report-*.md")
    assert report.read_text().startswith("REHEARSAL: nothing was proven")
    assert "Verdict: PASS" in report.read_text()


def test_drift_takes_the_file_that_was_offered(tmp_path: Path) -> None:
    async def main() -> None:
        app = rehearsal_app(tmp_path / "state", "instructions-drift")
        async with app.run_test(size=(160, 45)) as pilot:
            await answer(pilot, "begin", "a")
            await answer(pilot, "spend", "y")
            await question(pilot, "instructions")
            assert "live-call was rejected (instructions-drift)" in screen_text(app)
            await answer(pilot, "instructions", "enter", "enter")
            await answer(pilot, "spend", "y")
            await question(pilot, "tick")
            await press(pilot, "ctrl+q")

    asyncio.run(main())
    events = journal_events(tmp_path / "state")
    assert ("instructions", "file") in operator_answers(events)
    finished = {e.step: data_of(e)["outcome"] for e in events if e.kind == "step.finished"}
    assert finished["live-call"] == "pass"
    assert finished["instructions-drift"] == "pass"
    assert events[-1].kind == "session.closed"
    assert data_of(events[-1])["cancelled"] == "left"


def test_a_failure_says_what_whose_and_next_then_is_tried_again_and_waived(tmp_path: Path) -> None:
    async def main() -> None:
        app = rehearsal_app(tmp_path / "state", "login-denied")
        async with app.run_test(size=(80, 24)) as pilot:
            await answer(pilot, "begin", "enter")
            await question(pilot, "begin")
            shown = screen_text(app)
            for words in (
                "The login was denied on the sign-in page.",
                "Side     yours",
                "Start a new login and accept",
                "r log in again",
            ):
                assert words in shown
            # No call was made that the provider's support could look up.
            assert "Support" not in shown
            await answer(pilot, "begin", "r")
            await question(pilot, "begin")
            await press(pilot, "n")
            await press(pilot, "h")
            await press(pilot, "i")
            await press(pilot, "enter")
            await answer(pilot, "begin", "w", "n", "o", "enter")
            await question(pilot, "begin")
            await press(pilot, "q")
            assert "not finished" in screen_text(app)
            await press(pilot, "n")
            assert isinstance(app.screen, SessionScreen)
            await press(pilot, "q")
            await press(pilot, "y")

    asyncio.run(main())
    events = journal_events(tmp_path / "state")
    tries = [e for e in events if e.kind == "try.started" and e.step == "oauth-login"]
    assert [data_of(e)["cause"] for e in tries] == ["walk", "again"]
    assert [data_of(e)["text"] for e in events if e.kind == "noted"] == ["hi"]
    waived = [e for e in events if e.kind == "step.finished" and data_of(e)["outcome"] == "waived"]
    assert [(e.step, data_of(e)["reason"]) for e in waived] == [("boot-stack", "no")]
    assert events[-1].kind == "session.closed"


def test_a_running_step_is_stopped_after_asking(tmp_path: Path) -> None:
    async def main() -> None:
        app = rehearsal_app(tmp_path / "state", "command-timeout")
        async with app.run_test(size=(100, 30)) as pilot:
            await answer(pilot, "begin", "w", "x", "enter")
            await answer(pilot, "begin", "w", "x", "enter")
            await answer(pilot, "begin", "enter")
            await answer(pilot, "begin", "enter")
            run = app.current
            assert run is not None
            await until(pilot, lambda: run.state.step("seed-org").running)
            await press(pilot, "s")
            assert "Stop" in screen_text(app)
            await press(pilot, "y")
            await question(pilot, "finish")
            assert run.state.steps["seed-org"].code == "interrupted"
            await press(pilot, "ctrl+q")

    asyncio.run(main())
    events = journal_events(tmp_path / "state")
    assert [data_of(e)["scope"] for e in events if e.kind == "cancelled"] == ["step", "session"]


@pytest.mark.parametrize("key", ["enter", "y"])
def test_nothing_is_attested_or_spent_by_a_default_key(tmp_path: Path, key: str) -> None:
    """A question about money takes only a key of its own, once; enter says nothing."""

    async def main() -> None:
        app = rehearsal_app(tmp_path / "state")
        async with app.run_test(size=(80, 24)) as pilot:
            await answer(pilot, "begin", "enter")
            await answer(pilot, "begin", "enter")
            await question(pilot, "spend")
            await press(pilot, key)
            run = app.current
            assert run is not None
            assert isinstance(app.screen, SessionScreen)
            if key == "enter":
                assert run.state.steps["live-call"].calls == 0
                assert asked(app) == "spend"
            else:
                await until(pilot, lambda: run.state.step("live-call").calls == 1)
            await press(pilot, "ctrl+q")

    asyncio.run(main())


@pytest.mark.real_codex
def test_a_refused_shape_is_compared_with_the_real_client(
    tmp_path: Path, codex_cli: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = codex_cli("0.169.0").parent
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")

    async def main() -> None:
        app = rehearsal_app(tmp_path / "state", "shape-rejected")
        async with app.run_test(size=(100, 34)) as pilot:
            await answer(pilot, "begin", "enter")
            await answer(pilot, "begin", "enter")
            await answer(pilot, "spend", "y")
            await question(pilot, "begin")
            await press(pilot, "d")
            await until(pilot, lambda: "Codex CLI 0.169.0" in screen_text(app), "the comparison")
            assert "ours: shape classic" in screen_text(app)
            await press(pilot, "escape")
            await press(pilot, "ctrl+q")

    asyncio.run(main())
