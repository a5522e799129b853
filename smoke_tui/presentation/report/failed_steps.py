"""The steps that failed, as a report explains them before anything else."""

from __future__ import annotations

from typing import Final

from smoke_tui.journal.state import State
from smoke_tui.presentation.failure import SIDES, Failure, explain
from smoke_tui.presentation.format import cut_middle
from smoke_tui.presentation.report.check_result import in_order
from smoke_tui.presentation.report.exchanges import EvidenceReader, body_text, failing
from smoke_tui.presentation.spans import Row, quote
from smoke_tui.presentation.step_names import named
from smoke_tui.runbook.model import Runbook, Step
from smoke_tui.structs import Struct

MOST_ANSWER: Final = 600
"""Characters of a failing answer's text; the details have more of it."""

_FOR_READERS: Final = {
    SIDES["the operator"]: "the operator's",
    SIDES["us"]: "the request's or smoke-tui's",
}
"""Sides that are told to the operator otherwise than to a reader of the report."""


class FailedStep(Struct, frozen=True):
    """A failed step: its name, what happened, labelled details, the failing answer's text."""

    step: Step
    name: str
    failure: Failure
    rows: tuple[Row, ...]
    answer: str | None = None


def failed_steps(runbook: Runbook, state: State, evidence: EvidenceReader) -> list[FailedStep]:
    """Return the failed steps in the order they ran."""
    steps = []
    for step in in_order(runbook, state):
        failure = explain(runbook, state, step)
        if failure is not None:
            steps.append(_explained(runbook, state, step, failure, evidence))
    return steps


def _explained(
    runbook: Runbook, state: State, step: Step, failure: Failure, evidence: EvidenceReader
) -> FailedStep:
    rows: list[Row] = [
        (label, [quote(text, 60)] if label == "Code" else [_FOR_READERS.get(text, text)])
        for label, text in failure.facts
    ]
    attempt = state.steps[step.id].tries[-1] if state.steps[step.id].tries else None
    failed = failing(state, attempt) if attempt is not None else None
    body = body_text(state, failed, evidence) if failed is not None else None
    answer = cut_middle(body[0], MOST_ANSWER) if body is not None and body[0] else None
    return FailedStep(step, named(runbook, step), failure, tuple(rows), answer)
