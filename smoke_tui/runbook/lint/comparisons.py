"""Lint of comparisons with a recorded answer: only a step with an answer has one to compare."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from smoke_tui.runbook.lint.diagnostics import LintCode, Reporter
from smoke_tui.runbook.model import Match
from smoke_tui.runbook.parser.drafts import Draft
from smoke_tui.runbook.schema.comparisons import COMPARISONS
from smoke_tui.runbook.schema.positions import Path
from smoke_tui.runbook.schema.tables import joined

ANSWERING: Final = ("call", "turn", "run", "check")
"""Kinds of steps that have the text of an answer."""


def check_comparisons(draft: Draft, reporter: Reporter) -> None:
    """A step that compares with a recorded answer is of a kind that has one."""
    if draft.kind is None or draft.kind.name in ANSWERING:
        return
    for path, match in _matches(draft):
        for condition in match.conditions:
            if condition.word in COMPARISONS:
                message = (
                    f"a '{draft.kind.name}' step has no answer to compare by {condition.word}; "
                    f"{joined(ANSWERING)} steps have"
                )
                reporter.add(LintCode.NO_ANSWER, draft.place((*path, condition.word)), message)


def _matches(draft: Draft) -> Iterator[tuple[Path, Match]]:
    for index, match in enumerate(draft.fields["expect"]):
        yield ("expect", index), match
    for rule in draft.fields["on"]:
        yield ("on", rule.index - 1, "match"), rule.match
