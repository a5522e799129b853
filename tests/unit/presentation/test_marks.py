"""Marks of outcomes and verdicts."""

from __future__ import annotations

from smoke_tui.failure_codes.table import CODES
from smoke_tui.outcomes import Outcome, Verdict
from smoke_tui.presentation.failure import SIDES
from smoke_tui.presentation.marks import MARKS, ascii_text


def test_marks_are_one_character_in_both_forms() -> None:
    for mark in MARKS.values():
        assert len(ascii_text(mark.glyph)) == 1
        assert ascii_text(mark.glyph) != "?" or mark.word == "needs you"


def test_every_outcome_and_side_has_a_look() -> None:
    assert {str(o) for o in Outcome} | {str(v) for v in Verdict} <= set(MARKS)
    assert {code.side for code in CODES.values()} == set(SIDES)
