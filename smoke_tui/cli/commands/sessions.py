"""`sessions`: the recorded sessions, as a table or as JSON."""

from __future__ import annotations

import sys
from datetime import datetime
from typing import Final

from smoke_tui.cli.output import print_json
from smoke_tui.cli.since import since as since_when
from smoke_tui.cli.table import output_width, table
from smoke_tui.config.settings import Settings
from smoke_tui.errors import UsageError
from smoke_tui.history.find import sessions_root
from smoke_tui.history.summaries import Summary, Wanted, counted, summaries
from smoke_tui.outcomes import Exit
from smoke_tui.presentation.format import age, count, utc_now
from smoke_tui.presentation.marks import MARKS
from smoke_tui.presentation.spend import short_spend

SHOWN: Final = 20
"""Rows of the table without --last."""

_HEAD: Final = ("SESSION", "AGE", "VERDICT", "CODE", "RUNBOOK", "WORLD", "SPENT")
_BELOW: Final = 4
"""The columns that stay in the first line where the terminal is narrow."""

_WORDS: Final = {
    "incomplete": "incomplete",
    "running": "running",
    "empty": "(ended before its first line: nothing ran)",
    "unreadable": "(unreadable)",
}


def sessions(  # noqa: PLR0913
    settings: Settings,
    *,
    runbook: str | None,
    last: int | None,
    since: str | None,
    failed: bool,
    incomplete: bool,
    live: bool,
    json: bool,
) -> int:
    """List the recorded sessions that are asked for, the newest first.

    Raises:
        UsageError: --last or --since makes no sense.
    """
    if last is not None and last < 0:
        raise UsageError(f"--last: expected a number of sessions (0: all), got {last}")
    now = utc_now()
    most = last if last is not None or json else SHOWN
    when = since_when(since, now) if since else None
    wanted = Wanted(runbook, when, failed, incomplete, live, most, tokens=json)
    root = sessions_root(settings)
    rows = list(summaries(root, wanted))
    if json:
        print_json({"schema": "smoke-sessions/1", "sessions": [_object(row) for row in rows]})
    elif rows:
        print(table(_HEAD, [_cells(row, now) for row in rows], _BELOW, output_width()))
        left = counted(root, wanted) - len(rows) if len(rows) == most else 0
        if left > 0:
            print(f"{left} older; --last 0 lists all", file=sys.stderr)
        hint = "verdicts are as recorded; `smoke-tui --check SESSION` verifies one"
        print(hint, file=sys.stderr)
    elif wanted.everything:
        print(f"no sessions yet in {root}; `smoke-tui --rehearse` makes a first one")
    else:
        print(f"no such session among the {counted(root, Wanted())} in {root}")
    return Exit.OK if rows else Exit.NOTHING


def _object(row: Summary) -> dict[str, object]:
    spend = row.spend
    return {
        "session": row.session,
        "runbook": row.runbook,
        "world": row.world,
        "scenario": row.scenario,
        "verdict": row.verdict,
        "started": row.started,
        "finished": row.finished,
        "condition": row.condition,
        "resumable": row.resumable,
        "step": row.failure.step if row.failure is not None else None,
        "code": row.failure.code if row.failure is not None else None,
        "spend": spend.table() if spend is not None else None,
    }


def _cells(row: Summary, now: datetime) -> tuple[str, ...]:
    world = "rehearsal" if row.world == "rehearsed" else row.world or ""
    failure = row.failure
    mark = MARKS.get(row.verdict or "")
    verdict = mark.word if mark is not None else _WORDS.get(row.condition, "")
    if row.condition == "closed" and row.resumable and row.verdict != "incomplete":
        verdict += " (resumable)"
    return (
        row.session,
        age(row.started, now).removesuffix(" ago") if row.started else "",
        verdict,
        failure.code or failure.step if failure is not None else "",
        row.runbook or "",
        f"{world}: {row.scenario}" if row.scenario not in (None, "happy") else world,
        _spent(row),
    )


def _spent(row: Summary) -> str:
    """What it spent; the calls of a rehearsal cost nothing."""
    calls = row.spend.calls if row.spend is not None else row.calls
    if not calls:
        return ""
    if row.world == "rehearsed":
        return f"{count(calls, 'call')}, $0"
    # Of a long record the end tells the number of calls alone.
    return (
        short_spend(row.spend)
        if row.spend is not None
        else f"{count(calls, 'call')}, cost not read"
    )
