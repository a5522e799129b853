"""State as a fold over events: the screen, the plan and the report are functions of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from smoke_tui.config.session_config import SessionConfig
from smoke_tui.journal.events.event import Event
from smoke_tui.journal.money import both
from smoke_tui.journal.state import Finding, Resource, State, Try
from smoke_tui.outcomes import Outcome, Verdict


def fold(events: Iterable[Event]) -> State:
    """The state after all of `events`."""
    state = State()
    for event in events:
        apply(state, event)
    return state


def apply(state: State, event: Event) -> None:
    """Let one event change the state. Unknown words change nothing but the clock."""
    state.events = event.seq + 1
    if event.time:
        state.now, state.now_ms = event.time, event.ms
    if "secrets" in event.data:
        _credential(state, event)
    handler = _HANDLERS.get(event.kind)
    if handler is not None:
        handler(state, event)


def _opened(state: State, event: Event) -> None:
    state.opened = event.data
    state.configs = [SessionConfig.from_json(event.data.get("config", {}))]
    state.commands_agreed = state.first_config.runbook_known
    state.session = str(event.data.get("session", ""))
    state.started = event.time


NOT_AMENDED: Final = "not-amended"
"""The finding that a step's outcome is none that the operator's word decides."""

_SAID: Final = ("answer", "why", "by")
UNDONE: Final = "Was done, and counts no more"
_NOTHING: Final[Mapping[str, Any]] = {}


def _must_be(value: Any, kind: Any) -> Any:
    """A value that reports rely on.

    Raises:
        TypeError: it is of another kind: somebody wrote it by hand.
    """
    if not isinstance(value, kind):
        raise TypeError(f"{type(value).__name__} where another kind belongs")
    return value


def _has(found: Mapping[str, Any], names: Iterable[str]) -> None:
    """
    Raises:
        KeyError: one of the names is not there.
    """
    for name in names:
        _must_be(found, Mapping)[name]


def _resumed(state: State, event: Event) -> None:
    """What lived in the program that ended is gone; what was written stays."""
    last = state.resumes[-1].data if state.resumes else state.opened
    config = _must_be(event.data.get("config", {}), Mapping)
    state.configs.append(SessionConfig.from_json(config) if config else state.config)
    project, amend = event.data.get("project"), event.data.get("amend")
    for found, names in ((project, ("revision", "dirty")), (amend, ("step", *_SAID))):
        if found is not None:
            _has(found, names)
    if event.data.get("host") != last.get("host"):
        # What was agreed to on one machine was not agreed to on another.
        state.commands_agreed = False
    state.resumes.append(event)
    # A word that was given and not yet taken in, because the program ended, is taken in now.
    state.amend = amend or state.amend
    if amend is None:
        state.cancelled = None
    elif state.closed is None:
        # An amendment ends a session no more than it was ended before.
        state.cancelled = "amended before its end"
    state.closed = state.verdict = None
    state.again = event.data.get("rerun")
    state.stopped = False
    state.questions.clear()
    for resource in state.resources.values():
        resource.left_behind |= resource.alive
        resource.alive = False
        resource.ailing = None
    _take_back(state, event.data.get("undone", ()))


def _undone(state: State, event: Event) -> None:
    _take_back(state, event.data["steps"], event.data.get("changed") or {})


def _take_back(state: State, names: Iterable[str], changed: Mapping[str, Any] = _NOTHING) -> None:
    """What came of steps counts no more, nor what was said of it afterwards."""
    for name in names:
        step = state.step(name)
        step.outcome = step.code = step.amended = None
        why = f": {changed[name]} has changed" if name in changed else ""
        step.summary = f"{UNDONE}{why}."


_ACCOUNTS: Final = ("account_id", "id_token.account_id", "access_token.account_id")


def _credential(state: State, event: Event) -> None:
    """Whose tokens came in, read as a bundle is read; a refresh changes no account."""
    found, attempt = event.data["secrets"], _current(state, event)
    if attempt is None or attempt.cause == "refresh":
        return
    for prefix in ("", "tokens."):
        if f"{prefix}access_token" in found:
            marks = (found.get(prefix + name) for name in _ACCOUNTS)
            mark = next((each["public"].get("mark") for each in marks if each), None)
            if mark:
                state.account = state.step(event.step or "").account = str(mark)
                state.account_from = event.step
            return


def _current(state: State, event: Event) -> Try | None:
    if event.step is None or event.attempt is None:
        return None
    tries = state.step(event.step).tries
    return next((attempt for attempt in reversed(tries) if attempt.n == event.attempt), None)


def _request(state: State, event: Event) -> None:
    state.requests[event.seq] = event
    if event.data["port"] == "operator":
        state.questions[event.seq] = event


def _release(state: State, event: Event) -> None:
    if event.request_seq is not None:
        state.questions.pop(event.request_seq, None)


def _answered(state: State, event: Event) -> None:
    question = (
        state.questions.pop(event.request_seq, None) if event.request_seq is not None else None
    )
    if question is None:
        return
    answer = event.data.get("answer", {})
    if answer.get("by") == "operator":
        state.waiting_ms += event.ms - question.ms
        state.waits.append((question.step, question.ms, event.ms))
    if answer.get("do") == "again":
        state.again = str(answer.get("step") or "")
    elif answer.get("do") == "stop":
        state.stopped = True
    if question.data["kind"] == "commands" and answer.get("do") == "yes":
        state.commands_agreed = True
    if question.data["kind"] == "attest" and answer.get("do") == "yes":
        state.attested.append(event)
    if question.data["kind"] in ("manual", "attest") and question.step is not None:
        state.step(question.step).word = question.data["kind"]


def _http(state: State, event: Event) -> None:
    attempt = _current(state, event)
    if event.request_seq is not None and event.request_seq in state.requests:
        state.exchanges[event.request_seq] = (state.requests[event.request_seq], event)
        if attempt is not None:
            attempt.exchanges.append(event.request_seq)


def _process(state: State, event: Event) -> None:
    attempt = _current(state, event)
    if event.data.get("what") == "output" and attempt is not None:
        attempt.output.add(str(event.data["text"]))


def _try_started(state: State, event: Event) -> None:
    step = state.step(event.step or "")
    if step.id not in state.order:
        state.order.append(step.id)
    step.kind = event.data.get("kind", "")
    step.tries.append(
        Try(
            event.attempt or 0,
            event.data["cause"],
            event.data.get("caller"),
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


def _amended(state: State, event: Event) -> None:
    """The former outcome counts no more; the one that follows from the word comes next."""
    Outcome(event.data["old"]["outcome"])
    _has(event.data, _SAID)
    state.amend = None
    state.amendments.append(event)
    step = state.step(event.step or "")
    step.amended, step.outcome, step.code = event, None, None
    step.summary = "Was amended; what follows from it is not in the record."


def _evidence(state: State, event: Event) -> None:
    attempt = _current(state, event)
    if attempt is not None:
        attempt.evidence.append((event.data["name"], event.data["value"]))
    if event.data["name"] == "quota":
        _windows(state, event.data["value"])


def _fault(state: State, event: Event) -> None:
    attempt = _current(state, event)
    if attempt is not None:
        attempt.evidence.append(("trace", event.data["trace"]))


def _finding(state: State, event: Event) -> None:
    if event.data["code"] == NOT_AMENDED:
        state.amend = None
    state.findings.append(
        Finding(event.step, event.data["code"], event.data["message"], event.data["remedy"])
    )


def _captured(state: State, event: Event) -> None:
    state.captured[event.data["name"]] = event.data["value"]


def _provided(state: State, event: Event) -> None:
    detail = {k: v for k, v in event.data.items() if k != "name"}
    state.resources[event.data["name"]] = Resource(
        event.data["name"], event.step or "", True, detail, seq=event.seq
    )


def _health(state: State, event: Event) -> None:
    for resource in state.resources.values():
        if resource.step == event.step:
            resource.ailing = None if event.data["up"] else str(event.data["problem"])


def _lost(state: State, event: Event) -> None:
    resource = state.resources.get(event.data["name"])
    if resource is not None:
        resource.alive = False


def _reserved(state: State, event: Event) -> None:
    attempt = _current(state, event)
    if attempt is not None:
        attempt.calls += event.data["calls"]
        attempt.kind = event.data.get("kind", "subscription")
        attempt.worst_usd = event.data.get("worst_usd")
        attempt.model = _must_be(event.data.get("model"), str | None)


def _settled(state: State, event: Event) -> None:
    attempt = _current(state, event)
    if attempt is not None:
        attempt.settled += 1
        attempt.usage = event.data if attempt.usage is None else both(attempt.usage, event.data)
    _windows(state, event.data.get("limits", ()))


def _windows(state: State, windows: Iterable[Mapping[str, Any]]) -> None:
    """Quota windows as they are now; what was seen first stays as before."""
    for window in windows:
        of = (window["window_minutes"], window.get("limit") or "")
        known = state.limits.setdefault(of, {**window, "before": window["used_percent"]})
        known["used_percent"] = window["used_percent"]
        known["resets_at"] = window["resets_at"]


def _try_finished(state: State, event: Event) -> None:
    attempt = _current(state, event)
    if attempt is not None:
        attempt.ended = event.ms
        attempt.code = event.data["code"]
        attempt.summary = event.data["summary"]
        attempt.error = event.data["error"]
        attempt.observed = event.data["observed"]


def _rule(state: State, event: Event) -> None:
    attempt = _current(state, event)
    if attempt is not None:
        attempt.rule = event.data


def _branch(state: State, event: Event) -> None:
    state.branches.append(event)
    step = state.step(event.step or "")
    step.pending, step.branch, step.branch_seq = "branch", event.data, event.seq


def _retry(state: State, event: Event) -> None:
    step = state.step(event.step or "")
    step.pending, step.delay = "retry", float(event.data["seconds"])
    step.retry_at = event.ms + int(step.delay * 1000)
    step.refresh = bool(event.data.get("refresh"))


def _step_finished(state: State, event: Event) -> None:
    step = state.step(event.step or "")
    if step.id not in state.order:
        state.order.append(step.id)
    step.outcome = Outcome(event.data["outcome"])
    step.code = _must_be(event.data["code"], str | None)
    step.summary = event.data["summary"]
    step.reason = event.data.get("reason")
    step.by = event.data.get("by")
    step.finished_seq = event.seq
    step.pending = None
    attempt = _current(state, event)
    if attempt is not None:
        attempt.outcome = step.outcome
    if event.attempt is None:
        # Waived or blocked without a try: what was said in an earlier one decided nothing here.
        step.word = None
        if state.again == step.id:
            state.again = None


def _cancelled(state: State, event: Event) -> None:
    if event.data["scope"] == "session":
        state.cancelled = str(event.data["why"])


def _closed(state: State, event: Event) -> None:
    state.verdict = Verdict(event.data["verdict"])
    state.closed = event


_HANDLERS: Final[Mapping[str, Callable[[State, Event], None]]] = {
    "session.opened": _opened,
    "session.resumed": _resumed,
    "session.closed": _closed,
    "request": _request,
    "release": _release,
    "answered": _answered,
    "http": _http,
    "process": _process,
    "health": _health,
    "fault": _fault,
    "cancelled": _cancelled,
    "try.started": _try_started,
    "try.finished": _try_finished,
    "evidence": _evidence,
    "finding": _finding,
    "captured": _captured,
    "provided": _provided,
    "resource.lost": _lost,
    "undone": _undone,
    "amended": _amended,
    "spend.reserved": _reserved,
    "spend.settled": _settled,
    "rule.matched": _rule,
    "branch.taken": _branch,
    "retry.planned": _retry,
    "step.finished": _step_finished,
    "noted": lambda state, event: state.notes.append(event),
}
