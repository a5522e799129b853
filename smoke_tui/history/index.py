"""The folders of recorded sessions, and the first and last events of each."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO, Final

from smoke_tui.config.session_config import SessionConfig
from smoke_tui.journal.events.decisions import SessionClosed
from smoke_tui.journal.events.event import Event, JournalDamageError, data_of, event_of, parse_line
from smoke_tui.journal.events.facts import SessionOpened
from smoke_tui.journal.events.kinds import SCHEMA
from smoke_tui.journal.file import MAX_LINE
from smoke_tui.journal.folders import JOURNAL, never_began
from smoke_tui.redaction.secret import Json
from smoke_tui.structs import Struct


class ClosedEnd(Struct, frozen=True):
    """The last line of a session that was closed; `verdict` as it is written there."""

    time: str
    verdict: str
    cancelled: bool
    commands_agreed: bool
    calls: int


class SessionEnds(Struct, frozen=True):
    """The facts of a session's first journal line, and of the last where it was closed.

    Records of earlier versions may lack some of them.
    """

    time: str
    runbook_id: str
    runbook_sha256: str
    config: SessionConfig
    tool: str | None
    closed: ClosedEnd | None


TAIL_BYTES: Final = 128 * 1024
"""What is read of the end of a journal for its last lines: most are shorter, and so read whole."""
_LAST_LINE_BYTES: Final = 8 * 1024
"""What is read for the last line alone; a longer one is read with `TAIL_BYTES`."""


class Tail(Struct, frozen=True):
    """The whole lines at the end of a journal; `whole`: they are all of its lines."""

    lines: tuple[bytes, ...]
    whole: bool


def ends(folder: Path) -> SessionEnds | None:
    """Read the first and the last event of a session; None: it is unreadable.

    A line of another form than this program writes is as unreadable as one without its checksum.
    A last line that was cut short does not count, here as elsewhere.
    """
    read = _read_ends(folder, _LAST_LINE_BYTES)
    return read[0] if read is not None else None


def ends_and_tail(folder: Path) -> tuple[SessionEnds, Tail] | None:
    """As `ends`, with the lines at the end of the journal."""
    return _read_ends(folder, TAIL_BYTES)


def _read_ends(folder: Path, most: int) -> tuple[SessionEnds, Tail] | None:
    try:
        with (folder / JOURNAL).open("rb") as file:
            first = _with_defaults(parse_line(file.readline(MAX_LINE)))
            begin, tail = _tail(file, most)
            if begin and len(tail) < 2:
                begin, tail = _tail(file, TAIL_BYTES)
    except (OSError, JournalDamageError):
        return None
    opened = first.body
    if not isinstance(opened, SessionOpened):
        return None
    session = SessionEnds(
        first.time,
        opened.runbook.id,
        opened.runbook.sha256,
        opened.program.config,
        opened.program.tool or None,
        _closed_end(tail[-1] if tail else b""),
    )
    # Where reading began inside a line, what is left of that one is no line.
    return session, Tail(tuple(tail[1:] if begin else tail), not begin)


def _tail(file: BinaryIO, most: int) -> tuple[int, list[bytes]]:
    """Where in a file its last `most` bytes begin, and the lines in them; the first may be cut."""
    begin = max(0, file.seek(0, os.SEEK_END) - most)
    file.seek(begin)
    return begin, file.read().split(b"\n")[:-1]


_LEAST: Final[Mapping[str, Json]] = {"schema": SCHEMA, "tool": "", "by": "", "host": ""}
_LEAST_OF_RUNBOOK: Final[Mapping[str, Json]] = {"path": "", "text": ""}
_LEAST_OF_CONFIG: Final[Mapping[str, Json]] = {
    name: value for name, value in SessionConfig().to_json().items() if name != "world"
}


def _with_defaults(event: Event) -> Event:
    """The first event, with defaults for what a list can do without."""
    data = data_of(event)
    runbook, config = data.get("runbook"), data.get("config")
    if event.kind != SessionOpened.kind or isinstance(event.body, SessionOpened):
        return event
    if not isinstance(runbook, dict) or not isinstance(config, dict):
        return event
    parts: dict[str, Json] = {
        "runbook": {**_LEAST_OF_RUNBOOK, **runbook},
        "config": {**_LEAST_OF_CONFIG, **config},
    }
    return event_of((event.seq, event.time, event.ms), event.kind, {**_LEAST, **data, **parts})


def _closed_end(line: bytes) -> ClosedEnd | None:
    """The facts of a last journal line; None where it does not close the session."""
    try:
        last = parse_line(line)
    except JournalDamageError:
        return None
    closed = last.body
    if not isinstance(closed, SessionClosed):
        return None
    return ClosedEnd(
        last.time,
        closed.verdict.value,
        bool(closed.cancelled),
        closed.commands_agreed,
        closed.calls,
    )


def session_folders(root: Path, *, unbegun: bool = False) -> Iterator[Path]:
    """The folders below `root` that hold a journal, newest name first.

    `unbegun`: also those of sessions that were killed before they had one.
    """
    try:
        names = sorted((p.name for p in root.iterdir() if p.is_dir()), reverse=True)
    except OSError:
        return
    for name in names:
        if (root / name / JOURNAL).is_file() or (unbegun and never_began(root / name)):
            yield root / name
