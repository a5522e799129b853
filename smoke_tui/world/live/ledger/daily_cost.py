"""Asks the stack's ledger what calls cost by day."""

from __future__ import annotations

import threading

from smoke_tui.world.daily_cost import CostByDay, DailyCost, DayCost
from smoke_tui.world.live.ledger.postgresql import TOTAL_SECONDS, money, reading
from smoke_tui.world.live.ledger.problems import LedgerError
from smoke_tui.world.live.ledger.stand_in import read_stand_in_days


def read_daily_cost(address: str, question: DailyCost) -> CostByDay:
    """Ask on a thread of its own, so that a server that falls silent is given up. Blocks."""
    answers: list[CostByDay | BaseException] = []

    def work() -> None:
        try:
            answers.append(CostByDay(_read(address, question)))
        except LedgerError as problem:
            answers.append(CostByDay(problem=str(problem)))
        except BaseException as error:
            answers.append(error)

    thread = threading.Thread(target=work, name="ledger", daemon=True)
    thread.start()
    thread.join(TOTAL_SECONDS)
    if not answers:
        return CostByDay(problem=f"the ledger fell silent for {TOTAL_SECONDS:.0f} s")
    (answer,) = answers
    if isinstance(answer, BaseException):
        raise answer
    return answer


def _read(address: str, question: DailyCost) -> tuple[DayCost, ...]:
    if address.startswith(("http://", "https://")):
        return read_stand_in_days(address, question)
    with reading(address, {"table": question.table, "columns": question.columns}) as cursor:
        # Every name and value in it was quoted by `sql`, and it is what a person is shown.
        cursor.execute(question.sql())
        return tuple(
            DayCost(str(day), money(usd), int(unknown)) for day, usd, unknown in cursor.fetchall()
        )
