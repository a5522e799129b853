"""Log lines of events: at most one for each event."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from smoke_tui.config.questions import Verb
from smoke_tui.journal.events.event import Event
from smoke_tui.journal.state import State
from smoke_tui.presentation.causes import cause_of
from smoke_tui.presentation.format import address, duration, one_line
from smoke_tui.presentation.live.log_buffer import LogBuffer
from smoke_tui.presentation.marks import MARKS
from smoke_tui.runbook.model import Runbook

ANSWER_TEXTS: Final[Mapping[str, str]] = {
    Verb.RUN: "run it",
    Verb.YES: "yes",
    Verb.NO: "no",
    Verb.DONE: "done",
    Verb.FINISH: "finish",
    Verb.WAIVE: "waive",
    Verb.AGAIN: "a step again",
    Verb.STOP: "stop",
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
}
_WORDS: Final = ("words", "reason", "path", "model")
"""Fields of an answer that may hold the operator's words, in order of preference."""


def narrate(feed: LogBuffer, runbook: Runbook, state: State, event: Event) -> None:
    """Append an event to the log, after it was folded into the state."""
    if event.kind == "process" and event.data.get("what") == "output":
        _output(feed, state, event)
        return
    told = tell(runbook, state, event)
    if told is not None:
        text, style, key = told
        feed.add(f"{event.time[11:19]} {text}", style, key=key, hang=9)


Told = tuple[str, str, object] | None
"""A text, its style, and the key by which repetitions are recognized."""


def tell(runbook: Runbook, state: State, event: Event) -> Told:
    """Render an event, after it was folded into the state; None if the log has no line for it."""
    teller = _TELLERS.get(event.kind)
    return teller(runbook, state, event) if teller is not None else None


def _output(feed: LogBuffer, state: State, event: Event) -> None:
    """Append a child's output, in another style if it is not the running step's."""
    running = next((s.id for s in state.steps.values() if s.running), event.step)
    style = "child" if event.step == running else "aside"
    feed.pour(
        ("process", event.request_seq, event.data.get("source")), str(event.data["text"]), style
    )
    if event.data.get("dropped"):
        feed.add(f"         ({event.data['dropped']} bytes of output were left out)", "muted")


def _try(runbook: Runbook, state: State, event: Event) -> Told:
    cause = cause_of(event.data["cause"]).word
    number = f" · try {event.attempt}" if (event.attempt or 1) > 1 else ""
    return (
        f"── {one_line(event.data['title'], 80)}{number}{f' · {cause}' if cause else ''}",
        "head",
        None,
    )


def _http(runbook: Runbook, state: State, event: Event) -> Told:
    request = state.requests.get(event.request_seq if event.request_seq is not None else -1)
    if request is None:
        return None
    method, where = request.data["method"], address(str(request.data["url"]))
    status, error = event.data["status"], event.data["error"]
    if status is None:
        return f"{method} {where} → no answer ({error})", "muted", (method, where, error)
    rest = f" · {error}" if error else ""
    style = "bad" if status >= 400 else "http"
    return (
        f"{method} {where} → {status} in {event.data['ms']} ms{rest}",
        style,
        (method, where, status, error),
    )


def _browser(runbook: Runbook, state: State, event: Event) -> Told:
    request = state.requests.get(event.request_seq if event.request_seq is not None else -1)
    where = address(str(request.data["url"])) if request is not None else "a page"
    if event.data["problem"]:
        return f"the browser did not open {where}: {one_line(event.data['problem'])}", "warn", None
    return f"opened {where}", "http", None


def _listen(runbook: Runbook, state: State, event: Event) -> Told:
    what = event.data["what"]
    if what == "ready":
        return f"waiting for the sign-in on port {event.data['port']}", "http", None
    if what == "hit":
        said = event.data.get("error")
        return ("the sign-in came back" + (f": {one_line(said)}" if said else "")), "http", None
    problem = event.data.get("problem") or event.data.get("why") or what
    return f"callback: {one_line(problem)}", "warn", None


def _process(runbook: Runbook, state: State, event: Event) -> Told:
    what = event.data.get("what")
    if what == "started":
        return f"$ {one_line(' '.join(event.data['argv']), 160)}", "http", None
    if what == "exited":
        code = event.data.get("code")
        return f"ended with {code}", "http" if code == 0 else "bad", None
    return None


def _answered(runbook: Runbook, state: State, event: Event) -> Told:
    answer: Mapping[str, Any] = event.data.get("answer", {})
    who = "you" if answer.get("by") == "operator" else one_line(answer.get("by", "?"), 20)
    do = str(answer.get("do", ""))
    words = one_line(next(filter(None, map(answer.get, _WORDS)), ""))
    said = ANSWER_TEXTS.get(do, one_line(do, 40) or "an answer")
    question = state.requests.get(event.request_seq if event.request_seq is not None else -1)
    about = question.data["data"].get("label") if question is not None else None
    about = f" {one_line(about, 60)}:" if about else ""
    return f"{who}:{about} {said}{f' ({words})' if words else ''}", "said", None


def _rule(runbook: Runbook, state: State, event: Event) -> Told:
    to = event.data.get("goto") or event.data.get("outcome") or ""
    then = f"go to {one_line(to, 60)}" if event.data.get("goto") else one_line(to, 60)
    return (f"→ the runbook's rule of line {event.data['line']}: {then}", "warn", None)


def _finding(runbook: Runbook, state: State, event: Event) -> Told:
    return f"worth a look: {one_line(event.data['message'])}", "warn", None


def _try_finished(runbook: Runbook, state: State, event: Event) -> Told:
    code = event.data["code"]
    if code is None:
        return None
    return f"{code}: {one_line(event.data['summary'])}", "bad", None


def _finished(runbook: Runbook, state: State, event: Event) -> Told:
    mark = MARKS[event.data["outcome"]]
    style = mark.tone if mark.tone in ("good", "bad") else "warn"
    # The words of a failure have just been told by its try.
    told = event.data["code"] is not None and event.attempt is not None
    words = "" if told else f": {one_line(event.data['summary'])}"
    return f"{mark.glyph} {mark.word}{words}", style, None


def _spent(runbook: Runbook, state: State, event: Event) -> Told:
    if event.data.get("unknown"):
        return "spent: a call whose cost is not known", "muted", None
    tokens = event.data.get("input_tokens"), event.data.get("output_tokens")
    if None in tokens:
        return None
    return f"spent: {tokens[0]:,} tokens in, {tokens[1]:,} out", "muted", None


def _offered(runbook: Runbook, state: State, event: Event) -> Told:
    if event.data["problem"]:
        problem = one_line(event.data["problem"])
        return f"the credential could not be offered: {problem}", "bad", None
    if event.data["how"] == "cleared":
        return "the credential was taken back", "http", None
    return f"the credential is ready: {one_line(event.data['how'])}", "http", None


def _health(runbook: Runbook, state: State, event: Event) -> Told:
    name = one_line(event.step or "")
    if event.data["up"]:
        return f"{name} answers again", "http", None
    return f"{name} does not answer: {one_line(event.data['problem'])}", "warn", None


_TELLERS: Final[Mapping[str, Callable[[Runbook, State, Event], Told]]] = {
    "try.started": _try,
    "http": _http,
    "browser": _browser,
    "listen": _listen,
    "process": _process,
    "answered": _answered,
    "rule.matched": _rule,
    "finding": _finding,
    "try.finished": _try_finished,
    "step.finished": _finished,
    "spend.settled": _spent,
    "session.resumed": lambda r, s, e: ("── the session goes on", "head", None),
    "clipboard": _offered,
    "health": _health,
    "retry.planned": lambda r, s, e: (
        f"trying again in {duration(int(e.data['seconds'] * 1000))}",
        "warn",
        None,
    ),
    "resource.lost": lambda r, s, e: (f"{one_line(e.data['name'])} has died", "bad", None),
    "noted": lambda r, s, e: (f"note: {one_line(e.data['text'], 400)}", "said", None),
    "cancelled": lambda r, s, e: (f"stopped: the {one_line(e.data['scope'])}", "warn", None),
    "captured": lambda r, s, e: (
        f"{one_line(e.data['name'], 40)} = {one_line(e.data['value'], 80)}",
        "muted",
        None,
    ),
    "session.closed": lambda r, s, e: (f"── closed: {MARKS[e.data['verdict']].word}", "head", None),
}
