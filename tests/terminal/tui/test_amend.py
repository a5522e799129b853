"""Taking back what the operator said, from the report."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from smoke_tui.__main__ import main
from smoke_tui.journal.load import load_state
from smoke_tui.redaction import Vault
from smoke_tui.tui.app import Goal, SmokeApp
from smoke_tui.tui.screens.report import ReportScreen
from smoke_tui.tui.widgets.modals import Choose, Line
from tests.helpers.app_driver import press, screen_text, settings, until
from tests.helpers.events import data_of

RUNBOOK = """\
---
schema: smoke/1
id: seen
title: Something seen
---

## Look

Look.

```toml step
id = "look"
kind = "manual"
ask = "Is it there?"
proof = true
```
"""


@pytest.mark.usefixtures("capsys")
def test_a_second_attestation_changes_the_verdict_and_the_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CI", raising=False)
    book, answers, state_dir = (tmp_path / name for name in ("seen.md", "a.toml", "state"))
    book.write_text(RUNBOOK)
    answers.write_text('[look]\nanswer = "pass"\n')
    assert (
        main(
            [
                "--state-dir",
                str(state_dir),
                "--check",
                str(book),
                "--live",
                "--answers",
                str(answers),
            ]
        )
        == 0
    )
    (folder,) = (state_dir / "sessions").iterdir()

    async def walk() -> None:
        app = SmokeApp(settings(state_dir), Goal())
        async with app.run_test(size=(80, 24)) as pilot:
            _, runbook, state = load_state(folder)
            await app.push_screen(ReportScreen(runbook, state, folder, Vault()))
            await until(pilot, lambda: "Amend" in screen_text(app))
            await press(pilot, "a")
            await until(pilot, lambda: isinstance(app.screen, Choose))
            assert "Look: what do you say now?" in screen_text(app)
            await press(pilot, "j")
            await press(pilot, "enter")
            await until(pilot, lambda: isinstance(app.screen, Line))
            for key in ("n", "o", "t", "enter"):
                await press(pilot, key)
            await until(
                pilot,
                lambda: (
                    isinstance(app.screen, ReportScreen)
                    and "fail" in screen_text(app).splitlines()[0]
                ),
            )

    asyncio.run(walk())
    _, _, state = load_state(folder)
    assert state.verdict == "fail"
    assert [data_of(e)["why"] for e in state.amendments] == ["not"]
