"""The next act of a session: a pure function of the runbook and the state."""

from __future__ import annotations

from smoke_tui.journal.events.decisions import ServiceAdopted, ServiceProvided
from smoke_tui.journal.state import Resource, State, StepState
from smoke_tui.journal.verdict import chosen
from smoke_tui.outcomes import GOOD_OUTCOMES, Outcome
from smoke_tui.runbook.model import Runbook, Step
from smoke_tui.structs import Struct


class Begin(Struct, frozen=True):
    """Run a try of a step.

    `cause` is walk, again, retry, refresh, fallback, return, restart or resume; `delay` is in
    seconds.
    """

    step: str
    cause: str
    caller: str | None = None
    delay: float = 0.0


class Settle(Struct, frozen=True):
    """Give a step the outcome that its last code has by itself."""

    step: str


class Block(Struct, frozen=True):
    """A step can't be tried: what it needs has died."""

    step: str
    resource: str


class Amend(Struct, frozen=True):
    """Give a step the outcome of the operator's second word."""

    step: str


class Finish(Struct, frozen=True):
    """Nothing is left to do; ask whether that is all."""


class Close(Struct, frozen=True):
    """The session is over."""


Action = Begin | Settle | Block | Amend | Finish | Close


def plan(runbook: Runbook, state: State, *, asked_to_finish: bool = False) -> Action:
    """What to do next."""
    if state.amend is not None:
        return Amend(state.amend.step)
    if state.closed is not None or state.cancelled or state.stopped or _rerun_is_done(state):
        return Close()
    if state.again and any(step.id == state.again for step in runbook.steps):
        return _once_more(runbook, state, runbook.step(state.again))
    steps = chosen(runbook, state)
    inside = {step.id for step in steps}
    for step in steps:
        step_state = state.steps.get(step.id)
        if step_state is None or step_state.outcome is not None or _undone(runbook, state, step):
            continue
        if step_state.pending == "retry":
            dead = dead_need(runbook, state, step)
            if dead is not None:
                return Block(step.id, dead.name)
            cause = "refresh" if step_state.refresh else "retry"
            return Begin(step.id, cause, delay=step_state.delay)
        if step_state.pending == "branch":
            return _branch(runbook, state, step, step_state)
    for step in steps:
        step_state = state.steps.get(step.id)
        if step.fallback or (step_state is not None and step_state.outcome is not None):
            continue
        if not all(_passed(state, need) for need in step.needs if need in inside):
            continue
        return _provide(runbook, state, step) or Begin(step.id, "walk")
    return Close() if asked_to_finish else Finish()


def _once_more(runbook: Runbook, state: State, step: Step) -> Action:
    """The step that the operator chose; of a resumed session, first what it needs."""
    undone = _undone(runbook, state, step)
    if undone is not None:
        return _provide(runbook, state, undone) or Begin(undone.id, "resume")
    return _provide(runbook, state, step) or Begin(step.id, "again")


def _undone(runbook: Runbook, state: State, step: Step) -> Step | None:
    """Of a resumed session: the first of a step's needs that has to be done once more."""
    if not state.resumes:
        return None
    needs = all_needs(runbook, step)
    return next(
        (
            need
            for need in runbook.steps
            if need.id in needs
            and need.id in state.steps
            and state.steps[need.id].tries
            and state.steps[need.id].outcome is None
        ),
        None,
    )


def _provide(runbook: Runbook, state: State, step: Step) -> Begin | Block | None:
    """What has to come before a step because it is gone; None where all are alive.

    A resource that the end of the program took is provided again, variables first.
    """
    for resource in state.resources.values():
        if (
            resource.left_behind
            and not resource.alive
            and _is_variable_of(state, resource, step)
            and not _failed_since(state, resource.step)
        ):
            return Begin(resource.step, "resume")
    dead = dead_need(runbook, state, step)
    if dead is None:
        return None
    if not dead.left_behind or _failed_since(state, dead.step):
        return Block(step.id, dead.name)
    return _provide(runbook, state, runbook.step(dead.step)) or Begin(dead.step, "resume")


def _is_variable_of(state: State, resource: Resource, step: Step) -> bool:
    """Whether the step ran with this variable: as a service, or after its fallback."""
    own = state.resources.get(step.id)
    ran_with = getattr(own.provided, "variables", ()) if own is not None else ()
    return resource.name in ran_with or any(
        event.step == step.id and event.body.to == resource.step for event in state.branches
    )


def _failed_since(state: State, step_id: str) -> bool:
    """Whether the step was tried again since the session was resumed, in vain."""
    step = state.steps[step_id]
    return step.tries[-1].seq > state.resumes[-1].seq and step.outcome not in (None, *GOOD_OUTCOMES)


def _rerun_is_done(state: State) -> bool:
    """Whether the one step that the session was taken up for again has its new outcome."""
    if state.resumes and state.resumes[-1].body.amend:
        return True
    if not state.resumes or not state.resumes[-1].body.rerun or state.again:
        return False
    step = state.step(str(state.resumes[-1].body.rerun))
    return (step.finished_seq or 0) > state.resumes[-1].seq and step.outcome is not None


def _passed(state: State, step_id: str) -> bool:
    step_state = state.steps.get(step_id)
    return step_state is not None and step_state.outcome in GOOD_OUTCOMES


def all_needs(runbook: Runbook, step: Step) -> set[str]:
    """The steps that a step needs, and those that they need."""
    needed: set[str] = set()
    ahead = list(step.needs)
    while ahead:
        need = ahead.pop()
        if need not in needed:
            needed.add(need)
            ahead += runbook.step(need).needs
    return needed


def dead_need(runbook: Runbook, state: State, step: Step) -> Resource | None:
    """A resource that the step hangs on and that is gone; None where all are alive.

    Services carry whatever hangs on them, however far; a bundle or a value only who takes it.
    """
    needs = all_needs(runbook, step)
    return next(
        (
            resource
            for resource in state.resources.values()
            if not resource.alive
            and resource.step in (needs if _is_service(resource) else step.needs)
        ),
        None,
    )


def _is_service(resource: Resource) -> bool:
    return isinstance(resource.provided, ServiceProvided | ServiceAdopted)


def _branch(runbook: Runbook, state: State, step: Step, step_state: StepState) -> Action:
    """On the way through a fallback: run it, restart what it says, go back to the caller."""
    assert step_state.branch is not None
    fallback = runbook.step(step_state.branch.to)
    there = state.steps.get(fallback.id)
    if there is None or there.outcome is None or there.tries[-1].seq < step_state.branch_seq:
        return Begin(fallback.id, "fallback", caller=step.id)
    if there.outcome is not Outcome.PASS:
        return Settle(step.id)
    for service in fallback.restart:
        if service not in state.resources:
            continue
        again = state.steps[service]
        if again.outcome is None or again.tries[-1].seq < there.tries[-1].seq:
            return Begin(service, "restart", caller=fallback.id)
        if again.outcome is not Outcome.PASS:
            return Settle(step.id)
    return _provide(runbook, state, step) or Begin(step.id, "return", caller=fallback.id)
