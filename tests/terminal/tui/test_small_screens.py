"""Small screens: keys of a long question stay visible, cut texts say by how much."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.content import Content
from textual.pilot import Pilot

from smoke_tui.journal.load import load_state
from smoke_tui.redaction import Vault
from smoke_tui.rehearsal import list_scenarios
from smoke_tui.session.session_view import SessionView
from smoke_tui.tui.app import Goal, SmokeApp
from smoke_tui.tui.screens.report import ReportScreen
from smoke_tui.tui.screens.session import SessionScreen
from smoke_tui.tui.widgets.modals import Choose, TextBox
from tests.helpers.app_driver import (
    answer,
    press,
    question,
    rehearsal_app,
    screen_text,
    settings,
    settled,
    until,
)
from tests.helpers.events import change_event, data_of
from tests.helpers.tui_records import keep, recorded, run_until


def drive(app: SmokeApp, size: tuple[int, int], act: Callable[[Pilot[Any]], Any]) -> None:
    async def main() -> None:
        async with app.run_test(size=size, notifications=True) as pilot:
            await act(pilot)

    asyncio.run(main())


def test_a_new_login_is_one_key_and_the_call_another(tmp_path: Path) -> None:
    app = rehearsal_app(tmp_path / "state", "token-revoked")

    async def act(pilot: Pilot[Any]) -> None:
        await answer(pilot, "begin", "enter")
        await answer(pilot, "begin", "enter")
        await answer(pilot, "spend", "y")
        await answer(pilot, "begin", "i")
        await question(pilot, "begin")
        run = app.current
        assert run is not None
        assert [len(run.state.steps[s].tries) for s in ("oauth-login", "live-call")] == [2, 1]
        assert "r try step 2 again" in screen_text(app)
        await answer(pilot, "begin", "r")
        await question(pilot, "spend")
        assert len(run.state.steps["live-call"].tries) == 2

    drive(app, (80, 24), act)


@pytest.mark.parametrize("size", [(80, 24), (60, 16), (100, 30)])
def test_the_keys_of_a_long_question_are_in_sight(tmp_path: Path, size: tuple[int, int]) -> None:
    runbook, events = recorded()
    at = next(
        n for n, e in enumerate(events) if e.kind == "request" and data_of(e).get("kind") == "spend"
    )
    evidence = [[f"fact {n}", "seen", "nothing"] for n in range(12)]
    asked = change_event(
        events[at],
        data={
            **data_of(events[at]),
            "kind": "attest",
            "text": "Did you see it yourself? " * 6,
            "data": {"evidence": evidence},
        },
    )
    run = SessionView.of_record(runbook, [*events[:at], asked])
    app = SmokeApp(settings(tmp_path / "state"), Goal())

    async def act(pilot: Pilot[Any]) -> None:
        await app.push_screen(SessionScreen(run))
        text = await settled(pilot)
        assert "y yes, I saw it   n no" in text, text
        assert "more rows: tab, j" in text

    drive(app, size, act)


def test_a_list_that_is_cut_says_where_in_it_the_choice_is(tmp_path: Path) -> None:
    app = SmokeApp(settings(tmp_path / "state"), Goal())

    async def act(pilot: Pilot[Any]) -> None:
        await pilot.pause()
        await press(pilot, "r")
        await until(pilot, lambda: isinstance(app.screen, Choose), "the box")
        many = len(list_scenarios())
        assert f"1 of {many}" in await settled(pilot)
        await press(pilot, "j")
        assert f"2 of {many}" in await settled(pilot)

    drive(app, (80, 24), act)


def test_a_report_that_is_cut_says_how_much_of_it_is_out_of_sight(tmp_path: Path) -> None:
    keep(tmp_path / "state", "20261121T210000Z-aaaa")
    app = SmokeApp(settings(tmp_path / "state"), Goal())

    async def act(pilot: Pilot[Any]) -> None:
        await pilot.pause()
        folder = tmp_path / "state" / "sessions" / "20261121T210000Z-aaaa"
        _, runbook, state = load_state(folder)
        await app.push_screen(ReportScreen(runbook, state, folder, Vault()))
        await until(pilot, lambda: isinstance(app.screen, ReportScreen), "the report")
        assert "more rows: j" in await settled(pilot)
        await press(pilot, "G")
        assert "more row" not in await settled(pilot)

    drive(app, (80, 24), act)


def test_a_text_that_is_cut_says_how_much_of_it_is_out_of_sight(tmp_path: Path) -> None:
    app = SmokeApp(settings(tmp_path / "state"), Goal())

    async def act(pilot: Pilot[Any]) -> None:
        await pilot.pause()
        await press(pilot, "question_mark")
        assert "more rows: j" in await settled(pilot)
        await press(pilot, "G")
        assert "more row" not in await settled(pilot)

    drive(app, (60, 16), act)


def test_a_long_comparison_is_scrolled_by_key(tmp_path: Path) -> None:
    app = SmokeApp(settings(tmp_path / "state"), Goal())

    async def act(pilot: Pilot[Any]) -> None:
        await pilot.pause()
        text = Content("\n".join(f"field {number}" for number in range(60)))
        await app.push_screen(TextBox("Ours beside theirs", text))
        assert "more rows: j" in await settled(pilot)
        await press(pilot, "G")
        assert "field 59" in await settled(pilot)

    drive(app, (80, 24), act)


def test_a_message_does_not_lie_on_the_keys(tmp_path: Path) -> None:
    run = run_until(lambda e: e.kind == "step.finished" and e.step == "live-call")
    app = SmokeApp(settings(tmp_path / "state"), Goal())

    async def act(pilot: Pilot[Any]) -> None:
        await app.push_screen(SessionScreen(run))
        app.notify("A message")
        await until(pilot, lambda: "A message" in screen_text(app), "the message")
        rows = (await settled(pilot)).split("\n")
        assert max(n for n, row in enumerate(rows) if "A message" in row) < 8

    drive(app, (80, 24), act)
