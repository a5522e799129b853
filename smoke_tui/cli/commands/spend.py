"""`spend`: the spending of recorded sessions, and the rows of the stack's own ledger."""

from __future__ import annotations

from datetime import datetime, timedelta
from math import ceil
from typing import Any, Final, Literal

from smoke_tui.cli.output import print_json
from smoke_tui.cli.since import since as since_when
from smoke_tui.config.settings import Settings
from smoke_tui.errors import UsageError
from smoke_tui.history.find import sessions_root
from smoke_tui.history.spending import SessionsSpend, sessions_spend
from smoke_tui.journal.money import COUNTS
from smoke_tui.journal.spend import Totals
from smoke_tui.outcomes import Exit
from smoke_tui.presentation.format import count, utc_now
from smoke_tui.presentation.spend import cost_text, subscription_text, totals_text
from smoke_tui.redaction import clean
from smoke_tui.runbook import Runbook
from smoke_tui.session.configure import open_runbook
from smoke_tui.session.secret_options import ledger_address
from smoke_tui.session.spend_sources import daily_cost, ledger_table, model_names
from smoke_tui.structs import asdict
from smoke_tui.world.daily_cost import CostByDay, DailyCost, Tier

DEFAULT_DAYS: Final = 7

SCHEMA: Final = "smoke-spend/1"


Form = Literal["text", "json", "sql"]
"""What is printed: both parts as text or as JSON, or the question to the ledger alone."""


def spend(  # noqa: PLR0913
    settings: Settings,
    *,
    runbook: str | None,
    since: str | None,
    days: int | None,
    tier: Tier,
    models: str | None,
    form: Form,
) -> int:
    """Print both parts; a ledger that was given and can't be read exits 4.

    Raises:
        UsageError: an option makes no sense.
        CommandError: there is no such runbook (5), or it has errors (3).
    """
    now = utc_now()
    back = _days(since, days, now)
    book = open_runbook(runbook) if runbook else None
    question = daily_cost(ledger_table(settings, book), back, tier, model_names(models or ""))
    if form == "sql":
        print(question.sql())
        return Exit.OK
    address = ledger_address(settings)
    book_id = book.id if book is not None else None
    sessions = sessions_spend(sessions_root(settings), back, now, book_id)
    ledger = _ask(address, question) if address else None
    if form == "json":
        print_json(_json(sessions, ledger, question))
    else:
        _print_sessions(sessions, back, book)
        _print_ledger(ledger, question)
    return Exit.NOT_PROVABLE if ledger is not None and ledger.problem else Exit.OK


def _days(since: str | None, days: int | None, now: datetime) -> int:
    """How many days to look back; a part of a day counts as one."""
    if since is None:
        return DEFAULT_DAYS if days is None else days
    if days is not None:
        raise UsageError("--since and --days exclude each other")
    return max(1, ceil((now - since_when(since, now)) / timedelta(days=1)))


def _ask(address: str, question: DailyCost) -> CostByDay:
    import asyncio

    from smoke_tui.world.live.ledger.daily_cost import ask_daily_cost

    return asyncio.run(ask_daily_cost(address, question))


def _json(sessions: SessionsSpend, ledger: CostByDay | None, question: DailyCost) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "days": question.days,
        "sessions": {
            "count": sessions.count,
            "rehearsals": sessions.rehearsals,
            "unreadable": sessions.unreadable,
            "days": [{"day": day, **_totals(totals)} for day, totals in sessions.days],
            "total": _totals(sessions.total),
            "quota": [asdict(window) for window in sessions.quota],
        },
        "ledger": None
        if ledger is None
        else {
            "problem": ledger.problem,
            "rows": [
                {"day": row.day, "usd": row.usd, "unknown_rows": row.unknown_rows}
                for row in ledger.days
            ],
        },
        "query": question.sql(),
    }


def _totals(totals: Totals) -> dict[str, Any]:
    return {
        "calls": totals.calls,
        "subscription_calls": totals.subscription_calls,
        **{name: getattr(totals, name) for name in COUNTS},
        "unknown_calls": totals.unknown_calls,
        "usd_metered": totals.usd_metered,
        "usd_metered_at_least": totals.usd_at_least,
        "unpriced_calls": totals.unpriced_calls,
    }


def _print_sessions(sessions: SessionsSpend, days: int, runbook: Runbook | None) -> None:
    of = f" of {runbook.id}" if runbook is not None else ""
    print(
        f"recorded sessions{of}, last {count(days, 'day')}, live ones only, days in UTC: {sessions.count}"
    )
    for day, totals in sessions.days:
        print(f"  {day}  {totals_text(totals)}")
    print(f"  total       {totals_text(sessions.total)}")
    if sessions.total.subscription_calls:
        print(f"  {subscription_text(sessions.total, sessions.quota)}")
    if sessions.rehearsals:
        print(f"  {count(sessions.rehearsals, 'rehearsal')}: $0, never counted as spend")
    if sessions.unreadable:
        print(
            f"  {count(sessions.unreadable, 'session')} could not be read and not counted; "
            "`smoke-tui --check SESSION` says why"
        )


def _print_ledger(ledger: CostByDay | None, question: DailyCost) -> None:
    if ledger is None:
        print(
            "the stack's ledger: none given; --ledger DSN adds what it says, "
            "--sql prints the query for it"
        )
        return
    if ledger.problem:
        print(clean(f"the stack's ledger can't be read: {ledger.problem}"))
        return
    print(
        clean(
            f"the stack's ledger, {question.table}, {question.tier_text()}, last "
            f"{count(question.days, 'day')}, {question.models_text()}, days in UTC:"
        )
    )
    for row in ledger.days:
        print(f"  {row.day}  {cost_text(row.usd, row.unknown_rows)}")
    if not ledger.days:
        print("  no rows")
