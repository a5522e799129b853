"""Driven by key: from the home screen to records, comparison, resume, spend, machine, leftovers."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from smoke_tui.journal.decision_rules import RULES
from smoke_tui.journal.file import read_journal
from smoke_tui.journal.fold import fold
from smoke_tui.journal.folders import JOURNAL
from smoke_tui.replay.run import recheck
from smoke_tui.tui.app import Goal, SmokeApp
from smoke_tui.tui.screens.compare import CompareScreen
from smoke_tui.tui.screens.doctor import DoctorScreen
from smoke_tui.tui.screens.home import SESSIONS_SHOWN, HomeScreen
from smoke_tui.tui.screens.record import RecordScreen
from smoke_tui.tui.screens.report import ReportScreen
from smoke_tui.tui.screens.spend import SpendScreen
from smoke_tui.tui.screens.trends import TrendsScreen
from smoke_tui.tui.widgets.modals import Choose, YesNo
from smoke_tui.world.live.processes.leftovers import mark_of, still_running
from tests.helpers.app_driver import press, screen_text, settings, until
from tests.helpers.events import change_event, data_of
from tests.helpers.record_sessions import walk_on
from tests.helpers.tui_records import keep, recorded

OLD, NEW = "20261121T213000Z-bbbb", "20261121T220000Z-cccc"
DRIFT = "instructions-drift"


def drive(state: Path, keys: Callable[[SmokeApp, Pilot[Any]], Awaitable[None]]) -> None:
    """Run the home screen over a state folder."""

    async def main() -> None:
        app = SmokeApp(settings(state), Goal())
        async with app.run_test(size=(100, 30), notifications=True) as pilot:
            await until(pilot, lambda: any(isinstance(s, HomeScreen) for s in app.screen_stack))
            await pilot.pause()
            await keys(app, pilot)

    asyncio.run(main())


async def choose(app: SmokeApp, pilot: Pilot[Any], words: str) -> None:
    """Enter on the newest session, then on the row that says this."""
    await press(pilot, "tab")
    await press(pilot, "enter")
    await until(pilot, lambda: isinstance(app.screen, Choose), "the box")
    box = app.screen
    assert isinstance(box, Choose)
    at = next(n for n, (_, row) in enumerate(box.options) if words in row.plain)
    for _ in range(at):
        await press(pilot, "j")
    await press(pilot, "enter")


def test_home_says_how_many_sessions_it_leaves_out(tmp_path: Path) -> None:
    state = tmp_path / "state"
    for number in range(SESSIONS_SHOWN):
        keep(state, f"20261120T000000Z-{number:04x}")

    async def keys(app: SmokeApp, pilot: Pilot[Any]) -> None:
        home = app.screen
        assert isinstance(home, HomeScreen)
        assert "newest" not in screen_text(app)
        keep(state, NEW)
        home.read()
        await pilot.pause()
        assert (
            f"Recorded sessions: the newest {SESSIONS_SHOWN} of {SESSIONS_SHOWN + 1}"
            in screen_text(app)
        )

    drive(state, keys)


def test_a_record_is_moved_through_by_key_replayed_and_left(tmp_path: Path) -> None:
    keep(tmp_path / "state", OLD, DRIFT)
    events = recorded(DRIFT)[1]
    turns = [e.seq for e in events if e.kind in ("try.started", "step.finished")]

    async def keys(app: SmokeApp, pilot: Pilot[Any]) -> None:
        await choose(app, pilot, "Walk through it")
        await until(pilot, lambda: isinstance(app.screen, RecordScreen), "the record")
        page = app.screen
        assert isinstance(page, RecordScreen)
        assert page.at == 0
        for wanted in turns[:2]:
            await press(pilot, "]")
            assert page.at == wanted
        assert page.state.order == ["oauth-login"]
        await press(pilot, "[")
        assert page.at == turns[0]
        for key, at in (
            ("right", turns[0] + 1),
            ("l", turns[0] + 2),
            ("left", turns[0] + 1),
            ("end", len(events) - 1),
            ("home", 0),
        ):
            await press(pilot, key)
            assert page.at == at, key
        await press(pilot, "v")
        await until(pilot, lambda: f"{len(events)} events, 0 differences" in screen_text(app))
        await press(pilot, "b")
        assert isinstance(app.screen, HomeScreen)

    drive(tmp_path / "state", keys)


def test_a_replay_that_differs_goes_to_where_it_does(tmp_path: Path) -> None:
    folder = keep(tmp_path / "state", OLD, DRIFT)
    events = list(read_journal(folder).events)
    # A record that claims today's rules, and was decided by others.
    events[0] = change_event(events[0], data={**data_of(events[0]), "rules": RULES})
    (folder / JOURNAL).write_bytes(b"".join(event.line() for event in events))
    found = recheck(folder).divergence
    assert found is not None
    at = found.seq

    async def keys(app: SmokeApp, pilot: Pilot[Any]) -> None:
        await choose(app, pilot, "Walk through it")
        await until(pilot, lambda: isinstance(app.screen, RecordScreen), "the record")
        page = app.screen
        assert isinstance(page, RecordScreen)
        await press(pilot, "v")
        await until(pilot, lambda: f"differs at event {at}" in screen_text(app))
        assert page.at == at

    drive(tmp_path / "state", keys)


def test_a_session_is_compared_with_the_one_before(tmp_path: Path) -> None:
    keep(tmp_path / "state", OLD, DRIFT, verdict="fail")
    keep(tmp_path / "state", NEW, DRIFT)

    async def keys(app: SmokeApp, pilot: Pilot[Any]) -> None:
        await choose(app, pilot, "Compare it")
        await until(pilot, lambda: isinstance(app.screen, CompareScreen), "the comparison")
        shown = screen_text(app)
        assert f"then {OLD}   now {NEW}" in shown
        await press(pilot, "escape")
        assert isinstance(app.screen, HomeScreen)

    drive(tmp_path / "state", keys)


def test_a_session_that_broke_off_is_resumed_to_its_end(tmp_path: Path) -> None:
    """As after a crash in the hand-over: the login and the call stay, the rest is done again."""
    events = recorded(DRIFT)[1]
    lines = next(e.seq for e in events if e.kind == "step.finished" and e.step == "live-call") + 1
    folder = keep(tmp_path / "state", OLD, DRIFT, lines=lines)
    before = fold(read_journal(folder).events)

    async def keys(app: SmokeApp, pilot: Pilot[Any]) -> None:
        await choose(app, pilot, "Go on with it")
        await until(pilot, lambda: app.current is not None, "the session")
        run = app.current
        assert run is not None
        await walk_on(pilot)
        await until(pilot, lambda: isinstance(app.screen, ReportScreen), "the report")
        assert run.state.closed is not None
        await press(pilot, "b")
        await until(pilot, lambda: isinstance(app.screen, HomeScreen))
        assert app.current is run

    drive(tmp_path / "state", keys)
    events = list(read_journal(folder).events)
    state = fold(events)
    assert len(state.resumes) == 1
    assert state.closed is not None
    assert data_of(state.closed)["cancelled"] is None
    assert state.steps["live-call"].calls == before.steps["live-call"].calls
    # The rest was done, in a world where the model that the old runbook names is retired.
    assert state.steps["authoring-turn"].code == "model-unsupported"
    done = recheck(folder)
    assert (done.ruling, done.state.verdict) == (None, state.verdict)


def test_spend_and_machine_are_a_key_away(tmp_path: Path) -> None:
    keep(tmp_path / "state", OLD, DRIFT)

    async def keys(app: SmokeApp, pilot: Pilot[Any]) -> None:
        await press(pilot, "p")
        assert isinstance(app.screen, SpendScreen)
        await until(pilot, lambda: "No ledger is attached" in screen_text(app))
        await press(pilot, "v")
        assert isinstance(app.screen, TrendsScreen)
        await until(pilot, lambda: "No session against the provider" in screen_text(app))
        await press(pilot, "r")
        await until(pilot, lambda: OLD in screen_text(app))
        await press(pilot, "r")
        await until(pilot, lambda: OLD not in screen_text(app))
        await press(pilot, "b")
        await press(pilot, "b")
        await press(pilot, "m")
        assert isinstance(app.screen, DoctorScreen)
        await until(pilot, lambda: "smoke-tui 0" in screen_text(app), "the version")
        assert "state-dir" in screen_text(app)
        await press(pilot, "b")
        assert isinstance(app.screen, HomeScreen)

    drive(tmp_path / "state", keys)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells when a process started")
@pytest.mark.parametrize("stop", [True, False])
def test_what_a_broken_off_session_left_is_named_and_stopped_on_demand(
    stop: bool, tmp_path: Path
) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True
    )
    try:
        mark = mark_of(child.pid)
        folder = keep(tmp_path / "state", OLD)
        events = list(read_journal(folder).events)
        at = next(
            n
            for n, e in enumerate(events)
            if e.kind == "process" and data_of(e)["what"] == "started"
        )
        started = change_event(
            events[at],
            data={**data_of(events[at]), "pid": child.pid, "mark": mark, "guardian": None},
        )
        (folder / JOURNAL).write_bytes(b"".join(event.line() for event in [*events[:at], started]))

        async def keys(app: SmokeApp, pilot: Pilot[Any]) -> None:
            await until(pilot, lambda: isinstance(app.screen, YesNo), "the box")
            assert f"(process {child.pid}) still runs" in " ".join(screen_text(app).split())
            await press(pilot, "y" if stop else "n")
            if stop:
                await until(pilot, lambda: child.poll() is not None, "its end")
                await until(pilot, lambda: "Stopped." in screen_text(app))
            assert isinstance(app.screen, HomeScreen)

        drive(tmp_path / "state", keys)
        assert still_running(child.pid, mark) is not stop
    finally:
        child.kill()
        child.wait()
