"""Where spend is read from: recorded sessions, and the stack's own ledger."""

from __future__ import annotations

from collections.abc import Sequence

from smoke_tui.config.settings import Settings
from smoke_tui.errors import UsageError
from smoke_tui.runbook import Runbook
from smoke_tui.session.configure import ledger_names
from smoke_tui.stack.ledger_table import LedgerTable, describe
from smoke_tui.world.daily_cost import COST_ROLES, MOST_DAYS, DailyCost, Tier

SHOWN_DAYS = 7
"""How many days are shown where nobody asks for another number."""


def ledger_table(settings: Settings, runbook: Runbook | None) -> LedgerTable:
    """The ledger's names: the product's own, then the runbook's, then the configuration's.

    Raises:
        UsageError: the configuration has an invalid name.
    """
    steps = runbook.steps if runbook is not None else ()
    named = next((step.fields["ledger"] for step in steps if step.fields.get("ledger")), None)
    return describe(named, *ledger_names(settings))


def daily_cost(
    table: LedgerTable,
    days: int = SHOWN_DAYS,
    tier: Tier = "platform",
    models: Sequence[str] = (),
) -> DailyCost:
    """The question to a ledger of these names.

    Raises:
        UsageError: that number of days makes no sense.
    """
    if not 1 <= days <= MOST_DAYS:
        raise UsageError(f"--days {days}: give a number from 1 to {MOST_DAYS}")
    columns = {role: name for role, name in table.columns.items() if role in COST_ROLES}
    return DailyCost(table.table, columns, days, tier, tuple(models))


def model_names(text: str) -> tuple[str, ...]:
    """The models of a list with commas, each once."""
    names = (name.strip() for name in text.split(","))
    return tuple(dict.fromkeys(name for name in names if name))
