"""Tables of questions, states and sides are complete."""

from __future__ import annotations

from smoke_tui.failure_codes.table import (
    CODES,
)
from smoke_tui.outcomes import (
    Outcome,
    Verdict,
)
from smoke_tui.presentation.failure import SIDES
from smoke_tui.presentation.live.choices import ASKS
from smoke_tui.presentation.marks import MARKS
from smoke_tui.world.requests import QUESTIONS


def test_every_question_has_keys_and_every_state_a_look() -> None:
    assert set(ASKS) == set(QUESTIONS)
    assert {str(o) for o in Outcome} | {str(v) for v in Verdict} <= set(MARKS)
    assert {code.side for code in CODES.values()} == set(SIDES)
    for kind, choices in ASKS.items():
        keys = [choice.key for choice in choices]
        assert len(keys) == len(set(keys)), kind
    assert all(choice.key != "enter" for choice in ASKS["attest"] + ASKS["confirm"])
