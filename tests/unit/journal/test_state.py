"""Times of a step without those of the operator."""

from __future__ import annotations

from pathlib import Path

from tests.helpers.events import data_of
from tests.helpers.tui_records import run_until


def test_the_operator_s_time_is_not_the_step_s(tmp_path: Path) -> None:
    run = run_until(lambda e: e.kind == "answered" and data_of(e)["answer"]["by"] == "operator")
    step, since, _ = run.state.waits[-1]
    assert step is not None
    run.state.waits[-1] = (step, since, since + 4_000)
    assert run.state.worked(step, since - 1_000, since + 5_000) == 2_000
    assert run.state.worked(step, since + 1_000, since + 5_000) == 1_000
    assert run.state.worked(step, since - 1_000, since + 1_000) == 1_000
    assert run.state.worked("other", since, since + 5_000) == 5_000
