"""Log lines of events: at most one for each event."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from smoke_tui.config.questions import Verb
from smoke_tui.journal.events.decisions import (
    Captured,
    FindingRecorded,
    ResourceLost,
    RetryPlanned,
    RuleMatched,
    SessionClosed,
    SpendSettled,
    StepFinished,
    TryFinished,
    TryStarted,
)
from smoke_tui.journal.events.event import Event
from smoke_tui.journal.events.facts import (
    Answered,
    Cancelled,
    HealthChanged,
    HttpAnswered,
    ListenBusy,
    ListenForbidden,
    ListenHit,
    ListenIgnored,
    ListenReady,
    Noted,
    ProcessExited,
    ProcessOutput,
    ProcessStarted,
    SessionResumed,
)
from smoke_tui.journal.events.machine_facts import ClipboardOffered, PageOpened
from smoke_tui.journal.events.requests import HttpRequested, PageRequested, QuestionAsked, Requested
from smoke_tui.journal.state import State
from smoke_tui.presentation.causes import cause_of
from smoke_tui.presentation.format import address, duration, one_line
from smoke_tui.presentation.live.log_buffer import LogBuffer
from smoke_tui.presentation.marks import MARKS
from smoke_tui.presentation.report.exchanges import shows_reachable

ANSWER_TEXTS: Final[Mapping[str, str]] = {
    Verb.RUN: "run it",
    Verb.YES: "yes",
    Verb.NO: "no",
    Verb.DONE: "done",
    Verb.FINISH: "finish",
    Verb.WAIVE: "waive",
    Verb.AGAIN: "a step again",
    Verb.STOP: "finish",
    Verb.PASS: "pass",
    Verb.FAIL: "fail",
    Verb.BLOCKED: "blocked",
    Verb.FILE: "a file",
    Verb.CANCEL: "cancel",
    Verb.USE: "another model",
    Verb.KEEP: "call it all the same",
    Verb.CAPTURED: "what the Codex CLI sends",
    Verb.DECLINE: "I have none",
    Verb.PAGE: "the page says",
    Verb.PASTE: "where it ended",
    Verb.OTHER_HOST: "the other host",
    Verb.TEXT: "an answer",
    Verb.SECRET: "a secret",
    Verb.EXPECTED: "expected",
    Verb.REGRESSION: "regression",
    Verb.FALSE_POSITIVE: "false positive",
    Verb.LATER: "no class for now",
    Verb.PROMPT: "the prompt",
    Verb.TEMPLATE: "the template",
    Verb.FIXTURE: "a fixture",
    Verb.MODEL: "the model",
}


class EventLine(NamedTuple):
    """An event in one line, its style, and the key by which repetitions are recognized."""

    text: str
    style: str
    key: object = None


def narrate(log: LogBuffer, state: State, event: Event) -> None:
    """Append an event to the log, after it was folded into the state."""
    if isinstance(event.body, ProcessOutput):
        _write_output(log, state, event, event.body)
        return
    line = event_line(state, event)
    if line is not None:
        log.add(f"{event.time[11:19]} {line.text}", line.style, key=line.key, hang=9)


def _write_output(log: LogBuffer, state: State, event: Event, output: ProcessOutput) -> None:
    """Append a child's output, in another style if it is not the running step's."""
    running = next((s.id for s in state.steps.values() if s.running), event.step)
    style = "child" if event.step == running else "aside"
    log.add_text(("process", event.request_seq, output.source), output.text, style)
    if output.dropped:
        log.add(f"         ({output.dropped} bytes of output were left out)", "muted")


def event_line(state: State, event: Event) -> EventLine | None:
    """Render an event, after it was folded into the state; None if the log has no line for it."""
    match event.body:
        case TryStarted() as started:
            number = f" · try {event.attempt}" if (event.attempt or 1) > 1 else ""
            cause = cause_of(started.cause).word
            title = f"── {one_line(started.title, 80)}{number}{f' · {cause}' if cause else ''}"
            return EventLine(title, "head")
        case HttpAnswered() as answer:
            request = _request_of(state, event)
            return _http(request, answer) if isinstance(request, HttpRequested) else None
        case PageOpened(problem):
            request = _request_of(state, event)
            page = address(request.url) if isinstance(request, PageRequested) else "a page"
            if problem:
                return EventLine(f"the browser did not open {page}: {one_line(problem)}", "warn")
            return EventLine(f"opened {page}", "http")
        case ListenReady(port):
            return EventLine(f"waiting for the sign-in on port {port}", "http")
        case ListenHit(error):
            return EventLine(
                f"the sign-in came back{f': {one_line(error)}' if error else ''}", "http"
            )
        case ListenBusy(problem=why) | ListenForbidden(problem=why) | ListenIgnored(why):
            return EventLine(f"callback: {one_line(why)}", "warn")
        case ProcessStarted(argv=argv):
            return EventLine(f"$ {one_line(' '.join(argv), 160)}", "http")
        case ProcessExited(code):
            return EventLine(f"ended with {code}", "bad" if code else "http")
        case Answered() as answered:
            return _answered(_request_of(state, event), answered)
        case RuleMatched() as rule:
            outcome = f"go to {one_line(rule.goto, 60)}" if rule.goto else rule.outcome or ""
            return EventLine(f"→ the runbook's rule of line {rule.line}: {outcome}", "warn")
        case TryFinished(code=str(code), summary=summary):
            return EventLine(f"{code}: {one_line(summary)}", "bad")
        case StepFinished() as finished:
            mark = MARKS[finished.outcome.value]
            style = mark.tone if mark.tone in ("good", "bad") else "warn"
            # The summary of a failure has just been shown with its try.
            shown = finished.code is not None and event.attempt is not None
            summary = "" if shown else f": {one_line(finished.summary)}"
            return EventLine(f"{mark.glyph} {mark.word}{summary}", style)
        case SpendSettled(unknown=True):
            return EventLine("spent: a call whose cost is not known", "muted")
        case SpendSettled(input_tokens=int(sent), output_tokens=int(received)):
            return EventLine(f"spent: {sent:,} tokens in, {received:,} out", "muted")
        case ClipboardOffered(problem=problem) if problem:
            return EventLine(f"the credential could not be offered: {one_line(problem)}", "bad")
        case ClipboardOffered(how="cleared"):
            return EventLine("the credential was taken back", "http")
        case ClipboardOffered(how):
            return EventLine(f"the credential is ready: {one_line(how)}", "http")
        case HealthChanged(up=True):
            return EventLine(f"{one_line(event.step or '')} answers again", "http")
        case HealthChanged(problem=problem):
            name = one_line(event.step or "")
            return EventLine(f"{name} does not answer: {one_line(problem)}", "warn")
        case RetryPlanned(seconds):
            return EventLine(f"trying again in {duration(int(seconds * 1000))}", "warn")
        case FindingRecorded(message=message):
            return EventLine(f"worth a look: {one_line(message)}", "warn")
        case ResourceLost(name):
            return EventLine(f"{one_line(name)} has died", "bad")
        case Noted(text):
            return EventLine(f"note: {one_line(text, 400)}", "operator")
        case Cancelled(scope):
            return EventLine(f"stopped: the {one_line(scope)}", "warn")
        case Captured(name, value):
            return EventLine(f"{one_line(name, 40)} = {one_line(value, 80)}", "muted")
        case SessionResumed():
            return EventLine("── the session goes on", "head")
        case SessionClosed(verdict):
            return EventLine(f"── closed: {MARKS[verdict.value].word}", "head")
    return None


def _request_of(state: State, event: Event) -> Requested | None:
    """The request that an event answers."""
    request = state.requests.get(event.request_seq) if event.request_seq is not None else None
    body = request.body if request is not None else None
    return body if isinstance(body, Requested) else None


def _http(request: HttpRequested, answer: HttpAnswered) -> EventLine:
    method, where = request.method, address(request.url)
    status, error = answer.status, answer.error
    if status is None:
        return EventLine(f"{method} {where} → no answer ({error})", "muted", (method, where, error))
    # A probe's answer is what its step makes of it: only a call's refusal is bad by itself.
    style = "bad" if status >= 400 and method != "GET" else "http"
    meaning = "reachable" if shows_reachable(request, answer) else error
    return EventLine(
        f"{method} {where} → {status} in {answer.ms} ms{f' · {meaning}' if meaning else ''}",
        style,
        (method, where, status, error),
    )


def _answered(question: Requested | None, answered: Answered) -> EventLine:
    answer = answered.answer
    who = "you" if answer.by == "operator" else one_line(answer.by or "?", 20)
    label = question.about.get("label") if isinstance(question, QuestionAsked) else None
    about = f" {one_line(label, 60)}:" if label else ""
    text = ANSWER_TEXTS.get(answer.do, one_line(answer.do, 40) or "an answer")
    words = one_line(answer.words or answer.reason or answer.path or answer.model or "")
    return EventLine(f"{who}:{about} {text}{f' ({words})' if words else ''}", "operator")
