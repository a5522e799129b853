"""The cases screen, driven by key: the table, a difference, a decision."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from smoke_tui.tui.app import Goal, SmokeApp
from smoke_tui.tui.screens.cases import CasesScreen
from smoke_tui.tui.screens.drift import DriftScreen
from smoke_tui.tui.screens.home import HomeScreen
from smoke_tui.tui.screens.recording_difference import DifferenceScreen
from smoke_tui.tui.widgets.modals import Choose, Line, YesNo
from smoke_tui.world.cassettes.change_record import read_changes
from smoke_tui.world.cassettes.store import CassettePath
from tests.helpers.app_driver import press, screen_text, settings, until
from tests.helpers.minted_secrets import token
from tests.helpers.reviewed_cases import FORMER, LATER, NEW_PROMPT, git, recording, waiting


@pytest.fixture(name="files")
def _files(tmp_path: Path) -> CassettePath:
    (files,) = waiting(tmp_path / "repo" / "cassettes", "greeting")
    return files


def drive(
    project: Path,
    keys: Callable[[SmokeApp, Pilot[Any]], Awaitable[None]],
    size: tuple[int, int] = (100, 40),
) -> None:
    """Run the cases screen of a project, opened from the home screen."""

    async def main() -> None:
        app = SmokeApp(settings(project.parent / "state", project=str(project)), Goal())
        async with app.run_test(size=size, notifications=True) as pilot:
            await until(pilot, lambda: isinstance(app.screen, HomeScreen))
            await press(pilot, "c")
            await until(pilot, lambda: isinstance(app.screen, CasesScreen))
            await until(pilot, lambda: "reading" not in screen_text(app), "the table")
            await keys(app, pilot)

    asyncio.run(main())


def words(app: SmokeApp) -> str:
    """The text of the screen without frames and line ends."""
    return " ".join(re.sub(r"[│▌╭╮╰╯─·]", " ", screen_text(app)).split())


async def opened(app: SmokeApp, pilot: Pilot[Any]) -> None:
    """Open the chosen case's difference, and go back."""
    await press(pilot, "d")
    await until(pilot, lambda: isinstance(app.screen, DifferenceScreen))
    await until(pilot, lambda: "held against" in screen_text(app), "the difference")
    await press(pilot, "b")
    await until(pilot, lambda: isinstance(app.screen, CasesScreen))
    await until(pilot, lambda: "a decides" in screen_text(app), "it is opened")


async def chosen(app: SmokeApp, pilot: Pilot[Any], name: str) -> None:
    """Choose a row of the box."""
    await until(pilot, lambda: isinstance(app.screen, Choose), "a choice")
    box = app.screen
    assert isinstance(box, Choose)
    for _ in range([option for option, _ in box.options].index(name)):
        await press(pilot, "j")
    await press(pilot, "enter")


async def typed(app: SmokeApp, pilot: Pilot[Any], text: str) -> None:
    """Type a line into the box."""
    await until(pilot, lambda: isinstance(app.screen, Line), "a line")
    for sign in text:
        await press(pilot, "space" if sign == " " else sign)
    await press(pilot, "enter")


async def confirmed(app: SmokeApp, pilot: Pilot[Any], *texts: str) -> None:
    """Say yes to a decision that shows these texts."""
    await until(pilot, lambda: isinstance(app.screen, YesNo), "the confirmation")
    for text in texts:
        assert text in screen_text(app)
    await press(pilot, "y")


def test_it_says_what_to_do_where_there_are_no_cases(tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()

    async def keys(app: SmokeApp, pilot: Pilot[Any]) -> None:
        assert "No case was found" in screen_text(app)
        assert "smoke-tui --rehearse cassette-refresh" in screen_text(app)

    drive(tmp_path / "none", keys)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
def test_the_table_is_that_of_the_runbook(
    files: CassettePath, tmp_path: Path, size: tuple[int, int]
) -> None:
    for tier in ("unit", "contract", "live"):
        (files.accepted.parent / f"{tier}.toml").write_text(
            f'schema = "smoke-case/1"\nprompt = "Score."\ntier = "{tier}"\n'
        )

    async def keys(app: SmokeApp, pilot: Pilot[Any]) -> None:
        assert "4 cases, 1 waiting" in screen_text(app)
        for row in (
            "integration replay integration $0",
            "unit fake unit $0",
            "contract fake contract $0",
            "live live live_llm",
            "pending review",
            "0.7032 < 0.85",
        ):
            assert row in words(app)

    drive(tmp_path / "repo", keys, size)


def test_a_recording_is_accepted_after_its_difference_was_opened(
    files: CassettePath, tmp_path: Path
) -> None:
    async def keys(app: SmokeApp, pilot: Pilot[Any]) -> None:
        await press(pilot, "a")
        await until(pilot, lambda: "open its difference first" in screen_text(app))
        await press(pilot, "d")
        await until(pilot, lambda: "held against: greeting.yaml" in screen_text(app))
        assert "Say hello. → Say hello, shortly." in words(app)
        assert "[- and welcome, it is very good-]{+! Good+}" in words(app)
        await press(pilot, "v")
        await until(pilot, lambda: isinstance(app.screen, DriftScreen))
        await press(pilot, "b")
        await press(pilot, "a")
        await chosen(app, pilot, "expected")
        await chosen(app, pilot, "prompt")
        await confirmed(app, pilot, "takes the place of the accepted one")
        await until(pilot, lambda: "1 case, 0 waiting" in screen_text(app), "it is accepted")

    drive(tmp_path / "repo", keys)
    assert files.accepted.read_text() == recording(LATER, NEW_PROMPT)
    assert not files.pending.exists()
    assert [act.act for act in read_changes(files.changes)] == ["opened", "accepted"]


def test_what_is_not_confirmed_stays(files: CassettePath, tmp_path: Path) -> None:
    git(files.accepted.parent, "commit", "-qam", "the prompt alone")

    async def keys(app: SmokeApp, pilot: Pilot[Any]) -> None:
        await opened(app, pilot)
        await press(pilot, "a")
        await chosen(app, pilot, "expected")
        await chosen(app, pilot, "prompt")
        await until(pilot, lambda: isinstance(app.screen, YesNo))
        assert "a recording belongs in the same change" in words(app)
        await press(pilot, "n")
        await until(pilot, lambda: isinstance(app.screen, CasesScreen))
        # And with a yes the class does not fit: no prompt is changed in the working tree.
        await press(pilot, "a")
        await chosen(app, pilot, "expected")
        await chosen(app, pilot, "prompt")
        await confirmed(app, pilot)
        await until(pilot, lambda: "no changed file" in screen_text(app), "the refusal")

    drive(tmp_path / "repo", keys)
    assert files.accepted.read_text() == recording(FORMER)
    assert files.pending.exists()


def test_a_regression_keeps_the_accepted_recording(files: CassettePath, tmp_path: Path) -> None:
    async def keys(app: SmokeApp, pilot: Pilot[Any]) -> None:
        await opened(app, pilot)
        await press(pilot, "a")
        await chosen(app, pilot, "regression")
        await typed(app, pilot, "no welcome")
        await confirmed(app, pilot, "The accepted recording is kept")
        await until(pilot, lambda: "1 case, 0 waiting" in screen_text(app), "it is decided")
        assert "regression" in screen_text(app)

    drive(tmp_path / "repo", keys)
    assert files.accepted.read_text() == recording(FORMER)
    assert files.pending.exists()
    assert read_changes(files.changes)[-1].why.startswith("no welcome")


def test_a_false_positive_is_calibrated(files: CassettePath, tmp_path: Path) -> None:
    async def keys(app: SmokeApp, pilot: Pilot[Any]) -> None:
        await opened(app, pilot)
        await press(pilot, "a")
        await chosen(app, pilot, "false-positive")
        await typed(app, pilot, "same meaning")
        await until(pilot, lambda: "just under the measured ratio" in screen_text(app))
        # The proposed threshold is taken as it is.
        await press(pilot, "enter")
        await confirmed(app, pilot)
        await until(pilot, lambda: "1 case, 0 waiting" in screen_text(app), "it is decided")

    drive(tmp_path / "repo", keys)
    calibration = json.loads((tmp_path / "state" / "calibration.json").read_text())
    assert "0.7," in json.dumps(calibration["log"])


def test_many_are_decided_on_with_their_number_typed(tmp_path: Path) -> None:
    cases = waiting(tmp_path / "repo" / "cassettes", *"abcdef")

    async def keys(app: SmokeApp, pilot: Pilot[Any]) -> None:
        await press(pilot, "A")
        await until(pilot, lambda: "for 5 more" in words(app), "none is opened")
        for _ in cases:
            await opened(app, pilot)
            await press(pilot, "j")
        await press(pilot, "A")
        await typed(app, pilot, "5")
        await until(pilot, lambda: "That is not 6." in screen_text(app), "the wrong number")
        await press(pilot, "backspace")
        await typed(app, pilot, "6")
        await chosen(app, pilot, "expected")
        await chosen(app, pilot, "prompt")
        await confirmed(app, pilot, "6 recordings")
        await until(pilot, lambda: "6 cases, 0 waiting" in screen_text(app), "all are decided")

    drive(tmp_path / "repo", keys)
    assert not any(files.pending.exists() for files in cases)


def test_lint_shows_secrets_and_that_nothing_was_checked(
    files: CassettePath, tmp_path: Path
) -> None:
    secret = token()
    files.pending.write_text(recording(f"Authorization: Bearer {secret}"))

    async def keys(app: SmokeApp, pilot: Pilot[Any]) -> None:
        await press(pilot, "l")
        await until(pilot, lambda: "Redaction lint" in screen_text(app))
        text = screen_text(app)
        assert "2 cassettes checked: 1 place(s) with a secret" in text
        assert secret not in text
        await press(pilot, "escape")
        await press(pilot, "d")
        await until(pilot, lambda: "held against" in screen_text(app))
        assert "Bearer" in screen_text(app)
        assert secret not in screen_text(app)
        await press(pilot, "v")
        await until(pilot, lambda: isinstance(app.screen, DriftScreen))
        await until(pilot, lambda: "Bearer" in screen_text(app), "the answers")
        assert secret[:20] not in screen_text(app)

    drive(tmp_path / "repo", keys)


def test_a_damaged_change_record_is_shown(files: CassettePath, tmp_path: Path) -> None:
    files.changes.write_text("{}\n")

    async def keys(app: SmokeApp, pilot: Pilot[Any]) -> None:
        text = screen_text(app)
        assert "invalid" in text
        assert "damaged" in text

    drive(tmp_path / "repo", keys)
