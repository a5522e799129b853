"""How long steps usually take here, from the sessions that were recorded on this machine."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from statistics import median
from typing import Final

from smoke_tui.files import StorageError
from smoke_tui.history.ends import ends
from smoke_tui.history.index import session_folders
from smoke_tui.journal.file import read_journal
from smoke_tui.journal.fold import fold
from smoke_tui.journal.folders import JOURNAL
from smoke_tui.journal.state import State, TypicalDuration
from smoke_tui.outcomes import Outcome

NEWEST: Final = 10
LONGEST_JOURNAL: Final = 4 * 1024 * 1024
"""Bytes; a longer journal is skipped, because it takes long to read."""


def typical_durations(
    state_dir: Path, runbook_id: str, world: str
) -> Mapping[str, TypicalDuration]:
    """By step: how long a try that passed took in the newest sessions of this runbook and world."""
    durations: dict[str, list[int]] = {}
    read = 0
    for folder in session_folders(state_dir / "sessions"):
        if read == NEWEST:
            break
        session = ends(folder)
        if session is None or session.closed is None:
            continue
        if session.runbook_id != runbook_id or session.world != world:
            continue
        try:
            if (folder / JOURNAL).stat().st_size > LONGEST_JOURNAL:
                continue
            state = fold(read_journal(folder).events)
        except (OSError, StorageError):
            continue
        read += 1
        for step_id, ms in _took(state).items():
            durations.setdefault(step_id, []).append(ms)
    return {
        step_id: TypicalDuration(int(median(times)), len(times))
        for step_id, times in durations.items()
    }


def _took(state: State) -> dict[str, int]:
    """The time of each step's last try, where it passed."""
    return {
        step.id: state.worked(step.id, step.tries[-1].started, step.tries[-1].ended)
        for step in state.steps.values()
        if step.outcome is Outcome.PASS and step.tries and step.tries[-1].ended is not None
    }
