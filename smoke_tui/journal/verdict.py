"""The verdict of a session: computed from its state, never typed."""

from __future__ import annotations

from typing import Final

from smoke_tui.journal.state import State
from smoke_tui.outcomes import Outcome, Verdict
from smoke_tui.runbook.kinds import KINDS
from smoke_tui.runbook.model import Runbook, Step

_WORST = (
    (Outcome.ERROR, Verdict.ERROR),
    (Outcome.FAIL, Verdict.FAIL),
    (Outcome.BLOCKED, Verdict.BLOCKED),
    (Outcome.EXPECTED_LIMITATION, Verdict.EXPECTED_LIMITATION),
)


def chosen(runbook: Runbook, state: State) -> tuple[Step, ...]:
    """The steps the session is about: all, or those that --only / --from left in.

    A fallback belongs to the choice when a chosen step may go there.
    """
    only, start = state.first_config.only, state.first_config.start_from
    walk = [step for step in runbook.steps if not step.fallback]
    if only:
        walk = [step for step in walk if step.id == only]
    elif start:
        ids = [step.id for step in walk]
        walk = walk[ids.index(start) :] if start in ids else []
    targets = {rule.goto for step in walk for rule in step.rules if rule.goto}
    kept = {step.id for step in walk} | targets
    return tuple(step for step in runbook.steps if step.id in kept)


def is_partial(state: State) -> bool:
    """Whether the session is about a part of its runbook only."""
    return bool(state.first_config.only or state.first_config.start_from)


def verdict(runbook: Runbook, state: State) -> Verdict:
    """Worst outcome first; a fallback nobody needed does not count."""
    outcomes: set[Outcome] = set()
    proof_waived = evident = False
    for step in chosen(runbook, state):
        step_state = state.steps.get(step.id)
        outcome = (
            step_state.outcome if step_state is not None and step_state.outcome else Outcome.NOT_RUN
        )
        if step.fallback and outcome is Outcome.NOT_RUN:
            continue
        if step.fallback and _callers_recovered(runbook, state, step.id):
            continue
        outcomes.add(outcome)
        proof_waived |= outcome is Outcome.WAIVED and step.proof
        evident |= outcome is Outcome.PASS and shows_by_itself(step)
    for outcome, worst in _WORST:
        if outcome in outcomes:
            return worst
    if Outcome.NOT_RUN in outcomes or proof_waived or not evident:
        return Verdict.INCOMPLETE
    if Outcome.WAIVED in outcomes:
        return Verdict.PASS_WITH_WAIVERS
    if any(_attested(state, step.id) for step in chosen(runbook, state)):
        return Verdict.PASS_ATTESTED
    return Verdict.PASS


PASSES: Final = (Verdict.PASS, Verdict.PASS_ATTESTED, Verdict.PASS_WITH_WAIVERS)


def shows_by_itself(step: Step) -> bool:
    """Whether a pass of the step shows something: a value that was asked for shows nothing."""
    return not step.fallback and KINDS[step.kind].shows_something


def in_the_way(runbook: Runbook, state: State) -> frozenset[str]:
    """The steps that keep the verdict from any kind of pass, one by one or together."""
    steps = chosen(runbook, state)
    outcomes = {
        step.id: step_state.outcome
        if step_state is not None and step_state.outcome
        else Outcome.NOT_RUN
        for step in steps
        for step_state in [state.steps.get(step.id)]
    }
    made = verdict(runbook, state)
    if made in PASSES:
        return frozenset()
    evident = any(outcomes[step.id] is Outcome.PASS and shows_by_itself(step) for step in steps)
    return frozenset(
        step.id
        for step in steps
        if not (
            step.fallback
            and (
                outcomes[step.id] is Outcome.NOT_RUN or _callers_recovered(runbook, state, step.id)
            )
        )
        and outcomes[step.id] is not Outcome.PASS
        and (outcomes[step.id] is not Outcome.WAIVED or step.proof or not evident)
    )


def _callers_recovered(runbook: Runbook, state: State, fallback: str) -> bool:
    """Whether every step that went to this fallback passed in the end by other means.

    False if the operator amended the fallback's outcome: the session's path led through it.
    """
    if state.steps[fallback].amended is not None:
        return False
    callers = {event.step for event in state.branches if event.body.to == fallback}
    return bool(callers) and all(
        state.steps[caller].outcome is Outcome.PASS for caller in callers if caller
    )


def _attested(state: State, step_id: str) -> bool:
    """Whether the step's last try was attested, or amended to a pass, by the operator."""
    step_state = state.steps.get(step_id)
    return bool(
        step_state is not None
        and step_state.outcome is Outcome.PASS
        and step_state.tries
        and (step_state.tries[-1].observed.value("attested") or step_state.amended is not None)
    )
