"""Marks of outcomes and verdicts."""

from __future__ import annotations

from smoke_tui.presentation.marks import MARKS, ascii_text


def test_marks_are_one_character_in_both_forms() -> None:
    for mark in MARKS.values():
        assert len(ascii_text(mark.glyph)) == 1
        assert ascii_text(mark.glyph) != "?" or mark.word == "needs you"
