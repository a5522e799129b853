"""The calibration screen, driven by key: log, stored pairs, a change shown before it is written."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any

from textual.pilot import Pilot
from textual.screen import Screen

from smoke_tui.history.calibration import read_calibration, update_calibration
from smoke_tui.judging.answers import compare_answers
from smoke_tui.judging.calibration import LogRow, StoredPair
from smoke_tui.judging.drift import DriftPair, RecordedAnswer, Threshold
from smoke_tui.judging.triage import TriageClass
from smoke_tui.tui.app import Goal, SmokeApp
from smoke_tui.tui.screens.calibration import CalibrationScreen
from smoke_tui.tui.screens.drift import DriftScreen
from smoke_tui.tui.screens.home import HomeScreen
from smoke_tui.tui.widgets.modals import Line, YesNo
from tests.helpers.app_driver import press, screen_text, settings, until

FILE = "calibration.json"


def keep(state: Path, case: str, new: str, triage: TriageClass, name: str = FILE) -> None:
    answers = RecordedAnswer("abcdefghijklmnopqrst"), RecordedAnswer(new)
    drift = compare_answers(case, "b.txt", Threshold(), *answers)
    stored = StoredPair(DriftPair(drift, *answers), "s:call", "2026-11-01", triage, "why")
    update_calibration(state / name, lambda calibration: calibration.with_pair(stored))


def drive(
    state: Path, keys: Callable[[SmokeApp, Pilot[Any]], Awaitable[None]], wait: str = "Test"
) -> None:
    """Open the calibration screen from home, and wait until it was read."""

    async def main() -> None:
        app = SmokeApp(settings(state), Goal())
        async with app.run_test(size=(100, 30), notifications=True) as pilot:
            await until(pilot, lambda: isinstance(app.screen, HomeScreen))
            await press(pilot, "d")
            await until(pilot, lambda: isinstance(app.screen, CalibrationScreen))
            await until(pilot, lambda: wait in screen_text(app), wait)
            await keys(app, pilot)

    asyncio.run(main())


def _is_other(app: SmokeApp, screen: Screen[Any]) -> bool:
    return app.screen is not screen


def _is_shown(app: SmokeApp, text: str) -> bool:
    return text in screen_text(app)


async def change(app: SmokeApp, pilot: Pilot[Any], key: str, threshold: str, why: str) -> None:
    """Fill in the form, up to what the change would flip."""
    await press(pilot, key)
    for text in (threshold, why):
        await until(pilot, lambda: isinstance(app.screen, Line), "the form")
        before = app.screen
        await press(pilot, "ctrl+u")
        await pilot.press(*text)
        await press(pilot, "enter")
        await until(pilot, partial(_is_other, app, before), "the next box")
    await until(pilot, lambda: isinstance(app.screen, YesNo), "what it changes")


def test_an_empty_log_has_what_to_do(tmp_path: Path) -> None:
    async def keys(app: SmokeApp, pilot: Pilot[Any]) -> None:
        text = screen_text(app)
        assert "Default threshold 0.85 (alpha default)" in text
        assert "Trigger 1: first false positive" in text
        assert "Trigger 2: first regression that passed" in text
        assert "(Empty at alpha until the first calibration fires.)" in text
        assert "--class false-positive" in text
        assert "Stored pairs: none yet" in text
        await press(pilot, "b")
        assert isinstance(app.screen, HomeScreen)
        assert not (tmp_path / FILE).exists()

    drive(tmp_path, keys, "none yet")


def test_a_higher_default_shows_its_flips_and_is_written(tmp_path: Path) -> None:
    keep(tmp_path, "a/passed", "abcdefghijklmnopqrXY", "regression")

    async def keys(app: SmokeApp, pilot: Pilot[Any]) -> None:
        assert "due by" in screen_text(app)
        await change(app, pilot, "d", "0.91", "it passed")
        text = screen_text(app)
        assert "The default: 0.85 → 0.91" in text
        assert "1 stored pair scored again, 1 would flip" in text
        assert "same → drifted  a/passed" in text
        await press(pilot, "n")
        await until(pilot, lambda: isinstance(app.screen, CalibrationScreen))
        assert read_calibration(tmp_path / FILE).calibration.log == ()
        await change(app, pilot, "d", "0.91", "it passed")
        await press(pilot, "y")
        await until(pilot, lambda: "0.91 (row of" in screen_text(app), "the new default")
        assert "✗ drifted    regression      a/passed" in screen_text(app)
        (row,) = read_calibration(tmp_path / FILE).calibration.log
        assert (row.new, row.reason) == (0.91, "it passed")

    drive(tmp_path, keys, "Stored pairs: 1")


def test_a_test_gets_its_own_threshold_and_a_lower_default_a_warning(tmp_path: Path) -> None:
    keep(tmp_path, "a/creative", "abcdefghijklmnopXYZ0", "false-positive")

    async def keys(app: SmokeApp, pilot: Pilot[Any]) -> None:
        await change(app, pilot, "d", "0.7", "strict")
        assert "Take care: a lower default lets more regressions pass." in screen_text(app)
        await press(pilot, "escape")
        await until(pilot, lambda: isinstance(app.screen, CalibrationScreen))
        await change(app, pilot, "o", "0.79", "many wordings")
        assert "drifted → same  a/creative" in screen_text(app)
        await press(pilot, "y")
        await until(pilot, lambda: "Trigger 1" in screen_text(app) and "fired" in screen_text(app))
        threshold = read_calibration(tmp_path / FILE).calibration.threshold_of("a/creative")
        assert threshold is not None
        assert threshold.value == 0.79

    drive(tmp_path, keys, "Stored pairs: 1")


def test_what_is_no_threshold_is_not_taken(tmp_path: Path) -> None:
    async def keys(app: SmokeApp, pilot: Pilot[Any]) -> None:
        await press(pilot, "d")
        await until(pilot, lambda: isinstance(app.screen, Line))
        for text, problem in (("2", "is not a threshold"), ("0.85", "It is that already.")):
            await press(pilot, "ctrl+u")
            await pilot.press(*text)
            await press(pilot, "enter")
            await until(pilot, partial(_is_shown, app, problem), problem)
        await press(pilot, "escape")
        await until(pilot, lambda: isinstance(app.screen, CalibrationScreen))

    drive(tmp_path, keys, "none yet")


def test_a_change_of_another_program_is_not_overwritten(tmp_path: Path) -> None:
    keep(tmp_path, "a/passed", "abcdefghijklmnopqrXY", "regression")

    async def keys(app: SmokeApp, pilot: Pilot[Any]) -> None:
        await change(app, pilot, "d", "0.91", "it passed")
        row = LogRow("2026-11-02", "a/other", 0.85, 0.6, "of another program")
        update_calibration(tmp_path / FILE, lambda calibration: calibration.with_threshold(row))
        await press(pilot, "y")
        await until(pilot, lambda: "another program" in screen_text(app), "the reason")
        await until(pilot, lambda: "a/other" in screen_text(app), "the new state")
        assert read_calibration(tmp_path / FILE).calibration.log == (row,)

    drive(tmp_path, keys, "Stored pairs: 1")


def test_a_damaged_file_is_shown_and_not_changed(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("{")

    async def keys(app: SmokeApp, pilot: Pilot[Any]) -> None:
        await press(pilot, "d")
        assert isinstance(app.screen, CalibrationScreen)
        assert (tmp_path / FILE).read_text() == "{"

    # One word: where the line breaks depends on the length of the path before it.
    drive(tmp_path, keys, "enclosed")


def test_a_stored_pair_is_shown_word_by_word(tmp_path: Path) -> None:
    keep(tmp_path, "a/passed", "abcdefghijklmnopqrXY", "regression")

    async def keys(app: SmokeApp, pilot: Pilot[Any]) -> None:
        await press(pilot, "tab")
        await press(pilot, "enter")
        await until(pilot, lambda: isinstance(app.screen, DriftScreen), "both answers")
        await until(pilot, lambda: "abcdefghijklmnopqrXY" in screen_text(app), "the new answer")

    drive(tmp_path, keys, "Stored pairs: 1")


def test_rehearsals_have_a_file_of_their_own(tmp_path: Path) -> None:
    keep(tmp_path, "a/rehearsed", "abcd", "regression", "calibration.rehearsed.json")

    async def keys(app: SmokeApp, pilot: Pilot[Any]) -> None:
        assert "a/rehearsed" not in screen_text(app)
        assert "Rehearsals have a log of their own: r shows it." in screen_text(app)
        await press(pilot, "r")
        await until(pilot, lambda: "a/rehearsed" in screen_text(app), "the rehearsals' pairs")
        assert "thresholds of its own" in screen_text(app)

    drive(tmp_path, keys, "none yet")


def test_the_screen_and_the_scoring_are_left_at_any_moment(tmp_path: Path) -> None:
    for number in range(30):
        keep(tmp_path, f"a/{number}", "abcdefghijklmnopqrXY", "regression")

    async def keys(app: SmokeApp, pilot: Pilot[Any]) -> None:
        await press(pilot, "b")
        for pauses in range(8):
            app.screen.query_one("#runbooks").focus()
            await pilot.press("d")
            for _ in range(pauses):
                await pilot.pause()
            await pilot.press("escape")
            await until(pilot, lambda: isinstance(app.screen, HomeScreen), "home")
        await press(pilot, "d")
        await until(pilot, lambda: "Stored pairs: 30" in screen_text(app), "the pairs")
        for _ in range(3):
            await press(pilot, "d")
            await until(pilot, lambda: isinstance(app.screen, Line), "the threshold")
            await pilot.press("ctrl+u", *"0.95", "enter")
            await until(pilot, partial(_is_shown, app, "Why?"), "the reason")
            await pilot.press("x", "enter", "escape", "escape")
            await until(pilot, lambda: isinstance(app.screen, CalibrationScreen | HomeScreen))
            if isinstance(app.screen, HomeScreen):
                await press(pilot, "d")
            await until(pilot, lambda: "Stored pairs: 30" in screen_text(app), "the pairs")
        assert read_calibration(tmp_path / FILE).calibration.log == ()

    drive(tmp_path, keys, "Stored pairs: 30")
