"""The choices that answer the open question now."""

from __future__ import annotations

from smoke_tui.config.questions import LOGIN, QUESTIONS, Choice, Verb
from smoke_tui.failure_codes.code import NextAction
from smoke_tui.outcomes import BAD_OUTCOMES
from smoke_tui.presentation.format import one_line
from smoke_tui.presentation.live.money import used_up
from smoke_tui.presentation.live.snapshot import Snapshot, name_of, next_actions
from smoke_tui.runbook.model import Step
from smoke_tui.structs import replace


def choices(snapshot: Snapshot) -> tuple[Choice, ...]:
    """Return the choices that answer the open question now."""
    question = snapshot.question
    if question is None or snapshot.leaving:
        return ()
    kind = QUESTIONS.get(question.body.question)
    open_choices = [
        _worded(snapshot, c) for c in (kind.choices if kind else ()) if _open(snapshot, c)
    ]
    if snapshot.failed is not None:
        # After a failure the likeliest next thing comes first.
        likely = _likely(snapshot)
        open_choices.sort(
            key=lambda c: likely.index(c.special) if c.special in likely else len(likely)
        )
    return tuple(open_choices)


def _likely(snapshot: Snapshot) -> tuple[str, ...]:
    """Return the choices that the failure's code makes likely, the likeliest first."""
    if login_target(snapshot) is not None:
        return "login", "retry"
    actions = next_actions(snapshot)
    return ("retry",) if NextAction.RETRY in actions or not actions else ()


def _open(snapshot: Snapshot, choice: Choice) -> bool:
    if choice.special == "retry":
        target = retry_target(snapshot)
        return target is not None and no_further_try(snapshot, target) is None
    if choice.special == "finish":
        return any(snapshot.of(step).outcome is not None for step in snapshot.steps)
    if choice.special == "login":
        return login_target(snapshot) is not None
    if choice.special == "copy_credential":
        return snapshot.can_copy
    about = snapshot.question.body.about if snapshot.question is not None else {}
    if choice.do is Verb.WAIVE:
        # What the session is for is not waived away.
        return not about.get("proof")
    if choice.do is Verb.KEEP:
        # There may be no model that could be kept.
        return about.get("wanted") is not None
    if choice.do is Verb.CAPTURED:
        return about.get("captured") is not None
    return True


def _worded(snapshot: Snapshot, choice: Choice) -> Choice:
    """The choice with a label that fits the moment: "it" has to mean one thing only."""
    if choice.do is Verb.RUN and snapshot.failed is not None:
        return replace(choice, label="go on")
    about = snapshot.question.body.about if snapshot.question is not None else {}
    if choice.do is Verb.WAIVE:
        step = snapshot.runbook.step(str(about["step"]))
        return replace(choice, label=f"waive {snapshot.number(step)} {name_of(step)}")
    if choice.do is Verb.KEEP and about.get("wanted"):
        return replace(choice, label=f"call {one_line(about['wanted'], 60)} all the same")
    if choice.do is Verb.YES and about.get("runs"):
        return replace(choice, label="run it")
    if choice.do is Verb.YES and about.get("calls_left"):
        return replace(choice, label="make the calls")
    target = retry_target(snapshot)
    if choice.special == "retry" and target is not None:
        step = snapshot.runbook.step(target)
        if step.kind == "login":
            return replace(choice, label=LOGIN.label)
        if target != snapshot.shown.id or snapshot.next_step is not None:
            return replace(choice, label=f"try step {snapshot.number(step)} again")
    return choice


def retry_target(snapshot: Snapshot) -> str | None:
    """Return the step that `r` would try again.

    It is the service that the shown step has lost, else the shown step if it has ended, else the
    first step whose failure still counts.
    """
    if snapshot.of(snapshot.shown).code == "service-died":
        dead = {r.name for r in snapshot.state.resources.values() if not r.alive}
        lost = next((s.id for s in snapshot.steps if s.kind == "service" and s.id in dead), None)
        if lost is not None:
            return lost
    if _ended(snapshot, snapshot.shown):
        return snapshot.shown.id
    bad_steps = (step for step in snapshot.steps if snapshot.of(step).outcome in BAD_OUTCOMES)
    return next((step.id for step in bad_steps if _ended(snapshot, step)), None)


def no_further_try(snapshot: Snapshot, step_id: str) -> str | None:
    """Return why a step can't be tried again: its cap leaves no call; None where it can."""
    step = snapshot.runbook.step(step_id)
    return used_up(snapshot.runbook, step, snapshot.of(step))


def login_target(snapshot: Snapshot) -> str | None:
    """Return the login that a new try of the shown step needs first; None if it needs none."""
    step = snapshot.shown
    step_state = snapshot.of(step)
    if step_state.outcome not in BAD_OUTCOMES or NextAction.LOG_IN not in next_actions(snapshot):
        return None
    return next(
        (
            s.id
            for s in snapshot.steps
            if s.kind == "login" and s.id != step.id and _ended(snapshot, s)
        ),
        None,
    )


def _ended(snapshot: Snapshot, step: Step) -> bool:
    step_state = snapshot.of(step)
    return (
        not step.fallback
        and step_state.outcome is not None
        and bool(step_state.tries or step_state.outcome in BAD_OUTCOMES)
    )
