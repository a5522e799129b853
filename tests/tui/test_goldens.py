"""What the screens look like, at two sizes, from a committed record with a frozen clock."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from textual.screen import Screen

from smoke_tui import __version__
from smoke_tui.journal.events import Event
from smoke_tui.records import load_state
from smoke_tui.secrecy import Vault
from smoke_tui.tui.app import Goal, SmokeApp
from smoke_tui.tui.report_page import ReportPage
from smoke_tui.tui.walk import Walk

from .driving import RECORD, recorded, run_until, settings, settled

SIZES = [(80, 24), (160, 45)]
Golden = Callable[[str, str], None]
REPORT = """REHEARSAL: nothing was proven. Scenario `edge-challenge`.

## A title that [/nope] holds **markup**

| # | Step | Outcome |
|--:|---|---|
| 1 | Log in | **pass** |
""" + "\n".join(f"Line {number} of the details." for number in range(60)) + "\n"
FROZEN = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


class Frozen(SmokeApp):
    """The app at one moment."""

    def now(self) -> datetime:
        return FROZEN


def show(tmp_path: Path, size: tuple[int, int], screen: Screen[None] | None) -> str:
    """The text of a screen, or of the home screen."""
    async def main() -> str:
        app = Frozen(settings(tmp_path / "state"), Goal())
        async with app.run_test(size=size) as pilot:
            if screen is not None:
                await app.push_screen(screen)
            return await settled(pilot)

    return asyncio.run(main()).replace(__version__, "VERSION")


def is_begin(step: str) -> Callable[[Event], bool]:
    return lambda e: (e.ev == "request" and e.step == step and e.data.get("kind") == "begin")


MOMENTS: dict[str, Callable[[Event], bool]] = {
    "begin": is_begin("live-call"),
    "failed": is_begin("boot-stack"),
    "running": lambda e: e.ev == "process" and e.step == "seed-org",
    "tick": lambda e: (e.ev == "request" and e.data.get("kind") == "tick"
                       and e.data["data"]["label"] == "Credential type"),
    "closed": lambda e: e.ev == "session.closed",
}


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("moment", MOMENTS)
def test_session(moment: str, size: tuple[int, int], tmp_path: Path, golden: Golden) -> None:
    walk = Walk(run_until(MOMENTS[moment]))
    golden(f"session-{moment}-{size[0]}x{size[1]}", show(tmp_path, size, walk))


@pytest.fixture
def one_runbook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder with one runbook, and no other is found."""
    folder = tmp_path / "runbooks"
    folder.mkdir()
    path = folder / "openai-subscription.md"
    path.write_text(recorded()[0].text, encoding="utf-8")
    broken = folder / "broken.md"
    broken.write_text("---\nid: broken\n", encoding="utf-8")
    monkeypatch.setattr("smoke_tui.tui.home.available", lambda **where: [path, broken])


@pytest.mark.usefixtures("one_runbook")
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_home(size: tuple[int, int], tmp_path: Path, golden: Golden) -> None:
    shutil.copytree(RECORD, tmp_path / "state" / "sessions" / "20261121T210000Z-aaaa")
    golden(f"home-{size[0]}x{size[1]}", show(tmp_path, size, None))


@pytest.mark.usefixtures("one_runbook")
def test_home_with_nothing_recorded(tmp_path: Path, golden: Golden) -> None:
    golden("home-first-80x24", show(tmp_path, (80, 24), None))


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_report(
    size: tuple[int, int], tmp_path: Path, golden: Golden, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("smoke_tui.tui.report_page.export", lambda *args: REPORT.encode())
    _, runbook, state = load_state(RECORD)
    page = ReportPage(runbook, state, Path("20261121T210000Z-aaaa"), Vault())
    golden(f"report-{size[0]}x{size[1]}", show(tmp_path, size, page))


def test_a_resize_gives_the_same_screen_as_a_start_in_that_size(tmp_path: Path) -> None:
    async def main() -> tuple[str, str]:
        app = Frozen(settings(tmp_path / "state"), Goal())
        async with app.run_test(size=(200, 50)) as pilot:
            await app.push_screen(Walk(run_until(MOMENTS["failed"])))
            await pilot.pause()
            await pilot.resize_terminal(80, 24)
            small = await settled(pilot)
            await pilot.resize_terminal(59, 15)
            return small, await settled(pilot)

    small, tiny = asyncio.run(main())
    assert small == show(tmp_path, (80, 24), Walk(run_until(MOMENTS["failed"])))
    assert "too small" in tiny
    assert "q leave" in tiny


def test_plain_characters_are_plain(tmp_path: Path) -> None:
    async def main() -> str:
        app = Frozen(settings(tmp_path / "state", ascii="true"), Goal())
        async with app.run_test(size=(120, 40)) as pilot:
            home = await settled(pilot)
            await app.push_screen(Walk(run_until(MOMENTS["tick"])))
            walk = await settled(pilot)
            await pilot.press("question_mark")
            return home + walk + await settled(pilot)

    assert {char for char in asyncio.run(main()) if not char.isascii()} == set()
