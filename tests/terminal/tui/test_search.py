"""Choosing among many: letters move, a slash begins words, escape shows all again, then leaves."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from textual.content import Content
from textual.pilot import Pilot
from textual.widgets import Input

from smoke_tui.rehearsal import list_scenarios
from smoke_tui.tui.app import Goal, SmokeApp
from smoke_tui.tui.screens.home import HomeScreen
from smoke_tui.tui.screens.session import SessionScreen
from smoke_tui.tui.widgets.modals import Pick
from smoke_tui.tui.widgets.search import Search, having
from tests.helpers.app_driver import press, screen_text, settings, until

Keys = Callable[[SmokeApp, Pilot[Any]], Awaitable[None]]


def drive(state: Path, keys: Keys, size: tuple[int, int] = (80, 24), **values: str) -> None:
    """Open the scenarios of the first runbook, then go on."""

    async def main() -> None:
        app = SmokeApp(settings(state, **values), Goal())
        async with app.run_test(size=size) as pilot:
            await until(pilot, lambda: isinstance(app.screen, HomeScreen))
            await press(pilot, "r")
            await until(pilot, lambda: isinstance(app.screen, Search), "the scenarios")
            await pilot.pause()
            await keys(app, pilot)

    asyncio.run(main())


async def type_words(pilot: Pilot[Any], words: str) -> None:
    for letter in words:
        await press(pilot, "space" if letter == " " else letter)


def under_cursor(app: SmokeApp) -> str | None:
    pick = app.screen.query_one(Pick)
    return None if pick.highlighted is None else pick.get_option_at_index(pick.highlighted).id


def names(app: SmokeApp) -> list[str | None]:
    return [option.id for option in app.screen.query_one(Pick).options]


def test_every_word_has_to_be_there_wherever_it_stands() -> None:
    options = [("a", Content("Drift of\n  the turn")), ("b", Content("drift")), ("c", Content(""))]
    for words, found in (
        ("", "abc"),
        ("drift", "ab"),
        (" TURN  drift", "a"),
        ("of the", "a"),
        ("none", ""),
    ):
        assert [name for name, _ in having(options, words)] == list(found)


def test_letters_move_until_a_slash_makes_them_words(tmp_path: Path) -> None:
    everything = [name for name, _ in list_scenarios()]

    async def keys(app: SmokeApp, pilot: Pilot[Any]) -> None:
        await press(pilot, "j")
        assert under_cursor(app) == everything[1]
        await press(pilot, "k")
        assert under_cursor(app) == "happy"
        await press(pilot, "slash")
        await type_words(pilot, "not known jk")
        assert names(app) == []
        assert "No row has these words." in screen_text(app)
        await press(pilot, "enter")
        assert isinstance(app.screen, Search)
        for _ in " jk":
            await press(pilot, "backspace")
        assert names(app) == ["refresh-rejected"]
        assert f"Rehearse · 1 of {len(everything)}" in screen_text(app)
        assert "No row has these words." not in screen_text(app)
        await press(pilot, "escape")
        assert names(app) == everything
        assert under_cursor(app) == "refresh-rejected"
        assert app.screen.query_one(Pick).has_focus
        assert " of " not in str(app.screen.query_one(".box").border_title)
        await press(pilot, "j")
        assert under_cursor(app) != "refresh-rejected"
        await press(pilot, "escape")
        assert isinstance(app.screen, HomeScreen)

    drive(tmp_path / "state", keys)


def test_what_was_found_is_moved_to_and_chosen_without_leaving_the_words(tmp_path: Path) -> None:
    async def keys(app: SmokeApp, pilot: Pilot[Any]) -> None:
        await press(pilot, "slash")
        await type_words(pilot, "edge")
        assert len(names(app)) > 1
        first = under_cursor(app)
        await press(pilot, "down")
        assert under_cursor(app) == names(app)[1]
        await press(pilot, "up")
        assert under_cursor(app) == first
        assert app.screen.query_one(Input).value == "edge"
        await press(pilot, "down")
        wanted = under_cursor(app)
        await press(pilot, "enter")
        await until(pilot, lambda: isinstance(app.screen, SessionScreen), "the walk")
        assert app.current is not None
        assert app.current.state.first_config.scenario == wanted
        await press(pilot, "ctrl+q")

    drive(tmp_path / "state", keys)


@pytest.mark.parametrize("size", [(60, 16), (80, 24), (200, 50)])
@pytest.mark.parametrize("ascii_only", ["true", "false"])
def test_the_box_is_whole_and_stays_where_it_is(
    tmp_path: Path, size: tuple[int, int], ascii_only: str
) -> None:
    async def keys(app: SmokeApp, pilot: Pilot[Any]) -> None:
        assert "/ find" in screen_text(app)
        await press(pilot, "slash")
        assert "words to look for" in screen_text(app)
        rows = app.screen.query_one(".box").region
        for words in ("drift", "zzz"):
            await type_words(pilot, words)
            box = app.screen.query_one(".box").region
            assert app.screen.region.contains_region(box)
            assert "esc show all" in screen_text(app)
            if words == "drift":
                assert box == rows
        if ascii_only == "true":
            assert screen_text(app).isascii()

    drive(tmp_path / "state", keys, size, ascii=ascii_only)
