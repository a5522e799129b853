"""The battery screen: a grid that fills, its violations by key, and what a scroll draws."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from smoke_tui.journal.battery import battery_tries
from smoke_tui.journal.events.battery_facts import BatteryAnswered, BatteryEnded
from smoke_tui.journal.events.values import BatteryCase, BatteryPlan
from smoke_tui.journal.state import Battery
from smoke_tui.presentation.live.battery import BatteryGrid, progress_line, result_line
from smoke_tui.redaction import Vault
from smoke_tui.tui.app import Goal, SmokeApp
from smoke_tui.tui.screens.battery import BatteryScreen, BatteryView
from smoke_tui.tui.screens.home import HomeScreen
from smoke_tui.tui.screens.report import ReportScreen
from smoke_tui.tui.widgets.battery_rows import BatteryRows
from smoke_tui.tui.widgets.modals import TextBox, YesNo
from tests.helpers.app_driver import (
    answer,
    press,
    question,
    rehearsal_app,
    screen_text,
    settings,
    until,
)

Keys = Callable[[SmokeApp, Pilot[Any]], Awaitable[None]]
Stop = Callable[[], object] | None

SIZES = ((80, 24), (120, 40), (60, 16))


def plan(cases: int = 13, repeat: int = 1_000, **more: Any) -> BatteryPlan:
    of_cases = tuple(BatteryCase(f"case_{n}", f"tag-{n}", "", "PASS") for n in range(cases))
    values: dict[str, Any] = {
        "pack": "pack", "title": "A pack", "pack_sha256": "0" * 64, "prompts_sha256": "1" * 64,
        "cases": of_cases, "repeat": repeat, "concurrency": 16, "provider": "live",
        "credential": "subscription", "model": "gpt-5-codex", "host": None, "temperature": None,
        "usd_estimate": None,
    }  # fmt: skip
    return BatteryPlan(**(values | more))


def answered(case: int, repeat: int, text: str = "PASS", **more: Any) -> BatteryAnswered:
    return BatteryAnswered(f"case_{case}", repeat, text, more.pop("status", "completed"), 5, **more)


def every(made: BatteryPlan) -> list[BatteryAnswered]:
    """All answers of a plan; every thousandth breaks the format."""
    return [
        answered(case, repeat, "**PASS** \x1b[31m[b]" if repeat == 500 else "PASS")
        for repeat in range(1, made.repeat + 1)
        for case in range(len(made.cases))
    ]


def test_a_call_that_is_made_again_counts_once() -> None:
    grid = BatteryGrid(plan(2, 3))
    first = Battery(
        grid.plan, 0, [answered(0, 1, error="network", status="unsent"), answered(1, 1)]
    )
    assert grid.take([first])
    assert (bytes(grid.cells[0]), grid.finished) == (b"e..", 2)
    second = Battery(
        grid.plan, 0, [answered(0, 1), answered(1, 2, "FAIL: no"), answered(1, 3, "P")]
    )
    assert grid.take([first, second])
    assert not grid.take([first, second])
    assert [bytes(row) for row in grid.cells] == [b"P..", b"Px!"]
    assert (grid.finished, sorted(grid.remarkable)) == (4, [(1, 2), (1, 3)])
    assert result_line(grid).startswith("1 format violation · 2 as expected · 1 with")


def test_what_is_left_is_said_and_what_the_provider_asked() -> None:
    grid = BatteryGrid(plan(1, 10))
    battery = Battery(grid.plan, 1_000, [answered(0, n) for n in (1, 2)], 2_000, 1, 6_000)
    grid.take([battery])
    line = progress_line(grid, battery, 2_000)
    assert line.startswith("2 of 10 calls · 2.0 a second · about 4")
    assert "waits 4" in line
    battery.ended = BatteryEnded("60% of the quota is used", 1_000)
    assert progress_line(grid, battery, 9_000).endswith("60% of the quota is used")


def drive(view: BatteryView, keys: Keys, size: tuple[int, int], stop: Stop = None) -> None:
    async def main() -> None:
        app = SmokeApp(settings(Path("state")), Goal())
        async with app.run_test(size=size, notifications=True) as pilot:
            await until(pilot, lambda: isinstance(app.screen, HomeScreen), "home")
            screen = BatteryScreen("battery", lambda: view, stop)
            app.push_screen(screen)
            await until(pilot, lambda: app.screen is screen, "the battery")
            await keys(app, pilot)

    asyncio.run(main())


def finished(app: SmokeApp) -> int:
    grids = [rows.grid for rows in app.screen.query(BatteryRows)]
    return sum(grid.finished for grid in grids if grid is not None)


def running(app: SmokeApp) -> str | None:
    """The step whose battery is recorded last."""
    steps = app.current.state.steps if app.current is not None else {}
    made = [name for name, step in steps.items() if battery_tries(step.tries)]
    return made[-1] if made else None


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_thirteen_thousand_results_draw_the_rows_in_sight_alone(size: tuple[int, int]) -> None:
    made = plan()
    view = BatteryView([Battery(made, 0, every(made), 9_000)], 9_000, "quota 5h 12%", True)

    async def keys(app: SmokeApp, pilot: Pilot[Any]) -> None:
        await until(pilot, lambda: finished(app) == 13_000, "all results")
        await pilot.pause()
        rows = app.screen.query_one(BatteryRows)
        assert rows.virtual_size.height == 13 * (1 + -(-1_000 // rows.columns))
        text = screen_text(app)
        assert "13,000 of 13,000 calls" in text
        assert "13 format violations" in text
        assert "quota 5h 12%" in text
        assert "!: format violation" in " ".join(text.split())
        before = rows.drawn_rows
        for key in ("G", "k", "k", "pageup", "g", "j"):
            await press(pilot, key)
            await pilot.pause()
        # Six keys, each a few frames; a frame draws the height of the screen, not 13,000 results.
        assert rows.drawn_rows - before < 60 * size[1]

    drive(view, keys, size)


def test_a_violation_is_read_as_it_came_and_inert() -> None:
    made = plan(3, 600)
    view = BatteryView([Battery(made, 0, every(made), 9_000)], 9_000, "quota ?", False)

    async def keys(app: SmokeApp, pilot: Pilot[Any]) -> None:
        await until(pilot, lambda: finished(app) == 1_800, "all results")
        await press(pilot, "n")
        await press(pilot, "n")
        assert "2 of 3 remarkable" in screen_text(app)
        await press(pilot, "enter")
        await until(pilot, lambda: isinstance(app.screen, TextBox), "the call")
        text = screen_text(app)
        assert "case_1, repeat 500" in text
        assert "Format Non-compliance Detected: leading-text" in text
        assert "**PASS**" in text
        assert "[b]" in text
        await press(pilot, "escape")
        await until(pilot, lambda: isinstance(app.screen, BatteryScreen), "the grid again")
        assert app.screen.query_one(BatteryRows).place == (1, 500)
        await press(pilot, "p")
        assert "1 of 3 remarkable" in screen_text(app)

    drive(view, keys, (80, 24))


def test_stopping_is_asked_for() -> None:
    made = plan(2, 5)
    stopped: list[bool] = []
    view = BatteryView([Battery(made, 0, [answered(0, 1)], 1_000)], 1_000, "quota ?", True)

    async def keys(app: SmokeApp, pilot: Pilot[Any]) -> None:
        await until(pilot, lambda: finished(app) == 1, "the result")
        for key in ("n", "y"):
            await press(pilot, "s")
            await until(pilot, lambda: isinstance(app.screen, YesNo), "the question")
            assert stopped == []
            await press(pilot, key)
            await until(pilot, lambda: isinstance(app.screen, BatteryScreen), "the grid")
        await until(pilot, lambda: stopped, "the stop")
        assert stopped == [True]

    drive(view, keys, (80, 24), lambda: stopped.append(True))


def test_a_battery_of_the_walk_and_of_its_report(tmp_path: Path) -> None:
    async def main() -> None:
        app = rehearsal_app(tmp_path / "state", "judge-format-violation", "format-compliance")
        async with app.run_test(size=(100, 30), notifications=True) as pilot:
            await answer(pilot, "begin", "enter")
            await question(pilot, "begin")
            await press(pilot, "left_square_bracket")
            await press(pilot, "B")
            await until(pilot, lambda: isinstance(app.screen, BatteryScreen), "the grid")
            await until(pilot, lambda: finished(app) == 13, "the dry run")
            assert "13 of 13 calls" in screen_text(app)
            await press(pilot, "b")
            await answer(pilot, "begin", "enter")
            await answer(pilot, "begin", "enter")
            await question(pilot, "spend")
            asked = " ".join(screen_text(app).replace("│", " ").split())
            assert "Make 130 calls for the battery format-compliance?" in asked
            assert "calls 1 to 130 of at most 150" in asked
            assert "of at most 150, 20 left after it" in asked
            assert "Stops: by itself once 90 % of a window" in asked
            await answer(pilot, "spend", "y")
            await until(pilot, lambda: running(app) == "battery", "the battery")
            await pilot.pause(0.3)
            await press(pilot, "B")
            await until(pilot, lambda: isinstance(app.screen, BatteryScreen), "the live grid")
            await until(pilot, lambda: finished(app) == 130, "all results")
            assert "format violations" in screen_text(app)
            await press(pilot, "n")
            await press(pilot, "enter")
            await until(pilot, lambda: isinstance(app.screen, TextBox), "the violation")
            assert "Format Non-compliance Detected" in screen_text(app)
            await press(pilot, "escape")
            await press(pilot, "b")
            live = app.current
            assert live is not None
            report = ReportScreen(live.runbook, live.state, live.session.folder, Vault())
            app.push_screen(report)
            await until(pilot, lambda: app.screen is report and report.is_mounted, "the report")
            await press(pilot, "B")
            await until(pilot, lambda: finished(app) == 130, "the grid of the record")
            assert " s stop" not in screen_text(app).casefold()

    asyncio.run(main())
