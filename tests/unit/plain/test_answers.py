"""Choices of a question as letters and words."""

from __future__ import annotations

from smoke_tui.config.questions import QUESTIONS
from smoke_tui.plain.commands import COMMANDS


def test_every_choice_has_a_letter_and_a_word_of_its_own() -> None:
    for kind, row in QUESTIONS.items():
        offered = [choice for choice in row.choices if choice.typed]
        assert {c.label for c in row.choices} - {c.label for c in offered} <= {"look and decide"}, (
            kind
        )
        names = [name for c in offered for name in (c.typed, c.name)]
        assert len(names) == len(set(names)), kind
        assert all(not name.isdecimal() and " " not in name for name in names)
        letters = {c.typed for c in offered}
        assert not letters & set(COMMANDS), kind
