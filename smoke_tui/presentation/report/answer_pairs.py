"""Answers of the same steps in two sessions, as comparisons that can be shown."""

from __future__ import annotations

from smoke_tui.judging.drift import DriftPair
from smoke_tui.presentation.report.answer_rows import Judge
from smoke_tui.presentation.report.compare import Side
from smoke_tui.presentation.report.recorded_answers import step_answer


def tried_in_both(old: Side, new: Side) -> tuple[str, ...]:
    """Return the steps that have tries in both sessions."""
    names = [name for name in old.state.order if name in new.state.steps]
    sides = (old.state.steps, new.state.steps)
    return tuple(name for name in names if all(steps[name].tries for steps in sides))


def answer_pairs(old: Side, new: Side, judge: Judge) -> tuple[DriftPair, ...]:
    """Compare the answers of each step that has one in both sessions."""
    pairs = []
    for name in tried_in_both(old, new):
        before, after = (
            step_answer(side.state, side.state.steps[name], side.evidence) for side in (old, new)
        )
        if before is not None and after is not None:
            place = f"session {old.state.session}"
            drift = judge.drift(new.runbook, name, before, after, place)
            pairs.append(DriftPair(drift, before.answer, after.answer))
    return tuple(pairs)
