"""Spend and quota over time, from the sessions that were recorded against the provider."""

from __future__ import annotations

from pathlib import Path

from smoke_tui.files import StorageError
from smoke_tui.history.ends import ends
from smoke_tui.history.index import session_folders
from smoke_tui.journal.file import read_journal
from smoke_tui.journal.fold import fold
from smoke_tui.journal.spend import spend_of
from smoke_tui.structs import Struct

NEWEST = 40


class Point(Struct, frozen=True):
    """One session: when, how it ended, what it spent, how full each quota window was after it.

    `limits` maps minutes of a window to a percentage; what was not seen is not in it.
    """

    session: str
    runbook: str
    started: str
    verdict: str | None
    calls: int
    tokens: int
    unknown_calls: int
    limits: dict[int, float]


def points(state_dir: Path, *, rehearsed: bool = False) -> list[Point]:
    """The newest sessions that count, the oldest first; rehearsals count nowhere.

    `rehearsed`: rehearsals alone, to try the view out.
    """
    trend: list[Point] = []
    for folder in session_folders(state_dir / "sessions"):
        if len(trend) >= NEWEST:
            break
        session = ends(folder)
        if session is None or session.real_provider == rehearsed:
            continue
        try:
            state = fold(read_journal(folder).events)
        except StorageError:
            continue
        spend = spend_of(state)
        trend.append(
            Point(
                folder.name,
                session.runbook_id,
                state.started,
                state.verdict.value if state.verdict else None,
                spend.calls,
                spend.input_tokens + spend.output_tokens,
                spend.unknown_calls,
                {w.window_minutes: float(w.used_percent_after) for w in spend.limits or ()},
            )
        )
    return trend[::-1]
