"""Reads what the home screen lists: runbooks, and the first and last events of sessions."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from smoke_tui.history.ends import ends
from smoke_tui.runbook import Runbook, load
from smoke_tui.session.configure import DEFAULT_RUNBOOK
from smoke_tui.session.missing_here import missing_here
from smoke_tui.tui.render.home import Entry, Recorded


def read_entries(paths: Sequence[Path], project: str) -> list[Entry]:
    """Parse runbooks; `project` is the folder that a live walk would run in.

    One that was parsed before is parsed again only when its file has changed.
    """
    entries = []
    for path in paths:
        try:
            info = path.stat()
            book, problem = _parsed(path, info.st_mtime_ns, info.st_size)
        except OSError as error:
            book, problem = None, error.strerror or str(error)
        missing = missing_here(book, project) if book is not None else ()
        entries.append(Entry(path, book, problem, missing))
    return entries


@lru_cache(maxsize=64)
def _parsed(path: Path, changed_ns: int, size: int) -> tuple[Runbook | None, str]:
    """A runbook's file as it was at this time, with this size in bytes; its first error."""
    parsed = load(path)
    errors = (finding for finding in parsed.diagnostics if finding.severity == "error")
    first = next(
        (f"line {each.line}:{each.col}: {each.code} {each.message}" for each in errors), ""
    )
    return parsed.runbook, first


def main_first(entries: Sequence[Entry]) -> list[Entry]:
    """The main runbook before all others."""
    return sorted(
        entries, key=lambda entry: entry.runbook is None or entry.runbook.id != DEFAULT_RUNBOOK
    )


def read_recorded(folder: Path) -> Recorded:
    """Read the first and the last event of a journal."""
    session = ends(folder)
    if session is None:
        return Recorded(folder)
    closed = session.closed
    return Recorded(
        folder,
        session.runbook_id,
        session.world,
        session.scenario or "",
        session.time,
        closed.verdict if closed is not None else "open",
        closed is None or closed.cancelled,
    )
