"""What happened in recorded sessions, a row each: verdict, failure code, scenario, spend."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Final, Literal

from smoke_tui.history.ends import ClosedEnd, SessionEnds, Tail, ends, ends_and_tail
from smoke_tui.history.index import session_folders
from smoke_tui.journal.events.decisions import StepFinished
from smoke_tui.journal.events.event import OTHER_FORM_ERRORS, JournalDamageError, parse_line
from smoke_tui.journal.fold import fold
from smoke_tui.journal.folders import JOURNAL, never_began
from smoke_tui.journal.spend import Spend, spend_of
from smoke_tui.journal.state import State
from smoke_tui.outcomes import BAD_OUTCOMES, Verdict
from smoke_tui.regex import regex
from smoke_tui.structs import Struct

Condition = Literal["closed", "incomplete", "running", "empty", "unreadable"]
"""How a record ends: with a verdict, or so that it can be resumed; open in a program just now;
killed before its first line; not readable."""

FAILED: Final = (Verdict.FAIL.value, Verdict.ERROR.value)


class Failure(Struct, frozen=True):
    """The worst step that did not show what it should: its id and its code, where it has one."""

    step: str
    code: str | None


class Summary(Struct, frozen=True):
    """One recorded session. What can't be read of it is None or empty.

    `verdict` is the recorded one, None while there is none. `started` and `finished` are ISO 8601,
    UTC. `resumable`: `smoke-tui resume` goes on with it. `failure` and `calls` of a session that was
    closed are those of its last line, as its verdict is. `spend` is None where it was not asked for,
    and of a long record, of which only the end is read.
    """

    session: str
    condition: Condition
    runbook: str | None = None
    world: str | None = None
    scenario: str | None = None
    verdict: str | None = None
    started: str | None = None
    finished: str | None = None
    resumable: bool = False
    failure: Failure | None = None
    spend: Spend | None = None
    calls: int | None = None


class Wanted(Struct, frozen=True):
    """Which sessions are asked for; `most` 0 or None: all of them.

    `tokens`: also what calls used that cost nothing, those of rehearsals; the last line has only
    their number, so that the lines before it are read.
    """

    runbook: str | None = None
    since: datetime | None = None
    failed: bool = False
    incomplete: bool = False
    live: bool = False
    most: int | None = None
    tokens: bool = True

    @property
    def everything(self) -> bool:
        """Whether nothing is left out but by number."""
        return not (self.runbook or self.since or self.failed or self.incomplete or self.live)


def summaries(root: Path, wanted: Wanted) -> Iterator[Summary]:
    """The sessions below `root` that are asked for, the newest first; each is read once it is due.

    All are looked at, whatever their names say: a name can be changed, and a clock be wrong.
    """
    count = 0
    for folder in session_folders(root, unbegun=True):
        if wanted.most and count >= wanted.most:
            return
        read = ends_and_tail(folder, lambda session: _reads_tail(session, wanted))
        if read is None:
            if wanted.everything:
                count += 1
                yield Summary(folder.name, "empty" if never_began(folder) else "unreadable")
        elif _is_wanted(read[0], wanted):
            count += 1
            yield _summary(folder, *read, wanted)


def counted(root: Path, wanted: Wanted) -> int:
    """How many sessions there are of those asked for, the number left aside; reads only their ends."""
    folders = session_folders(root, unbegun=True)
    if wanted.everything:
        return sum(1 for _ in folders)
    sessions = (ends(folder) for folder in folders)
    return sum(1 for session in sessions if session is not None and _is_wanted(session, wanted))


def newest_incomplete(root: Path) -> str | None:
    """The id of the newest session that can be resumed; None: there is none."""
    wanted = Wanted(incomplete=True)
    for folder in session_folders(root):
        session = ends(folder)
        if session is None or not _is_wanted(session, wanted):
            continue
        if session.closed is not None or not _is_open_elsewhere(folder):
            return folder.name
    return None


def _is_wanted(session: SessionEnds, wanted: Wanted) -> bool:
    closed = session.closed
    return (
        (wanted.runbook is None or session.runbook_id == wanted.runbook)
        and (wanted.since is None or _began_since(session, wanted.since))
        and (not wanted.failed or (closed is not None and closed.verdict in FAILED))
        and (not wanted.incomplete or closed is None or closed.cancelled)
        and (not wanted.live or session.world == "live")
    )


def _began_since(session: SessionEnds, since: datetime) -> bool:
    """Whether it began at that time or later, as far as can be told: what is no time is listed."""
    try:
        return datetime.fromisoformat(session.time) >= since
    except (ValueError, TypeError):
        return True


def _is_folded(session: SessionEnds, wanted: Wanted) -> bool:
    """Whether its ends do not tell all that is asked for."""
    closed = session.closed
    if closed is None or not closed.steps or wanted.tokens:
        return True
    return closed.calls > 0 and session.world != "rehearsed"


def _reads_tail(session: SessionEnds, wanted: Wanted) -> bool:
    return _is_wanted(session, wanted) and (
        _is_folded(session, wanted) or _worst(session.closed) is not None
    )


def _summary(folder: Path, session: SessionEnds, tail: Tail, wanted: Wanted) -> Summary:
    closed = session.closed
    running = closed is None and _is_open_elsewhere(folder)
    state = _state_of(tail, closed) if _is_folded(session, wanted) else None
    worst = _worst(closed)
    if worst is not None:
        failure: Failure | None = Failure(worst, _code_of(worst, tail))
    elif closed is not None and closed.steps:
        failure = None
    else:
        failure = failure_of(state) if state is not None else None
    return Summary(
        folder.name,
        "running" if running else "incomplete" if closed is None else "closed",
        session.runbook_id,
        session.world,
        session.scenario,
        closed.verdict if closed is not None else None,
        session.time,
        closed.time if closed is not None else None,
        not running and (closed is None or closed.cancelled),
        failure,
        spend_of(state) if state is not None and tail.whole else None,
        closed.calls if closed is not None else None,
    )


# --- the last line ----------------------------------------------------------------------------

_SEVERITY: Final = {outcome.value: rank for rank, outcome in enumerate(BAD_OUTCOMES)}


def _worst(closed: ClosedEnd | None) -> str | None:
    """The worst step that a last line names, the first of several; None where none is bad."""
    if closed is None:
        return None
    bad = [step for step, outcome in closed.steps.items() if outcome in _SEVERITY]
    return min(bad, key=lambda step: _SEVERITY[closed.steps[step]], default=None)


# --- the lines before it ----------------------------------------------------------------------

_SPENDING: Final = (
    rb'"ev":"(?:try\.started|spend\.|battery|evidence".{0,120}"name":"(?:battery|quota)"'
)
_SPEND: Final = regex(_SPENDING + b")")
"""Events that spend follows from."""
_OUTCOMES_AND_SPEND: Final = regex(_SPENDING + rb"|session\.|try\.|step\.|undone|amended)")
"""Events that also outcomes follow from; no others are read."""
_HEAD_BYTES: Final = 200
"""Where in a line its kind stands, and the name of evidence."""


def _state_of(tail: Tail, closed: ClosedEnd | None) -> State | None:
    """The state as far as its last line does not tell it; None: a line can't be read."""
    counted = _SPEND if closed is not None and closed.steps else _OUTCOMES_AND_SPEND
    lines = tail.content.split(b"\n")[:-1]
    try:
        return fold(parse_line(line) for line in lines if counted.search(line, 0, _HEAD_BYTES))
    except OTHER_FORM_ERRORS:
        return None


def _code_of(step: str, tail: Tail) -> str | None:
    """The code that a step last ended with; None where it had none, or its line is not there."""
    at = tail.content.rfind(f'"ev":"{StepFinished.kind}","step":{json.dumps(step)},'.encode())
    if at < 0:
        return None
    start = tail.content.rfind(b"\n", 0, at) + 1
    try:
        event = parse_line(tail.content[start : tail.content.find(b"\n", at)])
    except JournalDamageError:
        return None
    finished = event.body
    return finished.code if isinstance(finished, StepFinished) and event.step == step else None


def failure_of(state: State) -> Failure | None:
    """The worst step of a session, the first of several; None where none is bad."""
    bad = [step for step in state.steps.values() if step.outcome in BAD_OUTCOMES]
    worst = min(bad, key=lambda step: BAD_OUTCOMES.index(step.outcome), default=None)
    return Failure(worst.id, worst.code) if worst is not None else None


def _is_open_elsewhere(folder: Path) -> bool:
    """Whether a program has the journal open for writing: it holds a lock on it."""
    try:
        fd = os.open(folder / JOURNAL, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return False
    try:
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    finally:
        os.close(fd)
    return False
