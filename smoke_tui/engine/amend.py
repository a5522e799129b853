"""Amending the operator's word: another answer for an outcome that rests on one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from smoke_tui.engine.record import record_outcome
from smoke_tui.engine.rules import judge
from smoke_tui.journal.events.decisions import Amended, FindingRecorded, StepFinished
from smoke_tui.journal.events.values import FormerOutcome
from smoke_tui.journal.fold import NOT_AMENDED
from smoke_tui.journal.state import State, StepState, Try
from smoke_tui.journal.stream import EventStream
from smoke_tui.outcomes import Outcome
from smoke_tui.runbook.model import Runbook, Step
from smoke_tui.world.result import Result

ANSWERS: Final[Mapping[str, Mapping[str, tuple[Outcome, str | None]]]] = {
    "manual": {
        "pass": (Outcome.PASS, None),
        "fail": (Outcome.FAIL, "expectation-unmet"),
        "blocked": (Outcome.BLOCKED, "operator-declined"),
    },
    "attest": {"yes": (Outcome.PASS, None), "no": (Outcome.BLOCKED, "route-unproven")},
}
"""What an amended word makes of a step, by the kind of the question."""

_ADDED_BY_ANSWER: Final[Mapping[str, Mapping[str, Any]]] = {
    "manual": {},
    "attest": {"route": "openai/subscription", "attested": True},
}
"""What a word that passes adds to what was observed, by the kind of the question."""

_OF_WORD: Final = (None, "expectation-unmet", "operator-declined")
"""Codes that a try of a manual step has from the operator's own answer."""


_OF_ANSWER: Final = frozenset({"body_contains", "text_drift", "tool_calls"})
"""Conditions about the text of an answer."""


class NotAmendableError(ValueError):
    """A step's outcome can't be amended so; the text says why and what can be done."""


def amendable(state: State) -> dict[str, tuple[str, ...]]:
    """The steps whose outcome rests on the operator's word, and the words that each takes."""
    return {
        name: tuple(ANSWERS[str(step_state.word)])
        for name, step_state in state.steps.items()
        if _rests_on_word(step_state)
    }


def half_amended(step_state: StepState) -> bool:
    """Whether the program ended between an amendment and the outcome that follows from it."""
    return step_state.outcome is None and step_state.amended is not None


def _rests_on_word(step_state: StepState) -> bool:
    if step_state.word not in ANSWERS or not step_state.tries or step_state.tries[-1].error:
        return False
    if step_state.outcome is None:
        return half_amended(step_state)
    if step_state.word == "manual":
        # A turn by hand asks the same, and goes on to its route.
        return step_state.kind == "manual" and step_state.tries[-1].code in _OF_WORD
    return step_state.outcome is Outcome.PASS or step_state.code == "route-unproven"


def amended(
    runbook: Runbook, state: State, step_id: str, answer: str
) -> tuple[Outcome, str | None]:
    """The outcome and code that an answer gives a step, in place of the operator's former one.

    An answer that passes is not enough: the step's rules and expectations are evaluated again, with
    the values observed then.

    Raises:
        NotAmendableError: the outcome does not rest on the operator's word, or the answer is none.
    """
    steps = amendable(state)
    if step_id not in steps:
        raise NotAmendableError(
            f"what came of {step_id!r} does not rest on the operator's word; `rerun` does a step "
            f"again (here it could be amended: {', '.join(steps) or 'nothing'})"
        )
    step_state, step = state.steps[step_id], runbook.step(step_id)
    answers = ANSWERS[str(step_state.word)]
    if answer not in answers:
        raise NotAmendableError(f"{step_id!r} takes {' or '.join(answers)}, not {answer!r}")
    if answers[answer][0] is not Outcome.PASS:
        return answers[answer]
    if step_state.word == "attest" and _looks_into_answer(step):
        raise NotAmendableError(
            f"{step_id!r} looks into the text of the answer, which is not at hand "
            "any more; `rerun` does the step again"
        )
    attempt = step_state.tries[-1]
    decision = judge(
        step,
        Result(None, "", {**attempt.observed.values, **_ADDED_BY_ANSWER[str(step_state.word)]}),
        StepState(step_id),
        _origin_then(state, attempt),
        {},
    )
    if decision.outcome is not Outcome.PASS:
        raise NotAmendableError(
            f"{step_id!r} would not pass with that word either: the runbook makes it "
            f"{decision.outcome or 'another try'} ({decision.code}); `rerun` does the step again"
        )
    return answers[answer]


def amend(runbook: Runbook, state: State, step_id: str, stream: EventStream) -> None:
    """Replace the outcome of the operator's first answer by that of the second; both are recorded.

    Where no answer decides the step's outcome, only a finding is recorded. The command that amends
    refuses such a step beforehand; here it is one undone since, or a record made by other rules.
    """
    amendment = state.amend
    assert amendment is not None
    try:
        outcome, code = amended(runbook, state, step_id, amendment.answer)
    except NotAmendableError as wrong:
        stream.decide(FindingRecorded(NOT_AMENDED, f"{wrong}.", ""), step=step_id)
        return
    step_state = state.steps[step_id]
    n = step_state.tries[-1].n
    assert step_state.outcome is not None
    old = FormerOutcome(step_state.outcome, step_state.code, step_state.summary)
    stream.decide(
        Amended(old, amendment.answer, amendment.why, amendment.by), step=step_id, attempt=n
    )
    finished = StepFinished(outcome, code, _summary(amendment.why))
    record_outcome(stream, step_id, n, finished)


def settle_half_amended(
    runbook: Runbook, state: State, step_state: StepState, stream: EventStream
) -> None:
    """Record the outcome of an amendment whose own record broke off before the outcome."""
    assert step_state.amended is not None
    try:
        outcome, code = amended(runbook, state, step_state.id, step_state.amended.answer)
    except NotAmendableError:
        outcome, code = Outcome.BLOCKED, "interrupted"
    finished = StepFinished(outcome, code, _summary(step_state.amended.why))
    record_outcome(stream, step_state.id, step_state.tries[-1].n, finished)


def _summary(why: str) -> str:
    return f"The operator, on second thoughts: {why}"


def _looks_into_answer(step: Step) -> bool:
    """Whether a rule or an expectation of the step is about the answer's text."""
    matches = [*step.expect, *(rule.match for rule in step.rules)]
    return any(c.word in _OF_ANSWER for match in matches for c in match.conditions)


def _origin_then(state: State, attempt: Try) -> str:
    """The origin that was declared when a try was made."""
    resumes = sum(1 for event in state.resumes if event.seq < attempt.seq)
    return state.configs[resumes].origin
