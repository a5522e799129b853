"""The golden screen: from the home screen, by comparison, and an update file by file."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from inspect import isawaitable
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from smoke_tui.judging.goldens.scenario import (
    AGENT_TEXT,
    CHALLENGE_PACK,
    SCORECARD,
    SCRIPTED_USER_TURNS,
    TRACE,
)
from smoke_tui.tui.app import Goal, SmokeApp
from smoke_tui.tui.screens.golden import GoldenScreen, TakeGolden
from smoke_tui.tui.screens.home import HomeScreen
from smoke_tui.tui.widgets.modals import Choose
from smoke_tui.world.goldens.new_pack import new_pack
from tests.helpers.app_driver import press, screen_text, settings, until
from tests.helpers.scenarios import change_file, copy_of_shipped, files_of

Keys = Callable[[SmokeApp, Pilot[Any]], Awaitable[None]]
SIZES = [(60, 16), (80, 24), (120, 40)]


@pytest.fixture
def pack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the shipped scenario whose turn takes longer than in its goldens."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CI", raising=False)
    packs = tmp_path / "runbooks/goldens"
    packs.mkdir(parents=True)
    copy = copy_of_shipped(packs)
    change_file(copy / SCRIPTED_USER_TURNS, "1800", "1900")
    return copy


def drive(keys: Keys, size: tuple[int, int] = (120, 40)) -> None:
    async def main() -> None:
        app = SmokeApp(settings(Path("state")), Goal())
        async with app.run_test(size=size, notifications=True) as pilot:
            await until(pilot, lambda: isinstance(app.screen, HomeScreen))
            await pilot.pause()
            await keys(app, pilot)

    asyncio.run(main())


def _is_shown(app: SmokeApp, text: str) -> bool:
    return text in screen_text(app)


async def opened(app: SmokeApp, pilot: Pilot[Any]) -> GoldenScreen:
    await press(pilot, "o")
    await until(pilot, lambda: isinstance(app.screen, GoldenScreen), "the golden screen")
    screen = app.screen
    assert isinstance(screen, GoldenScreen)
    await until(pilot, lambda: "comparisons equal" in screen_text(app), "the result")
    await pilot.pause()
    return screen


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_the_first_difference_is_in_sight(pack: Path, size: tuple[int, int]) -> None:
    async def keys(app: SmokeApp, pilot: Pilot[Any]) -> None:
        await opened(app, pilot)
        text = screen_text(app)
        assert "6 of 8 comparisons equal, 3 of 3 checks passed" in text
        assert "audio_input       " in text
        assert "run 1 differs from expected_trace.json at byte 303" in text
        assert '"duration_ms": 1900' in text
        assert '"duration_ms": 1800' in text
        if size[1] > 16:
            assert "timing_marker     evaluator 10:00:07" in text
        await press(pilot, "j")
        await until(pilot, lambda: "at byte 594" in screen_text(app), "the scorecard's difference")
        assert '"value": 3100' in screen_text(app)
        if size[1] > 16:
            assert '"value": 3200' in screen_text(app)
        await press(pilot, "s")
        await until(
            pilot,
            lambda: "structured_resolution  " in screen_text(app),
            "the scorecard",
        )
        if size[1] > 16:
            assert "end_of_speech_to_first_agent_text_ms  3100 ms" in screen_text(app)
        await press(pilot, "s")
        await press(pilot, "b")
        assert isinstance(app.screen, HomeScreen)

    drive(keys, size)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=str)
def test_a_difference_far_to_the_right_is_in_sight(pack: Path, size: tuple[int, int]) -> None:
    change_file(pack / AGENT_TEXT, "refund rf-3003", "refund rf-3004")

    async def keys(app: SmokeApp, pilot: Pilot[Any]) -> None:
        await opened(app, pilot)
        await press(pilot, "G")
        await press(pilot, "k")
        await until(pilot, lambda: "rf-3004." in screen_text(app), "the golden's end")
        assert "rf-3003." in screen_text(app)
        assert "want 0x34 '4', got 0x33 '3'" in screen_text(app)

    drive(keys, size)


def test_an_update_asks_for_each_file(pack: Path) -> None:
    (pack / AGENT_TEXT).unlink()
    before = {name: (pack / name).read_bytes() for name in (CHALLENGE_PACK, SCRIPTED_USER_TURNS)}
    scorecard = (pack / SCORECARD).read_bytes()

    async def keys(app: SmokeApp, pilot: Pilot[Any]) -> None:
        screen = await opened(app, pilot)
        await press(pilot, "u")
        for name, shown, key in (
            (TRACE, '+        "duration_ms": 1900', "y"),
            (SCORECARD, '-      "value": 3200', "n"),
            (AGENT_TEXT, "+You were charged twice", "y"),
        ):
            question = f"Write {name}?"
            await until(pilot, partial(_is_shown, app, question), question)
            assert shown in screen_text(app)
            await press(pilot, key)
        await until(pilot, lambda: "7 of 8 comparisons equal" in screen_text(app), "the new result")
        assert screen.evaluation is not None
        assert screen.evaluation.outdated == (SCORECARD,)
        assert (pack / SCORECARD).read_bytes() == scorecard
        assert {name: (pack / name).read_bytes() for name in before} == before
        await press(pilot, "u")
        await until(pilot, lambda: isinstance(app.screen, TakeGolden), "the box")
        await press(pilot, "y")
        await until(pilot, lambda: "8 of 8 comparisons equal" in screen_text(app), "all equal")
        await press(pilot, "u")
        assert app.screen is screen

    drive(keys)


def test_going_back_in_the_middle_of_an_update_writes_nothing(pack: Path) -> None:
    before = files_of(pack)

    async def keys(app: SmokeApp, pilot: Pilot[Any]) -> None:
        screen = await opened(app, pilot)
        await press(pilot, "u")
        await until(pilot, lambda: isinstance(app.screen, TakeGolden), "the box")
        await press(pilot, "y")
        await press(pilot, "escape")
        await until(pilot, lambda: app.screen is screen, "the golden screen")
        assert files_of(pack) == before

    drive(keys)


def test_files_that_changed_since_they_were_shown_are_not_written(pack: Path) -> None:
    async def keys(app: SmokeApp, pilot: Pilot[Any]) -> None:
        await opened(app, pilot)
        await press(pilot, "u")
        await until(pilot, lambda: isinstance(app.screen, TakeGolden), "the box")
        change_file(pack / SCRIPTED_USER_TURNS, "1900", "2000")
        before = files_of(pack)
        await press(pilot, "y")
        await press(pilot, "y")
        await until(pilot, lambda: "changed" in screen_text(app), "the refusal")
        assert files_of(pack) == before
        await until(pilot, lambda: "2000" in screen_text(app), "the files as they are now")

    drive(keys)


def test_an_update_is_refused_in_ci(pack: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    before = files_of(pack)

    async def keys(app: SmokeApp, pilot: Pilot[Any]) -> None:
        screen = await opened(app, pilot)
        await press(pilot, "u")
        await until(pilot, lambda: "ci-refused" in screen_text(app), "the refusal")
        assert app.screen is screen
        assert files_of(pack) == before

    drive(keys)


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_a_scenario_that_can_not_be_run(pack: Path, size: tuple[int, int]) -> None:
    change_file(pack / CHALLENGE_PACK, '"call-refund-001"', "5")

    async def keys(app: SmokeApp, pilot: Pilot[Any]) -> None:
        await press(pilot, "o")
        await until(
            pilot,
            lambda: "agent.tool_call.call_id: expected" in screen_text(app).replace("\n ", ""),
            "the problem",
        )
        assert "There is no trace" in screen_text(app)
        await press(pilot, "u")
        await press(pilot, "s")
        await until(pilot, lambda: "There is no scorecard" in screen_text(app))
        change_file(pack / CHALLENGE_PACK, '"call_id": 5', '"call_id": "call-refund-001"')
        await press(pilot, "r")
        await until(pilot, lambda: "6 of 8 comparisons equal" in screen_text(app), "a new run")

    drive(keys, size)


def test_one_of_several_scenarios_is_chosen(pack: Path) -> None:
    new_pack("other_one", cwd=Path.cwd())

    async def keys(app: SmokeApp, pilot: Pilot[Any]) -> None:
        await press(pilot, "o")
        await until(pilot, lambda: isinstance(app.screen, Choose), "the choice")
        await press(pilot, "enter")
        await until(pilot, lambda: "8 of 8 comparisons equal" in screen_text(app), "the new one")
        assert "Golden other_one" in screen_text(app)

    drive(keys)


def test_it_is_in_the_palette(pack: Path) -> None:
    async def keys(app: SmokeApp, pilot: Pilot[Any]) -> None:
        commands = {command.title: command for command in app.get_system_commands(app.screen)}
        result = commands["Goldens"].callback()
        assert isawaitable(result)
        await result
        await until(pilot, lambda: isinstance(app.screen, GoldenScreen), "the golden screen")

    drive(keys)
