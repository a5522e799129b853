"""`spend`: the spending of recorded sessions, and the rows of the stack's own ledger."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from smoke_tui.cli.output import print_json
from smoke_tui.config.settings import Settings
from smoke_tui.errors import UsageError
from smoke_tui.files import StorageError
from smoke_tui.history.find import sessions_root
from smoke_tui.history.index import ends, session_folders
from smoke_tui.journal.load import InvalidRecordError, load_state
from smoke_tui.journal.money import COUNTS, known_usd, metered, tokens, unknown_of
from smoke_tui.journal.state import Try
from smoke_tui.outcomes import Exit
from smoke_tui.redaction import clean
from smoke_tui.runbook import Runbook
from smoke_tui.session.configure import ledger_names, open_runbook
from smoke_tui.session.secret_options import ledger_address
from smoke_tui.stack.ledger_table import LedgerTable, describe

SCHEMA: Final = "smoke-spend/1"
MOST_DAYS: Final = 3650
FAKE: Final = "fake"


def spend(
    settings: Settings, *, runbook: str | None, days: int, models: str | None, json: bool
) -> int:
    """Print both parts; a ledger that was given and can't be read exits 4.

    Raises:
        UsageError: an option makes no sense.
        CommandError: there is no such runbook (5), or it has errors (3).
    """
    if not 1 <= days <= MOST_DAYS:
        raise UsageError(f"--days {days}: give a number from 1 to {MOST_DAYS}")
    chosen = [name for name in (models or "").replace(" ", "").split(",") if name] or None
    book = open_runbook(runbook) if runbook else None
    address = ledger_address(settings)
    table = _table(settings, book)
    sessions = _sessions(settings, days, book)
    ledger = _ledger(address, table, days, chosen) if address else None
    if json:
        print_json({"schema": SCHEMA, "days": days, "sessions": sessions, "ledger": ledger})
    else:
        _print_sessions(sessions, days, book)
        _print_ledger(ledger, table, days, chosen)
    return Exit.NOT_PROVABLE if ledger is not None and ledger["problem"] else Exit.OK


# --- recorded sessions ----------------------------------------------------------------------


def _sessions(settings: Settings, days: int, runbook: Runbook | None) -> dict[str, Any]:
    """Calls of live sessions that began in the last `days`, by the day of their begin (UTC)."""
    since = datetime.now(UTC) - timedelta(days=days)
    by_day: dict[str, list[Try]] = defaultdict(list)
    count = unreadable = 0
    for folder in session_folders(sessions_root(settings)):
        session = ends(folder)
        if session is None:
            unreadable += 1
            continue
        began = session.time
        if datetime.fromisoformat(began) <= since or not session.config.real_provider:
            continue
        if runbook is not None and session.runbook_id != runbook.id:
            continue
        try:
            state = load_state(folder)[2]
        except (InvalidRecordError, StorageError):
            unreadable += 1
            continue
        count += 1
        by_day[began[:10]] += [t for step in state.steps.values() for t in step.tries if t.calls]
    rows = [{"day": day, **_totals(by_day[day])} for day in sorted(by_day, reverse=True)]
    return {
        "count": count,
        "unreadable": unreadable,
        "days": rows,
        "total": _totals([attempt for tries in by_day.values() for attempt in tries]),
    }


def _totals(tries: Sequence[Try]) -> dict[str, Any]:
    """Sums of what is known, with the number of calls that are not in them."""
    usd, unpriced = known_usd(filter(metered, tries))
    return {
        "calls": sum(attempt.calls for attempt in tries),
        **{name: sum(tokens(attempt, name) for attempt in tries) for name in COUNTS},
        "unknown_calls": sum(unknown_of(attempt) for attempt in tries),
        "usd_metered": None if unpriced else f"{usd:f}",
        "usd_metered_at_least": f"{usd:f}",
        "unpriced_calls": unpriced,
    }


def _print_sessions(sessions: dict[str, Any], days: int, runbook: Runbook | None) -> None:
    of = f" of {runbook.id}" if runbook is not None else ""
    print(
        f"recorded sessions{of}, last {days} day(s), live ones only, days in UTC: "
        f"{sessions['count']}"
    )
    for row in sessions["days"]:
        print(f"  {row['day']}  {_words(row)}")
    print(f"  total       {_words(sessions['total'])}")
    if sessions["unreadable"]:
        print(
            f"  {sessions['unreadable']} session(s) could not be read and are not in it; "
            "`smoke-tui --check SESSION` says why"
        )


def _words(row: dict[str, Any]) -> str:
    if not row["calls"]:
        return "nothing"
    tokens = f"{row['input_tokens']:,} tokens in / {row['output_tokens']:,} out"
    if row["unknown_calls"]:
        tokens = f"at least {tokens} ({_calls(row['unknown_calls'])} unknown)"
    money = f"${row['usd_metered_at_least']}"
    if row["unpriced_calls"]:
        money = f"at least {money} ({_calls(row['unpriced_calls'])} unknown)"
    return f"{_calls(row['calls'])}, {tokens}, {money} metered"


def _calls(count: int) -> str:
    return f"{count} call{'s' if count != 1 else ''}"


# --- the stack's ledger ---------------------------------------------------------------------


def _table(settings: Settings, runbook: Runbook | None) -> LedgerTable:
    """The ledger's names: the product's own, then the runbook's, then the configuration's."""
    steps = runbook.steps if runbook is not None else ()
    named = next((step.fields["ledger"] for step in steps if step.fields.get("ledger")), None)
    table, columns = ledger_names(settings)
    return describe(named, table, columns)


def _ledger(
    address: str, table: LedgerTable, days: int, models: list[str] | None
) -> dict[str, Any]:
    import asyncio

    from smoke_tui.world.live.ledger.postgresql import ask

    columns = {role: table.columns[role] for role in ("time", "domain", "model", "cost")}
    answer = asyncio.run(
        ask(
            address,
            {
                "op": "days",
                "table": table.table,
                "columns": columns,
                "days": days,
                "models": models,
            },
        )
    )
    return {"problem": answer["problem"], "rows": answer["rows"]}


def _print_ledger(
    ledger: dict[str, Any] | None, table: LedgerTable, days: int, models: list[str] | None
) -> None:
    if ledger is None:
        print("the stack's ledger: none given; --ledger DSN adds what it says")
        return
    if ledger["problem"]:
        print(clean(f"the stack's ledger can't be read: {ledger['problem']}"))
        return
    chosen = ", ".join(models) if models else f"all but {FAKE}*"
    print(
        clean(
            f"the stack's ledger, {table.table}, platform tier ({table.domain} is null), last "
            f"{days} day(s), models {chosen}, days in UTC:"
        )
    )
    for row in ledger["rows"]:
        print(f"  {row['day']}  {_usd(row)}")
    if not ledger["rows"]:
        print("  no rows")


def _usd(row: dict[str, Any]) -> str:
    unknown = row["unknown_rows"]
    if row["usd"] is None:
        return f"unknown ({unknown} row(s) without a cost)"
    return (
        f"at least ${row['usd']} ({unknown} row(s) without a cost)" if unknown else f"${row['usd']}"
    )
