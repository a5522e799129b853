"""A drift in the walk: seen, triaged and in the report, by keyboard alone."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from smoke_tui.tui.app import SmokeApp
from smoke_tui.tui.screens.compare import CompareScreen, show_comparison
from smoke_tui.tui.screens.drift import DriftScreen
from smoke_tui.tui.screens.home import HomeScreen
from smoke_tui.tui.screens.report import ReportScreen
from smoke_tui.tui.screens.session import SessionScreen
from tests.helpers.app_driver import (
    answer,
    journal_events,
    operator_answers,
    press,
    question,
    rehearsal_app,
    screen_text,
    until,
)

SIZE = (80, 24)


async def to_the_drift(pilot: Pilot[Any]) -> None:
    await answer(pilot, "begin", "enter")
    await answer(pilot, "begin", "enter")
    await answer(pilot, "spend", "y")
    await question(pilot, "drift")


async def see_both_texts(pilot: Pilot[Any], app: SmokeApp) -> str:
    """Open the drift screen, wait for its rows, and go back."""
    await press(pilot, "v")
    await until(pilot, lambda: isinstance(app.screen, DriftScreen), "the drift screen")
    await until(pilot, lambda: "difference 1 of" in screen_text(app), "the differences")
    text = screen_text(app)
    await press(pilot, "b")
    return text


def test_a_false_positive_is_seen_triaged_and_reported(tmp_path: Path) -> None:
    state = tmp_path / "state"

    async def main() -> None:
        app = rehearsal_app(state, "text-drift", "answer-drift")
        async with app.run_test(size=SIZE) as pilot:
            await to_the_drift(pilot)
            bar = screen_text(app)
            assert "threshold 0.70 (override; default" in bar
            assert "Threshold: the pytest marker's, tests/core/llm/test_summaries.py" in bar
            assert "v see both texts" in bar
            text = await see_both_texts(pilot, app)
            assert "{+ that you+}" in text
            assert "< 0.70 (override; default 0.85)" in text
            assert isinstance(app.screen, SessionScreen)
            await answer(pilot, "drift", "f", *"same", "enter")
            await question(pilot, "drift-threshold")
            assert "The threshold, its row in the calibration log" in screen_text(app)
            await answer(pilot, "drift-threshold", "u")
            await question(pilot, "finish")
            assert "{+ that you+}" in await see_both_texts(pilot, app)
            await answer(pilot, "finish", "enter")
            await until(pilot, lambda: isinstance(app.screen, ReportScreen), "the report")
            assert "{+ that you+}" in await see_both_texts(pilot, app)

    asyncio.run(main())
    answers = operator_answers(journal_events(state))
    assert ("drift", "false-positive") in answers
    assert ("drift-threshold", "yes") in answers


def test_an_expected_drift_lists_the_changed_files(tmp_path: Path) -> None:
    async def main() -> None:
        app = rehearsal_app(tmp_path / "state", "text-drift", "answer-drift")
        async with app.run_test(size=SIZE) as pilot:
            await to_the_drift(pilot)
            await answer(pilot, "drift", "c")
            await answer(pilot, "drift-cause", "p")
            await question(pilot, "drift-accept")
            text = screen_text(app)
            assert "creative-summarization.json by the new answer?" in " ".join(text.split())
            assert "working tree" in text
            await press(pilot, "q")
            await press(pilot, "y")

    asyncio.run(main())


@pytest.mark.parametrize("scenario", ["happy"])
def test_answers_of_two_sessions_are_shown_word_by_word(scenario: str, tmp_path: Path) -> None:
    async def main() -> None:
        folders = []
        for number in range(2):
            state = tmp_path / f"state{number}"
            app = rehearsal_app(state, scenario, "answer-drift")
            async with app.run_test(size=SIZE) as pilot:
                await answer(pilot, "begin", "enter")
                await answer(pilot, "begin", "enter")
                await answer(pilot, "spend", "y")
                await answer(pilot, "finish", "enter")
                await until(pilot, lambda: isinstance(app.screen, ReportScreen), "the report")  # noqa: B023
                folders += list((state / "sessions").iterdir())
                if number == 0:
                    continue
                await press(pilot, "b")
                await until(pilot, lambda: isinstance(app.screen, HomeScreen), "home")  # noqa: B023
                home = app.screen
                assert isinstance(home, HomeScreen)
                show_comparison(home, *folders)
                await until(pilot, lambda: isinstance(app.screen, CompareScreen), "the sessions")  # noqa: B023
                await press(pilot, "v")
                verdict = "1.00 >= 0.70 (override; default 0.85)"
                await until(pilot, lambda: verdict in screen_text(app), "the answers")  # noqa: B023

    asyncio.run(main())
