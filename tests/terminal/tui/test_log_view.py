"""The log view: drawn only where it changed, and at its end until it is scrolled up."""

from __future__ import annotations

import asyncio
from pathlib import Path

from smoke_tui.journal.stream import TextDelta
from smoke_tui.tui.app import Goal, SmokeApp
from smoke_tui.tui.screens.session import SessionScreen
from smoke_tui.tui.widgets.log_view import LogView
from smoke_tui.tui.widgets.panel import Panel
from tests.helpers.app_driver import settings, settled, until
from tests.helpers.tui_records import run_until


def test_only_what_changed_is_drawn(tmp_path: Path) -> None:
    async def main() -> None:
        app = SmokeApp(settings(tmp_path), Goal())
        async with app.run_test(size=(160, 45)) as pilot:
            run = run_until(lambda e: e.kind == "try.started")
            walk = SessionScreen(run)
            await app.push_screen(walk)
            await settled(pilot)
            before = {panel: panel.draws for panel in walk.query(Panel)}
            for number in range(300):
                run.incoming.on_signal(TextDelta("oauth-login", 1, f"word {number} "))
            walk.tick()
            assert {panel: panel.draws for panel in walk.query(Panel)} == before
            assert "word 299" in walk.query_one("#output", LogView).rows[-1]

    asyncio.run(main())


def test_the_output_follows_its_end_until_it_is_scrolled_up(tmp_path: Path) -> None:
    async def main() -> None:
        app = SmokeApp(settings(tmp_path), Goal())
        async with app.run_test(size=(80, 24)) as pilot:
            run = run_until(lambda e: e.kind == "try.started")
            walk = SessionScreen(run)
            await app.push_screen(walk)
            tail = walk.query_one("#output", LogView)

            def at_end() -> bool:
                return tail.scroll_offset.y == tail.max_scroll_y > 0

            async def say(count: int) -> None:
                rows = len(tail.rows) + count
                run.incoming.on_signal(TextDelta("oauth-login", 1, "line\n" * count))
                await until(pilot, lambda: len(tail.rows) >= rows)

            await say(60)
            await until(pilot, at_end)
            await pilot.press("g")
            await until(pilot, lambda: tail.scroll_offset.y == 0)
            await say(20)
            await settled(pilot)
            assert tail.scroll_offset.y == 0
            await pilot.press("G")
            await until(pilot, at_end)
            await say(20)
            await until(pilot, at_end)

    asyncio.run(main())
