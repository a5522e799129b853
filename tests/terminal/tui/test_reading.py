"""Reading in the app: words are found by key, a text is shown as written, a part is copied."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from textual.pilot import Pilot

from smoke_tui.config.settings import read_settings
from smoke_tui.journal.load import load_state
from smoke_tui.redaction import Vault
from smoke_tui.tui.app import Goal, SmokeApp
from smoke_tui.tui.screens.record import RecordScreen
from smoke_tui.tui.screens.report import ReportScreen
from smoke_tui.tui.screens.session import SessionScreen
from smoke_tui.tui.widgets.markdown_view import MarkdownView
from tests.helpers.app_driver import press, screen_text, settings, until
from tests.helpers.paths import TUI_RECORDS
from tests.helpers.tui_records import asking, recorded

DRIFT = TUI_RECORDS / "instructions-drift"


def drive(
    state: Path,
    drive_app: Callable[[SmokeApp, Pilot[Any]], Awaitable[None]],
    size: tuple[int, int] = (100, 30),
) -> None:
    async def main() -> None:
        app = SmokeApp(settings(state), Goal())
        async with app.run_test(size=size) as pilot:
            await drive_app(app, pilot)

    asyncio.run(main())


async def find(pilot: Pilot[Any], words: str) -> None:
    await press(pilot, "slash")
    await press(pilot, "ctrl+u")
    for letter in words:
        await press(pilot, letter)
    await press(pilot, "enter")


def test_words_are_found_in_a_report_which_is_rendered_or_as_written(tmp_path: Path) -> None:
    async def read(app: SmokeApp, pilot: Pilot[Any]) -> None:
        _, runbook, state = load_state(DRIFT)
        await app.push_screen(ReportScreen(runbook, state, DRIFT, Vault()))
        view = app.screen.query_one("#preview", MarkdownView)
        await until(pilot, lambda: view.rows)
        assert not any("|---|" in row or "<details>" in row for row in view.rows)
        await find(pilot, "POST HTTP")
        await until(pilot, lambda: "1 of " in str(view.border_subtitle))
        first = view.scroll_offset.y
        assert first > 0
        await press(pilot, "n")
        assert "2 of " in str(view.border_subtitle)
        await press(pilot, "N")
        assert "1 of " in str(view.border_subtitle)
        await press(pilot, "escape")
        assert "of " not in str(view.border_subtitle)
        assert isinstance(app.screen, ReportScreen)
        await press(pilot, "r")
        assert any("|---|" in row for row in view.rows)
        await find(pilot, "no such words")
        assert "is not here" in str(view.border_subtitle)
        await press(pilot, "Y")
        assert app.clipboard == view.text

    drive(tmp_path, read)


def test_the_search_in_the_output_gives_no_answer(tmp_path: Path) -> None:
    async def read(app: SmokeApp, pilot: Pilot[Any]) -> None:
        walk = SessionScreen(asking("tick"))
        await app.push_screen(walk)
        await until(pilot, lambda: "pass" in screen_text(app))
        question = walk.snapshot.question
        await find(pilot, "pass")
        output = walk.query_one("#output")
        assert "1 of " in str(output.border_subtitle)
        for key in ("n", "n", "escape"):
            await press(pilot, key)
        assert app.screen is walk
        assert walk.snapshot.question == question

    drive(tmp_path, read)


def test_words_are_found_in_a_record(tmp_path: Path) -> None:
    async def read(app: SmokeApp, pilot: Pilot[Any]) -> None:
        runbook, events = recorded("instructions-drift")
        record = RecordScreen(runbook, tuple(events), DRIFT)
        await app.push_screen(record)
        await find(pilot, "branch.taken")
        await until(pilot, lambda: events[record.at].kind == "branch.taken")
        await press(pilot, "y")
        assert "branch.taken" in app.clipboard

    drive(tmp_path, read)


def test_a_theme_that_was_chosen_is_kept(tmp_path: Path) -> None:
    async def choose(app: SmokeApp, pilot: Pilot[Any]) -> None:
        assert app.theme == "dark"
        await press(pilot, "t")
        assert app.theme == "light"

    drive(tmp_path, choose)
    assert SmokeApp(read_settings({}), Goal()).theme == "light"


def test_help_has_all_its_rows_where_there_is_room(tmp_path: Path) -> None:
    async def read(app: SmokeApp, pilot: Pilot[Any]) -> None:
        await press(pilot, "question_mark")
        shown = screen_text(app)
        assert "more row" not in shown.rpartition("─ Help ")[2]
        assert "Leave at once" in shown
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: "more rows: j" in screen_text(app).rpartition("─ Help ")[2])

    drive(tmp_path, read, (120, 40))
