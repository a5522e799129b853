"""The next act of a session: a pure function of the runbook and the state."""

from __future__ import annotations

from dataclasses import dataclass

from smoke_tui.journal.fold import State, StepState
from smoke_tui.journal.verdict import chosen
from smoke_tui.outcomes import Outcome
from smoke_tui.runbook.model import Runbook, Step

SATISFIED = (Outcome.PASS, Outcome.WAIVED)


@dataclass(frozen=True, slots=True)
class Begin:
    """Run a try of a step. `cause` is walk, again, retry, refresh, fallback, return or
    restart.
    """

    step: str
    cause: str
    caller: str | None = None
    delay: float = 0.0


@dataclass(frozen=True, slots=True)
class Settle:
    """Give a step the outcome that its last code has by itself."""

    step: str


@dataclass(frozen=True, slots=True)
class Block:
    """A step can't be tried: what it needs has died."""

    step: str
    resource: str


@dataclass(frozen=True, slots=True)
class Finish:
    """Nothing is left to do; ask whether that is all."""


@dataclass(frozen=True, slots=True)
class Close:
    """The session is over."""


Action = Begin | Settle | Block | Finish | Close


def plan(runbook: Runbook, state: State, *, asked_to_finish: bool = False) -> Action:
    """What to do next."""
    if state.closed is not None or state.cancelled or state.stopped:
        return Close()
    if state.again and any(step.id == state.again for step in runbook.steps):
        return Begin(state.again, "again")
    steps = chosen(runbook, state)
    inside = {step.id for step in steps}
    for step in steps:
        known = state.steps.get(step.id)
        if known is None or known.outcome is not None:
            continue
        if known.pending == "retry":
            dead = dead_need(runbook, state, step)
            if dead is not None:
                return Block(step.id, dead)
            cause = "refresh" if known.refresh else "retry"
            return Begin(step.id, cause, delay=known.delay)
        if known.pending == "branch":
            return _branch(runbook, state, step, known)
    for step in steps:
        known = state.steps.get(step.id)
        if step.fallback or (known is not None and known.outcome is not None):
            continue
        if not all(_passed(state, need) for need in step.needs if need in inside):
            continue
        dead = dead_need(runbook, state, step)
        return Block(step.id, dead) if dead is not None else Begin(step.id, "walk")
    return Close() if asked_to_finish else Finish()


def _passed(state: State, step_id: str) -> bool:
    known = state.steps.get(step_id)
    return known is not None and known.outcome in SATISFIED


def all_needs(runbook: Runbook, step: Step) -> set[str]:
    """The steps that a step needs, and those that they need."""
    found: set[str] = set()
    ahead = list(step.needs)
    while ahead:
        need = ahead.pop()
        if need not in found:
            found.add(need)
            ahead += runbook.step(need).needs
    return found


def dead_need(runbook: Runbook, state: State, step: Step) -> str | None:
    """A resource that the step hangs on and that is gone; None where all are alive."""
    needs = all_needs(runbook, step)
    return next((r.name for r in state.resources.values() if r.step in needs and not r.alive), None)


def _branch(runbook: Runbook, state: State, step: Step, known: StepState) -> Action:
    """On the way through a fallback: run it, restart what it says, go back to the caller."""
    assert known.branch is not None
    fallback = runbook.step(known.branch["to"])
    there = state.steps.get(fallback.id)
    if there is None or not there.tries or there.tries[-1].seq < known.branch_seq:
        return Begin(fallback.id, "fallback", caller=step.id)
    if there.outcome is not Outcome.PASS:
        return Settle(step.id)
    for service in fallback.restart:
        if service not in state.resources:
            continue
        again = state.steps[service]
        if again.tries[-1].seq < there.tries[-1].seq:
            return Begin(service, "restart", caller=fallback.id)
        if again.outcome is not Outcome.PASS:
            return Settle(step.id)
    return Begin(step.id, "return", caller=fallback.id)
