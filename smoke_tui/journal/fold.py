"""State as a fold over events: the screen, the plan and the report are functions of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from smoke_tui.config.questions import QUESTIONS, Verb
from smoke_tui.journal.events.battery_facts import BatteryAnswered, BatteryEnded, BatteryPaused
from smoke_tui.journal.events.body import Opaque
from smoke_tui.journal.events.decisions import (
    Amended,
    BatteryEvidence,
    BranchTaken,
    Captured,
    Evidence,
    FindingRecorded,
    OtherEvidence,
    Provided,
    QuotaEvidence,
    ResourceLost,
    RetryPlanned,
    RuleMatched,
    SessionClosed,
    SpendReserved,
    SpendReturned,
    SpendSettled,
    StepFinished,
    TryFinished,
    TryStarted,
    Undone,
)
from smoke_tui.journal.events.event import Event, EventOf, JournalDamageError, typed
from smoke_tui.journal.events.facts import (
    Answered,
    Cancelled,
    Faulted,
    HealthChanged,
    HttpAnswered,
    Noted,
    ProcessExited,
    ProcessOutput,
    SessionOpened,
    SessionResumed,
)
from smoke_tui.journal.events.requests import HttpRequested, QuestionAsked, Released, Requested
from smoke_tui.journal.fold_spend import count_spending, count_windows
from smoke_tui.journal.state import Battery, Finding, Resource, State, Try

NOT_AMENDED: Final = "not-amended"
"""The finding that a step's outcome is none that the operator's word decides."""

UNDONE: Final = "Was done, and counts no more"
_NOTHING: Final[Mapping[str, str]] = {}


def fold(events: Iterable[Event]) -> State:
    """The state after all of `events`."""
    state = State()
    for event in events:
        apply(state, event)
    return state


def apply(state: State, event: Event) -> None:
    """Let one event change the state. Kinds of a newer version change nothing but the clock.

    Raises:
        JournalDamageError: the event has not the form of its kind.
    """
    state.events = event.seq + 1
    if event.time:
        state.now, state.now_ms = event.time, event.ms
    if event.secrets:
        _credential(state, event)
    match event.body:
        case SessionOpened() as body:
            _opened(state, event, body)
        case SessionResumed() as body:
            _resumed(state, typed(event, body))
        case Requested() as body:
            _request(state, typed(event, body))
        case Released():
            state.questions.pop(event.request_seq or 0, None)
        case Answered() as body:
            _answered(state, typed(event, body))
        case HttpAnswered() as body:
            _http(state, typed(event, body))
        case BatteryAnswered() | BatteryPaused() | BatteryEnded() as body:
            count_spending(state, _current(state, event), body, event.ms)
        case ProcessOutput() as body:
            _output(state, event, body)
        case ProcessExited(code):
            _exited(state, event, code)
        case HealthChanged() as body:
            _health(state, event, body)
        case Evidence() as body:
            _evidence(state, event, body)
        case Faulted() as body:
            _evidence(state, event, OtherEvidence("trace", body.trace))
        case FindingRecorded() as body:
            _finding(state, event, body)
        case TryStarted() as body:
            _try_started(state, event, body)
        case TryFinished() as body:
            _try_finished(state, event, body)
        case RuleMatched() as body:
            _rule(state, event, body)
        case BranchTaken() as body:
            _branch(state, typed(event, body))
        case RetryPlanned() as body:
            _retry(state, event, body)
        case StepFinished() as body:
            _step_finished(state, event, body)
        case Captured() as body:
            state.captured[body.name] = body.value
        case Provided() as body:
            state.resources[body.name] = Resource(event.step or "", True, body, seq=event.seq)
        case ResourceLost(name) if name in state.resources:
            state.resources[name].alive = False
        case SpendReserved() | SpendReturned() | SpendSettled() as body:
            count_spending(state, _current(state, event), body, event.ms)
        case Undone() as body:
            _take_back(state, body.steps, body.changed)
        case Amended() as body:
            _amended(state, typed(event, body))
        case Cancelled(scope="session", why=why):
            state.cancelled = why
        case Noted() as body:
            state.notes.append(typed(event, body))
        case SessionClosed() as body:
            state.verdict, state.closed = body.verdict, typed(event, body)
        case Opaque(problem=str(problem)):
            raise JournalDamageError(f"event {event.seq} (`{event.kind}`): {problem}")


def _opened(state: State, event: Event, body: SessionOpened) -> None:
    state.opened = body
    state.configs = [body.program.config]
    state.commands_agreed = body.program.config.runbook_known
    state.session = body.session
    state.started = event.time


def _resumed(state: State, event: EventOf[SessionResumed]) -> None:
    """What lived in the program that ended is gone; what was written stays."""
    body = event.body
    if body.program.host != state.program.host:
        # What was agreed to on one machine was not agreed to on another.
        state.commands_agreed = False
    state.resumes.append(event)
    state.configs.append(body.program.config)
    # An answer that was amended and not yet taken in, because the program ended, is taken in now.
    state.amend = body.amend or state.amend
    if body.amend is None:
        state.cancelled = None
    elif state.closed is None:
        # An amendment ends a session no more than it was ended before.
        state.cancelled = "amended before its end"
    state.closed = state.verdict = None
    state.again = body.rerun
    state.stopped = False
    state.questions.clear()
    for resource in state.resources.values():
        resource.left_behind |= resource.alive
        resource.alive = False
        resource.ailing = None
    _take_back(state, body.undone)


def _take_back(state: State, names: Iterable[str], changed: Mapping[str, str] = _NOTHING) -> None:
    """Remove the outcomes of steps, and the amendments of them."""
    for name in names:
        step = state.step(name)
        step.outcome = step.code = step.amended = None
        why = f": {changed[name]} has changed" if name in changed else ""
        step.summary = f"{UNDONE}{why}."


_ACCOUNTS: Final = ("account_id", "id_token.account_id", "access_token.account_id")


def _credential(state: State, event: Event) -> None:
    """Whose tokens came in, read as a bundle is read; a refresh changes no account."""
    attempt = _current(state, event)
    if attempt is None or attempt.cause == "refresh":
        return
    for prefix in ("", "tokens."):
        if f"{prefix}access_token" in event.secrets:
            secrets = (event.secrets.get(prefix + name) for name in _ACCOUNTS)
            mark = next((secret.public.get("mark") for secret in secrets if secret), None)
            if mark:
                state.account = state.step(event.step or "").account = str(mark)
                state.account_from = event.step
            return


def _current(state: State, event: Event) -> Try | None:
    if event.step is None or event.attempt is None:
        return None
    tries = state.step(event.step).tries
    return next((attempt for attempt in reversed(tries) if attempt.n == event.attempt), None)


def _request(state: State, event: EventOf[Requested]) -> None:
    state.requests[event.seq] = event
    if isinstance(event.body, QuestionAsked):
        state.questions[event.seq] = typed(event, event.body)


def _answered(state: State, event: EventOf[Answered]) -> None:
    question = state.questions.pop(event.request_seq or 0, None)
    if question is None:
        return
    answer, kind = event.body.answer, question.body.question
    if answer.by == "operator":
        state.waiting_ms += event.ms - question.ms
        state.waits.append((question.step, question.ms, event.ms))
    if answer.do == Verb.AGAIN:
        state.again = answer.step or ""
    elif answer.do == Verb.STOP:
        state.stopped = True
    if kind == "commands" and answer.do == Verb.YES:
        state.commands_agreed = True
    if kind == "attest" and answer.do == Verb.YES:
        state.attested.append(event)
    if kind in QUESTIONS and QUESTIONS[kind].amendable and question.step is not None:
        state.step(question.step).word = kind


def _http(state: State, event: EventOf[HttpAnswered]) -> None:
    attempt = _current(state, event)
    request = state.requests.get(event.request_seq or 0)
    if request is not None and isinstance(request.body, HttpRequested):
        state.exchanges[request.seq] = (typed(request, request.body), event)
        if attempt is not None:
            attempt.exchanges.append(request.seq)


def _output(state: State, event: Event, body: ProcessOutput) -> None:
    attempt = _current(state, event)
    if attempt is not None:
        attempt.output.add(body.text, body.source)


def _exited(state: State, event: Event, code: int) -> None:
    attempt = _current(state, event)
    if attempt is not None:
        attempt.exit = code


def _health(state: State, event: Event, body: HealthChanged) -> None:
    for resource in state.resources.values():
        if resource.step == event.step:
            resource.ailing = None if body.up else str(body.problem)


def _evidence(state: State, event: Event, body: Evidence) -> None:
    attempt = _current(state, event)
    if attempt is not None:
        attempt.evidence.append(body)
        if isinstance(body, BatteryEvidence):
            attempt.battery = Battery(body.planned, event.ms)
    if isinstance(body, QuotaEvidence):
        count_windows(state, body.windows)


def _finding(state: State, event: Event, body: FindingRecorded) -> None:
    if body.code == NOT_AMENDED:
        state.amend = None
    state.findings.append(Finding(event.step, body.code, body.message, body.remedy))


def _try_started(state: State, event: Event, body: TryStarted) -> None:
    step = state.step(event.step or "")
    if step.id not in state.order:
        state.order.append(step.id)
    step.kind = body.step_kind
    step.tries.append(
        Try(
            event.attempt or 0,
            body.cause,
            body.caller,
            event.seq,
            event.ms,
            values=dict(state.captured),
            variables=state.variables,
            config=state.config,
        )
    )
    step.pending = step.outcome = step.word = step.amended = None
    step.account = state.account
    if state.again == step.id:
        state.again = None


def _try_finished(state: State, event: Event, body: TryFinished) -> None:
    attempt = _current(state, event)
    if attempt is not None:
        attempt.ended = event.ms
        attempt.code = body.code
        attempt.summary = body.summary
        attempt.error = body.error
        attempt.observed = body.observed


def _rule(state: State, event: Event, body: RuleMatched) -> None:
    attempt = _current(state, event)
    if attempt is not None:
        attempt.rule = body


def _branch(state: State, event: EventOf[BranchTaken]) -> None:
    state.branches.append(event)
    step = state.step(event.step or "")
    step.pending, step.branch, step.branch_seq = "branch", event.body, event.seq


def _retry(state: State, event: Event, body: RetryPlanned) -> None:
    step = state.step(event.step or "")
    step.pending, step.delay = "retry", float(body.seconds)
    step.retry_at = event.ms + int(step.delay * 1000)
    step.refresh = body.refresh


def _step_finished(state: State, event: Event, body: StepFinished) -> None:
    step = state.step(event.step or "")
    if step.id not in state.order:
        state.order.append(step.id)
    step.outcome = body.outcome
    step.code = body.code
    step.summary = body.summary
    step.reason = body.reason
    step.by = body.by
    step.finished_seq = event.seq
    step.pending = None
    attempt = _current(state, event)
    if attempt is not None:
        attempt.outcome = step.outcome
    if event.attempt is None:
        # Waived or blocked without a try: the answer in an earlier one did not decide the outcome.
        step.word = None
        if state.again == step.id:
            state.again = None


def _amended(state: State, event: EventOf[Amended]) -> None:
    """The former outcome counts no more; the one that follows from the answer comes next."""
    state.amend = None
    state.amendments.append(event)
    step = state.step(event.step or "")
    step.amended, step.outcome, step.code = event.body, None, None
    step.summary = "Was amended; what follows from it is not in the record."
