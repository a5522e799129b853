"""The app's spend screen over a real PostgreSQL: what is shown, asked for and copied."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import psycopg
from textual.pilot import Pilot

from smoke_tui.rehearsal.postgres.postgres import Postgres
from smoke_tui.tui.app import Goal, SmokeApp
from smoke_tui.tui.screens.home import HomeScreen
from smoke_tui.tui.screens.spend import SpendScreen
from tests.helpers.app_driver import press, screen_text, settings, until
from tests.integration.world.live.ledger.test_daily_cost import ROWS, day, fill

Database = psycopg.Connection[tuple[object, ...]]


def drive(
    state: Path,
    keys: Callable[[SmokeApp, Pilot[Any]], Awaitable[None]],
    **values: str,
) -> None:
    """Open the spend screen from the home screen, then press keys."""

    async def main() -> None:
        app = SmokeApp(settings(state, **values), Goal())
        async with app.run_test(size=(120, 40)) as pilot:
            await until(pilot, lambda: isinstance(app.screen, HomeScreen))
            await press(pilot, "p")
            await until(pilot, lambda: isinstance(app.screen, SpendScreen))
            await keys(app, pilot)

    asyncio.run(main())


async def write(pilot: Pilot[Any], key: str, text: str) -> None:
    """Press the key of a filter, and write a text in the place of what is there."""
    await press(pilot, key)
    await press(pilot, "ctrl+u")
    for letter in text:
        await press(pilot, "full_stop" if letter == "." else "minus" if letter == "-" else letter)
    await press(pilot, "enter")


def test_the_ledger_by_day_with_filters_and_the_query_that_is_copied(
    tmp_path: Path, server: Postgres, database: Database
) -> None:
    fill(database, ROWS)

    def asked_again(app: SmokeApp) -> list[tuple[object, ...]]:
        assert isinstance(app.screen, SpendScreen)
        return database.execute(app.screen.question.sql()).fetchall()

    async def keys(app: SmokeApp, pilot: Pilot[Any]) -> None:
        await until(pilot, lambda: f"{day(0)}  $0.12" in screen_text(app))
        assert f"{day(2)}  unknown (1 row without a cost)" in screen_text(app)
        assert "platform tier (domain_id is null), all models but fake*" in screen_text(app)
        await write(pilot, "f", "grok-4.3")
        await until(pilot, lambda: "model::text IN ('grok-4.3')" in screen_text(app))
        assert f"{day(2)}  " not in screen_text(app)
        await press(pilot, "o")
        await until(pilot, lambda: f"{day(1)}  $4" in screen_text(app))
        await press(pilot, "o")
        await write(pilot, "d", "30")
        await until(pilot, lambda: f"{day(8)}  $9" in screen_text(app))
        assert "Spend last 30 days" in screen_text(app)
        await press(pilot, "y")
        assert isinstance(app.screen, SpendScreen)
        assert app.clipboard == app.screen.question.sql()
        assert [str(row[0]) for row in asked_again(app)] == [day(0), day(8)]
        assert "interval '30 days'" in app.clipboard

    columns = "provider=provider"
    drive(tmp_path / "state", keys, ledger=server.dsn, **{"ledger-columns": columns})


def test_what_makes_no_sense_is_not_taken(tmp_path: Path) -> None:
    async def keys(app: SmokeApp, pilot: Pilot[Any]) -> None:
        for wrong in ("0", "99999", "x"):
            await write(pilot, "d", wrong)
            await until(pilot, lambda: "give a number from 1 to 3650" in screen_text(app))
            await press(pilot, "escape")
        assert "last 7 days" in screen_text(app)

    drive(tmp_path / "state", keys)


def test_a_ledger_that_cannot_be_read_is_no_crash(tmp_path: Path) -> None:
    async def refused(app: SmokeApp, pilot: Pilot[Any]) -> None:
        await until(pilot, lambda: "nothing listens at its address" in screen_text(app))
        assert "FAKE-secret" not in screen_text(app)

    drive(tmp_path / "state", refused, ledger="postgresql://u:FAKE-secret@127.0.0.1:1/db")

    async def invalid(app: SmokeApp, pilot: Pilot[Any]) -> None:
        await until(pilot, lambda: "a name is letters" in screen_text(app))
        await press(pilot, "y")
        assert app.clipboard == ""

    drive(tmp_path / "state", invalid, **{"ledger-table": "a b"})


def test_leaving_does_not_wait_for_a_silent_ledger(tmp_path: Path) -> None:
    async def keys(app: SmokeApp, pilot: Pilot[Any]) -> None:
        connection, _ = await asyncio.to_thread(listening.accept)
        with connection:
            assert "Reading" in screen_text(app)
            await press(pilot, "b")
            await until(pilot, lambda: isinstance(app.screen, HomeScreen))

    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        drive(tmp_path / "state", keys, ledger=f"postgresql://u@127.0.0.1:{port}/db")
