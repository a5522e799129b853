"""An authoring turn whose answer is compared with a recorded one, in the rehearsal."""

from __future__ import annotations

from pathlib import Path

import pytest

from smoke_tui.journal.events.decisions import DriftEvidence
from smoke_tui.journal.fold import fold
from smoke_tui.outcomes import Outcome
from smoke_tui.replay.run import replay
from tests.helpers.recorded_sessions import live_runbook, run

EXPECTS = '{ json = "output_text", is = "non-empty" }]'
COMPARES = (
    '{ text_drift = { baseline = "baselines/creative-summarization.json", threshold = 0.8 } }]'
)


@pytest.mark.parametrize(
    ("scenario", "outcome", "code"),
    [("happy", Outcome.PASS, None), ("text-drift", Outcome.FAIL, "text-drift")],
)
def test_the_text_of_a_turn_is_compared_and_nothing_around_it(
    tmp_path: Path, scenario: str, outcome: Outcome, code: str | None
) -> None:
    book = live_runbook(lambda text: text.replace(EXPECTS, COMPARES))
    done = run(scenario, tmp_path, runbook=book)
    turn = fold(done.events).steps["authoring-turn"]
    assert (turn.outcome, turn.code) == (outcome, code)
    (compared,) = [e for e in turn.tries[-1].evidence if isinstance(e, DriftEvidence)]
    text = compared.compared.drift.text
    assert text is not None
    assert (text.ratio == 1.0) is (code is None)
    assert replay(done.folder).verdict is done.verdict
