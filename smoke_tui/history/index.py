"""The folders of recorded sessions, and the first and last events of each."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from smoke_tui.journal.events.event import Event, JournalDamageError, parse_line
from smoke_tui.journal.file import (
    MAX_LINE,
)
from smoke_tui.journal.folders import JOURNAL, never_began
from smoke_tui.journal.line_forms import check_end


def ends(folder: Path) -> tuple[Event, Event | None] | None:
    """The first event and, where the session was closed, the last; None where unreadable.

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
    try:
        last = parse_line(last_line)
        check_end(last)
    except JournalDamageError:
        return first, None
    return first, last if last.kind == "session.closed" else None


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
