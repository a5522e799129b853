"""Committed sessions: copies of them, and views of them up to an event."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from smoke_tui.journal.events.event import Event
from smoke_tui.journal.file import read_journal
from smoke_tui.journal.folders import JOURNAL
from smoke_tui.journal.load import load_state
from smoke_tui.runbook import Runbook
from smoke_tui.session.session_view import SessionView
from tests.helpers.events import change_event, data_of
from tests.helpers.paths import TUI_RECORDS

DRIFT = "instructions-drift"


def keep(
    state_dir: Path,
    name: str,
    scenario: str = "edge-challenge",
    *,
    lines: int | None = None,
    verdict: str | None = None,
) -> Path:
    """Put a copy of a committed record into a state folder; `lines`: no more of it than so many,
    `verdict`: closed with that one.
    """
    folder = state_dir / "sessions" / name
    shutil.copytree(TUI_RECORDS / scenario, folder)
    for path in (state_dir, folder.parent, folder):
        path.chmod(0o700)
    journal = folder / JOURNAL
    kept = journal.read_bytes().splitlines(keepends=True)[:lines]
    if verdict is not None:
        last = read_journal(folder).events[-1]
        kept[-1] = change_event(last, data={**data_of(last), "verdict": verdict}).line()
    journal.write_bytes(b"".join(kept))
    return folder


def recorded(scenario: str = "edge-challenge") -> tuple[Runbook, list[Event]]:
    """A committed record: its runbook and its events."""
    journal, runbook, _ = load_state(TUI_RECORDS / scenario)
    return runbook, list(journal.events)


def run_until(wanted: Callable[[Event], bool], scenario: str = "edge-challenge") -> SessionView:
    """A committed record up to and with the first event that is wanted."""
    runbook, events = recorded(scenario)
    at = next(n for n, event in enumerate(events) if wanted(event))
    return SessionView.of_record(runbook, events[: at + 1])


def asking(kind: str, step: str | None = None) -> SessionView:
    """The session with a drift up to where this is asked."""
    return run_until(
        lambda e: (
            e.kind == "request"
            and data_of(e)["port"] == "operator"
            and data_of(e)["kind"] == kind
            and step in (None, e.step)
        ),
        DRIFT,
    )
