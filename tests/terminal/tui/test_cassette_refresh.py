"""The whole refresh of cassettes, walked in the app by somebody who reads only the screen."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

from smoke_tui.journal.load import load_state
from smoke_tui.outcomes import Verdict
from smoke_tui.tui.app import SmokeApp
from smoke_tui.tui.screens.cases import CasesScreen
from smoke_tui.tui.screens.recording_difference import DifferenceScreen
from smoke_tui.tui.screens.session import SessionScreen
from smoke_tui.tui.widgets.modals import Choose, Line, YesNo
from tests.helpers.app_driver import answer, press, question, rehearsal_app, screen_text, until


def words(app: SmokeApp) -> str:
    return " ".join(re.sub(r"[│▌╭╮╰╯─·]", " ", screen_text(app)).split())


def test_a_recording_is_sorted_in_the_walk_and_the_rest_accepted_by_it(tmp_path: Path) -> None:
    app = rehearsal_app(tmp_path / "state", runbook="cassette-refresh")

    async def main() -> None:
        async with app.run_test(size=(80, 24), notifications=True) as pilot:
            await answer(pilot, "begin", "enter")
            await question(pilot, "begin")
            assert "5 cases: 1 stale (greeting)" in words(app)
            await answer(pilot, "begin", "enter")
            await answer(pilot, "begin", "enter")
            await answer(pilot, "spend", "y")
            await answer(pilot, "begin", "enter")
            await question(pilot, "begin")
            assert "1 waiting for a decision" in words(app)
            await answer(pilot, "begin", "enter")
            await answer(pilot, "begin", "enter")
            await question(pilot, "manual")
            # As step 6 has it: C, the case, d, a, the class.
            await press(pilot, "C")
            await until(pilot, lambda: isinstance(app.screen, CasesScreen))
            await until(pilot, lambda: "5 cases, 1 waiting" in screen_text(app), "the table")
            assert "greeting pending review 0.5" in words(app)
            await press(pilot, "d")
            await until(pilot, lambda: isinstance(app.screen, DifferenceScreen))
            await until(pilot, lambda: "held against" in screen_text(app))
            assert "Greet the customer {+by name, +}in one {+short +}sentence." in words(app)
            await press(pilot, "a")
            await until(pilot, lambda: isinstance(app.screen, Choose))
            await press(pilot, "j")
            await press(pilot, "j")
            await press(pilot, "enter")
            await until(pilot, lambda: isinstance(app.screen, Line))
            await press(pilot, "x")
            await press(pilot, "enter")
            await until(pilot, lambda: "just under the measured ratio" in words(app))
            await press(pilot, "enter")
            await until(pilot, lambda: isinstance(app.screen, YesNo))
            await press(pilot, "y")
            await until(pilot, lambda: "5 cases, 0 waiting" in screen_text(app), "it is decided")
            await press(pilot, "b")
            await until(pilot, lambda: isinstance(app.screen, SessionScreen))
            await answer(pilot, "manual", "p", "enter")
            await answer(pilot, "begin", "enter")
            await question(pilot, "begin")
            # Nothing waited any more: that is no failure of step 7.
            assert "0 waiting for a decision, 2 accepted" in words(app)
            await answer(pilot, "begin", "enter")
            await answer(pilot, "begin", "enter")
            await answer(pilot, "manual", "p", "enter")
            await answer(pilot, "finish", "enter")

    asyncio.run(main())
    (folder,) = (tmp_path / "state" / "sessions").iterdir()
    _, _, state = load_state(folder)
    assert state.closed is not None
    assert state.verdict is Verdict.PASS
    # What was rehearsed changes no real threshold.
    assert not (tmp_path / "state" / "calibration.json").exists()
    assert (tmp_path / "state" / "calibration.rehearsed.json").exists()


def test_a_regression_that_was_found_is_no_pass(tmp_path: Path) -> None:
    app = rehearsal_app(tmp_path / "state", runbook="cassette-refresh")

    async def main() -> None:
        async with app.run_test(size=(80, 24), notifications=True) as pilot:
            for _ in range(3):
                await answer(pilot, "begin", "enter")
            await answer(pilot, "spend", "y")
            for _ in range(3):
                await answer(pilot, "begin", "enter")
            await question(pilot, "manual")
            await press(pilot, "C")
            await until(pilot, lambda: "5 cases, 1 waiting" in screen_text(app), "the table")
            await press(pilot, "a")
            await until(pilot, lambda: isinstance(app.screen, Choose))
            await press(pilot, "j")
            await press(pilot, "enter")
            await until(pilot, lambda: isinstance(app.screen, Line))
            await press(pilot, "x")
            await press(pilot, "enter")
            await until(pilot, lambda: isinstance(app.screen, YesNo))
            await press(pilot, "y")
            await until(pilot, lambda: "5 cases, 0 waiting" in screen_text(app), "it is decided")
            await press(pilot, "b")
            await answer(pilot, "manual", "p", "enter")
            await answer(pilot, "begin", "enter")
            await until(pilot, lambda: "refused as a regression" in words(app), "the failure")
            await answer(pilot, "begin", "enter")
            await answer(pilot, "finish", "enter")

    asyncio.run(main())
    (folder,) = (tmp_path / "state" / "sessions").iterdir()
    _, _, state = load_state(folder)
    assert state.verdict is Verdict.FAIL
    assert state.steps["accept"].code == "command-failed"
    # The ticket was only rehearsed.
    assert list((tmp_path / "state" / "rehearsed" / "tickets").iterdir())
    assert not (tmp_path / "state" / "tickets").exists()
