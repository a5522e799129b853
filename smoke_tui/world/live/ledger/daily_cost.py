"""Asks the stack's ledger what calls cost by day."""

from __future__ import annotations

from smoke_tui.world.daily_cost import CostByDay, DailyCost, DayCost
from smoke_tui.world.live.ledger.postgresql import SILENT, money, on_own_thread, reading
from smoke_tui.world.live.ledger.problems import LedgerError
from smoke_tui.world.live.ledger.stand_in import read_stand_in_days


async def ask_daily_cost(address: str, question: DailyCost) -> CostByDay:
    """Ask on a thread of its own: who waits can stop waiting at any time."""
    try:
        return await on_own_thread(lambda: CostByDay(_read(address, question)))
    except LedgerError as problem:
        return CostByDay(problem=str(problem))
    except TimeoutError:
        return CostByDay(problem=SILENT)


def _read(address: str, question: DailyCost) -> tuple[DayCost, ...]:
    if address.startswith(("http://", "https://")):
        return read_stand_in_days(address, question)
    with reading(address, {"table": question.table, "columns": question.columns}) as cursor:
        # Every name and value in it was quoted by `sql`, and it is what a person is shown.
        cursor.execute(question.sql())
        return tuple(
            DayCost(str(day), money(usd), int(unknown)) for day, usd, unknown in cursor.fetchall()
        )
