"""The folders of recorded sessions, and the first and last events of each."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from smoke_tui.config.session_config import SessionConfig
from smoke_tui.journal.events.codec import encode
from smoke_tui.journal.events.decisions import SessionClosed
from smoke_tui.journal.events.event import JournalDamageError, parse_line
from smoke_tui.journal.events.facts import SessionOpened
from smoke_tui.journal.file import (
    MAX_LINE,
)
from smoke_tui.journal.folders import JOURNAL, never_began
from smoke_tui.journal.line_forms import check_end


@dataclass(frozen=True, slots=True)
class ClosedEnd:
    """The last line of a session that was closed; `verdict` as it is written there."""

    time: str
    verdict: str
    cancelled: bool
    commands_agreed: bool


@dataclass(frozen=True, slots=True)
class SessionEnds:
    """What the first line of a session says, and the last where it was closed.

    Records of earlier versions may say less there than this program writes.
    """

    time: str
    runbook_id: str
    runbook_sha256: str
    config: SessionConfig
    tool: str | None
    closed: ClosedEnd | None


def ends(folder: Path) -> SessionEnds | None:
    """Read the first and the last event of a session; None: it is unreadable.

    A line of another form than this program writes is as unreadable as one without its checksum.
    A last line that was cut short does not count, here as elsewhere.
    """
    try:
        with (folder / JOURNAL).open("rb") as file:
            first = parse_line(file.readline(MAX_LINE))
            check_end(first)
            file.seek(0, os.SEEK_END)
            size = file.tell()
            file.seek(max(0, size - 65_536))
            last_line = file.read().rpartition(b"\n")[0].rpartition(b"\n")[2]
    except (OSError, JournalDamageError):
        return None
    if first.kind != SessionOpened.kind:
        return None
    opened = encode(first.body)
    runbook, config, tool = opened["runbook"], opened["config"], opened.get("tool")
    if not isinstance(runbook, Mapping) or not isinstance(config, Mapping):
        return None
    return SessionEnds(
        first.time,
        str(runbook["id"]),
        str(runbook["sha256"]),
        SessionConfig.from_json(config),
        str(tool) if tool is not None else None,
        _closed_end(last_line),
    )


def _closed_end(line: bytes) -> ClosedEnd | None:
    """What a last line says; None where it does not close the session."""
    try:
        last = parse_line(line)
        check_end(last)
    except JournalDamageError:
        return None
    if last.kind != SessionClosed.kind:
        return None
    closed = encode(last.body)
    return ClosedEnd(
        last.time,
        str(closed["verdict"]),
        bool(closed.get("cancelled")),
        bool(closed.get("commands_agreed")),
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
