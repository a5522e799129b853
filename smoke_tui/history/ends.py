"""The first and the last event of a recorded session: what most lists say of it is there.

The lines of most sessions have one of a few forms: the keys and the types of all values in them. Of a
form that the reader of events has taken once, a line's facts are read from its JSON; the reader reads
all others. Both find the same: no value of these lines is refused but for its type, a verdict aside.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Hashable, Mapping
from pathlib import Path
from typing import Any, Final

from smoke_tui.config.session_config import SessionConfig, calls_the_provider
from smoke_tui.journal.events.decisions import SessionClosed
from smoke_tui.journal.events.event import (
    Event,
    JournalDamageError,
    checked_json,
    data_of,
    event_of,
    parse_line,
)
from smoke_tui.journal.events.facts import SessionOpened
from smoke_tui.journal.events.kinds import SCHEMA
from smoke_tui.journal.file import MAX_LINE
from smoke_tui.journal.folders import JOURNAL
from smoke_tui.outcomes import Verdict
from smoke_tui.redaction.secret import Json
from smoke_tui.structs import Struct


class ClosedEnd(Struct, frozen=True):
    """The last line of a session that was closed; `verdict` as it is written there.

    `steps` are the outcomes by step; records of earlier builds may have none.
    """

    time: str
    verdict: str
    cancelled: bool
    commands_agreed: bool
    calls: int
    steps: Mapping[str, str]


class SessionEnds(Struct, frozen=True):
    """The facts of a session's first journal line, and of the last where it was closed.

    Records of earlier versions may lack some of them.
    """

    time: str
    runbook_id: str
    runbook_sha256: str
    world: str
    scenario: str | None
    codex_url: str
    only: str | None
    start_from: str | None
    tool: str | None
    closed: ClosedEnd | None

    @property
    def real_provider(self) -> bool:
        """Whether its calls went to the provider's own hosts; only such a session proves anything."""
        return calls_the_provider(self.world, self.codex_url)


class Tail(Struct, frozen=True):
    """The whole lines at the end of a journal; `whole`: they are all of its lines."""

    content: bytes
    whole: bool


NO_TAIL: Final = Tail(b"", whole=False)


def ends(folder: Path) -> SessionEnds | None:
    """Read the first and the last event of a session; None: it is unreadable.

    A line of another form than this program writes is as unreadable as one without its checksum.
    A last line that was cut short does not count, here as elsewhere.
    """
    read = ends_and_tail(folder, lambda session: False)
    return read[0] if read is not None else None


def ends_and_tail(
    folder: Path, wants_tail: Callable[[SessionEnds], bool]
) -> tuple[SessionEnds, Tail] | None:
    """As `ends`, with the lines at the end of the same file where its ends tell to read them."""
    try:
        fd = os.open(f"{folder}/{JOURNAL}", os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        try:
            size = os.fstat(fd).st_size
            session = _opened_end(_first_line(fd), _closed_end(_last_line(fd, size)))
            if session is None:
                return None
            return session, _tail(fd, size) if wants_tail(session) else NO_TAIL
        finally:
            os.close(fd)
    except (OSError, JournalDamageError):
        return None


# --- the lines --------------------------------------------------------------------------------

_FIRST_BYTES: Final = 16 * 1024
"""What is read for the first line, and where that is longer: `MAX_LINE`."""
_TAIL_BYTES: Final = 128 * 1024
"""What is read of the end of a journal for its last lines: most are shorter, and so read whole."""
_LAST_BYTES: Final = (8 * 1024, _TAIL_BYTES)
"""What is read for the last line alone, and where that is longer."""


def _first_line(fd: int) -> bytes:
    content = os.pread(fd, _FIRST_BYTES, 0)
    if b"\n" not in content:
        content = os.pread(fd, MAX_LINE, 0)
    return content.partition(b"\n")[0]


def _last_line(fd: int, size: int) -> bytes:
    """The last whole line; the end of it, where it is very long."""
    line = b""
    for most in _LAST_BYTES:
        begin = max(0, size - most)
        content = os.pread(fd, size - begin, begin)
        end = content.rfind(b"\n")
        start = content.rfind(b"\n", 0, max(end, 0)) + 1
        line = content[start:end] if end >= 0 else b""
        if start or not begin:
            break
    return line


def _tail(fd: int, size: int) -> Tail:
    begin = max(0, size - _TAIL_BYTES)
    content = os.pread(fd, size - begin, begin)
    # Where reading began inside a line, what is left of that one is no line.
    start = content.find(b"\n") + 1 if begin else 0
    return Tail(content[start : content.rfind(b"\n") + 1], not begin)


# --- their forms ------------------------------------------------------------------------------

_MOST_FORMS: Final = 1024
_DEEPEST: Final = 8
_NESTED: Final = (dict, list)

_OPENED_FORMS: Final[set[Hashable]] = set()
_CLOSED_FORMS: Final[set[Hashable]] = set()
_VERDICTS: Final = frozenset(verdict.value for verdict in Verdict)


def _form_of(value: dict[str, Json] | list[Json], depth: int = _DEEPEST) -> Hashable:
    """The keys and types of a JSON value, through and through; a deep one equals no other."""
    if not depth:
        return object()
    keys, items = (tuple(value), value.values()) if isinstance(value, dict) else ((), value)
    kinds = tuple(map(type, items))
    if dict not in kinds and list not in kinds:
        return keys, kinds
    inner = [_form_of(item, depth - 1) for item in items if isinstance(item, _NESTED)]
    return keys, kinds, tuple(inner)


def _table(line: bytes) -> dict[str, Any]:
    """The JSON table of a line; an empty one where it is no table.

    Raises:
        JournalDamageError: the line is damaged.
    """
    raw = checked_json(line)
    return raw if isinstance(raw, dict) else {}


def _remember(forms: set[Hashable], form: Hashable) -> None:
    if len(forms) < _MOST_FORMS:
        forms.add(form)


# --- the first line ---------------------------------------------------------------------------

_LEAST: Final[Mapping[str, Json]] = {"schema": SCHEMA, "tool": "", "by": "", "host": ""}
_LEAST_OF_RUNBOOK: Final[Mapping[str, Json]] = {"path": "", "text": ""}
_LEAST_OF_CONFIG: Final[Mapping[str, Json]] = {
    name: value for name, value in SessionConfig().to_json().items() if name != "world"
}


def _opened_end(line: bytes, closed: ClosedEnd | None) -> SessionEnds | None:
    """The facts of a first journal line, with those of the last; None: it opens no session.

    Raises:
        JournalDamageError: the line is damaged.
    """
    raw = _table(line)
    form = _form_of(raw) if raw.get("ev") == SessionOpened.kind else None
    if form in _OPENED_FORMS:
        return _opened_in(raw, closed)
    first = _with_defaults(parse_line(line))
    opened = first.body
    if not isinstance(opened, SessionOpened):
        return None
    config = opened.program.config
    session = SessionEnds(
        first.time,
        opened.runbook.id,
        opened.runbook.sha256,
        config.world,
        config.scenario,
        config.codex_url,
        config.only,
        config.start_from,
        opened.program.tool or None,
        closed,
    )
    if _opened_in(raw, closed) == session:
        _remember(_OPENED_FORMS, form)
    return session


def _opened_in(raw: Mapping[str, Any], closed: ClosedEnd | None) -> SessionEnds | None:
    """The same from JSON; None where a key is missing."""
    data = raw["data"]
    try:
        runbook, config = data["runbook"], data["config"]
        return SessionEnds(
            raw["t"],
            runbook["id"],
            runbook["sha256"],
            config["world"],
            config["scenario"],
            config["codex_url"],
            config["only"],
            config["start_from"],
            data["tool"] or None,
            closed,
        )
    except KeyError:
        return None


def _with_defaults(event: Event) -> Event:
    """The first event, with defaults for what a list can do without."""
    if event.kind != SessionOpened.kind or isinstance(event.body, SessionOpened):
        return event
    data = data_of(event)
    runbook, config = data.get("runbook"), data.get("config")
    if not isinstance(runbook, dict) or not isinstance(config, dict):
        return event
    parts: dict[str, Json] = {
        "runbook": {**_LEAST_OF_RUNBOOK, **runbook},
        "config": {**_LEAST_OF_CONFIG, **config},
    }
    return event_of((event.seq, event.time, event.ms), event.kind, {**_LEAST, **data, **parts})


# --- the last line ----------------------------------------------------------------------------


def _closed_end(line: bytes) -> ClosedEnd | None:
    """The facts of a last journal line; None where it does not close the session."""
    try:
        raw = _table(line)
        if raw.get("ev") != SessionClosed.kind:
            return None
        form = _form_of(raw)
        if form in _CLOSED_FORMS and raw["data"]["verdict"] in _VERDICTS:
            return _closed_in(raw)
        last = parse_line(line)
    except JournalDamageError:
        return None
    closed = last.body
    if not isinstance(closed, SessionClosed):
        return None
    end = ClosedEnd(
        last.time,
        closed.verdict.value,
        bool(closed.cancelled),
        closed.commands_agreed,
        closed.calls,
        closed.steps,
    )
    if _closed_in(raw) == end:
        _remember(_CLOSED_FORMS, form)
    return end


def _closed_in(raw: Mapping[str, Any]) -> ClosedEnd | None:
    """The same from JSON; None where a key is missing."""
    data = raw["data"]
    try:
        return ClosedEnd(
            raw["t"],
            data["verdict"],
            bool(data["cancelled"]),
            data["commands_agreed"],
            data["calls"],
            data["steps"],
        )
    except KeyError:
        return None
