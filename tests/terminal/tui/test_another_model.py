"""A model that was refused: trying again, the operator may name another."""

from __future__ import annotations

import asyncio
from pathlib import Path

from smoke_tui.outcomes import Outcome
from smoke_tui.replay.run import replay
from tests.helpers.app_driver import answer, press, question, rehearsal_app, screen_text
from tests.helpers.events import data_of


def test_after_a_refused_model_another_can_be_named(tmp_path: Path) -> None:
    app = rehearsal_app(tmp_path / "state", "model-not-found")

    async def main() -> None:
        async with app.run_test(size=(80, 24)) as pilot:
            await answer(pilot, "begin", "enter")
            await answer(pilot, "begin", "enter")
            await answer(pilot, "spend", "y")
            await answer(pilot, "begin", "r")
            await question(pilot, "model")
            assert "was refused before (model-not-found)" in " ".join(screen_text(app).split())
            await answer(pilot, "model", "enter", "j", "enter")
            await question(pilot, "spend")
            run = app.current
            assert run is not None
            asked = data_of(run.state.questions[max(run.state.questions)])["data"]["model"]
            # The first of the catalogue is the one that was refused.
            assert asked not in ("gpt-6.2-sol", None)
            await answer(pilot, "spend", "y")
            await question(pilot, "begin")
            await press(pilot, "ctrl+q")

    asyncio.run(main())
    (folder,) = (tmp_path / "state" / "sessions").iterdir()
    step = replay(folder).steps["live-call"]
    assert [attempt.code for attempt in step.tries] == ["model-not-found", None]
    # Nobody had named the first one: taking the next of the catalogue is the way out.
    assert step.outcome is Outcome.PASS
