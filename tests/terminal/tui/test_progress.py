"""A pause before a retry can be stopped by key."""

from __future__ import annotations

import asyncio
from pathlib import Path

from smoke_tui.session.session_view import SessionView
from smoke_tui.tui.app import Goal, SmokeApp
from smoke_tui.tui.screens.session import SessionScreen
from smoke_tui.tui.widgets.modals import YesNo
from tests.helpers.app_driver import press, screen_text, settings, until
from tests.helpers.events import change_event
from tests.helpers.tui_records import recorded


def test_a_pause_before_a_retry_can_be_stopped(tmp_path: Path) -> None:
    runbook, events = recorded()
    at = next(n for n, e in enumerate(events) if e.kind == "try.finished" and e.step == "live-call")
    paused = change_event(
        events[at],
        seq=events[at].seq + 1,
        kind="retry.planned",
        data={"seconds": 12.0, "code": "rate-limited", "refresh": False},
    )
    run = SessionView.of_record(runbook, [*events[: at + 1], paused])

    async def main() -> None:
        app = SmokeApp(settings(tmp_path / "state"), Goal())
        async with app.run_test(size=(80, 24)) as pilot:
            await app.push_screen(SessionScreen(run))
            await until(pilot, lambda: "s stop this step" in screen_text(app))
            await press(pilot, "s")
            await until(pilot, lambda: isinstance(app.screen, YesNo))
            assert "Stop 2. Make one live call?" in screen_text(app)

    asyncio.run(main())
