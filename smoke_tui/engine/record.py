"""Record what was decided about a try: the matched rule, then a branch, a retry or an outcome."""

from __future__ import annotations

from smoke_tui.config.questions import Answer
from smoke_tui.engine.conditions import unmet_in, unmet_text
from smoke_tui.engine.pass_inputs import of_first_model
from smoke_tui.engine.rules import Decision
from smoke_tui.failure_codes.table import outcome_of
from smoke_tui.journal.events.decisions import (
    BranchTaken,
    ExpectationsEvidence,
    FindingRecorded,
    RetryPlanned,
    RuleMatched,
    StepFinished,
)
from smoke_tui.journal.state import State, StepState
from smoke_tui.journal.stream import EventStream
from smoke_tui.outcomes import Outcome
from smoke_tui.structs import replace


def record_outcome(
    stream: EventStream, step_id: str, attempt: int | None, finished: StepFinished
) -> None:
    """Record a step's outcome; it holds a code only where the outcome needs one."""
    code = finished.code
    if finished.outcome in (Outcome.PASS, Outcome.WAIVED, Outcome.ERROR):
        code = None
    elif code is None and finished.outcome in (Outcome.FAIL, Outcome.BLOCKED):
        code = "expectation-unmet"
    stream.decide(replace(finished, code=code), step=step_id, attempt=attempt)


def waived_by(answer: Answer) -> StepFinished:
    """The outcome of a step that the operator waived, with the reason they gave."""
    reason = answer.reason or answer.words or ""
    return StepFinished(
        Outcome.WAIVED, None, "Waived by the operator.", reason=reason, by=answer.by or "operator"
    )


def settle(state: State, step_id: str, stream: EventStream) -> None:
    """Give a step the outcome that its last code has by itself."""
    step_state = state.steps[step_id]
    last, branch = step_state.tries[-1], step_state.branch
    # Unmet expectations have a code of their own, which the branch was taken for.
    code = last.code or (branch.code if branch is not None else None)
    outcome = outcome_of(code or "expectation-unmet", fresh_credential=last.observed.fresh)
    record_outcome(
        stream, step_id, last.n, StepFinished(outcome, code, unmet_in(last) or last.summary)
    )


def record_decision(
    stream: EventStream, tried: StepState, n: int, decision: Decision, summary: str
) -> None:
    """Record what the rules made of try `n`, whose own summary is `summary`.

    A pass of another model than the first one asked for becomes what `of_first_model` says.
    """
    step_id = tried.id
    if decision.unmet:
        unmet = tuple((u.expected, u.actual) for u in decision.unmet)
        stream.decide(ExpectationsEvidence(unmet), step=step_id, attempt=n)
    rule = decision.rule
    if rule is not None:
        matched = RuleMatched(
            index=rule.index,
            line=rule.line,
            goto=rule.goto,
            why=rule.why,
            outcome=rule.outcome,
            code=decision.code,
        )
        stream.decide(matched, step=step_id, attempt=n)
    if decision.goto is not None:
        branch = BranchTaken(decision.goto, decision.code, rule.line if rule else None)
        stream.decide(branch, step=step_id, attempt=n)
    elif decision.delay is not None:
        retry = RetryPlanned(decision.delay, decision.code, decision.refresh)
        stream.decide(retry, step=step_id, attempt=n)
    else:
        assert decision.outcome is not None
        outcome, code = decision.outcome, decision.code
        text = unmet_text(decision.unmet) or summary
        former = of_first_model(tried) if outcome is Outcome.PASS else None
        if former is not None:
            finding = FindingRecorded("another-model", former.words, "")
            stream.decide(finding, step=step_id, attempt=n)
            outcome, code, text = former.outcome, former.code, former.words
        record_outcome(stream, step_id, n, StepFinished(outcome, code, text))
