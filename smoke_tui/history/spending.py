"""What recorded sessions spent in the last days. Replays make no session, rehearsals count nowhere."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from pathlib import Path

from smoke_tui.files import StorageError
from smoke_tui.history.ends import ends
from smoke_tui.history.index import session_folders
from smoke_tui.journal.folders import JOURNAL
from smoke_tui.journal.load import InvalidRecordError, load_events
from smoke_tui.journal.spend import QuotaUse, Totals, spend_of, totals_of
from smoke_tui.journal.state import Try
from smoke_tui.structs import Struct


class SessionsSpend(Struct, frozen=True):
    """What sessions against the provider spent, by the day of their begin (UTC), newest first.

    `rehearsals` are sessions of those days that count nowhere, `unreadable` those that could not be
    read. `quota` are the subscription's windows as the newest session saw them.
    """

    count: int
    rehearsals: int
    unreadable: int
    days: tuple[tuple[str, Totals], ...]
    total: Totals
    quota: tuple[QuotaUse, ...] = ()


def sessions_spend(
    root: Path, days: int, now: datetime, runbook_id: str | None = None
) -> SessionsSpend:
    """Read the sessions that began in the last `days`; those of one runbook where it is named."""
    since = now - timedelta(days=days)
    by_day: dict[str, list[Try]] = defaultdict(list)
    quota: tuple[QuotaUse, ...] = ()
    count = rehearsals = unreadable = 0
    # What was last written before those days did not begin in them; a day for clocks put right.
    untouched_since = (since - timedelta(days=1)).timestamp()
    for folder in session_folders(root):
        if (folder / JOURNAL).stat().st_mtime < untouched_since:
            continue
        session = ends(folder)
        if session is None:
            unreadable += 1
            continue
        if datetime.fromisoformat(session.time) <= since:
            continue
        if runbook_id is not None and session.runbook_id != runbook_id:
            continue
        if not session.real_provider:
            rehearsals += 1
            continue
        try:
            state = load_events(folder)[1]
        except (InvalidRecordError, StorageError):
            unreadable += 1
            continue
        count += 1
        quota = quota or spend_of(state).limits or ()
        by_day[session.time[:10]] += [
            attempt for step in state.steps.values() for attempt in step.tries if attempt.calls
        ]
    return SessionsSpend(
        count,
        rehearsals,
        unreadable,
        tuple((day, totals_of(by_day[day])) for day in sorted(by_day, reverse=True)),
        totals_of([attempt for tries in by_day.values() for attempt in tries]),
        quota,
    )
