"""What the ledger's tests share: questions to it, and what the program leaves behind."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from smoke_tui.session.spend_sources import daily_cost
from smoke_tui.stack.ledger_table import LedgerTable
from smoke_tui.world.daily_cost import CostByDay, Tier
from smoke_tui.world.live.ledger.daily_cost import ask_daily_cost
from smoke_tui.world.live.ledger.postgresql import read
from tests.helpers.program import Program

PASSWORD = "FAKE-ledger: s3cret/@&'x"
EPOCH = "1970-01-01T00:00:00Z"


def asked(
    op: str = "rows",
    *,
    match: str = "dom-1",
    since: str = EPOCH,
    **names: str,
) -> dict[str, Any]:
    """A question; `names` are those of the table and its columns."""
    table = LedgerTable().with_names(names)
    return {
        "op": op,
        "table": table.table,
        "columns": table.columns,
        "match": match,
        "since": since,
    }


def days(
    address: str,
    *models: str,
    tier: Tier = "platform",
    names: Mapping[str, str] = MappingProxyType({}),
) -> CostByDay:
    """What calls of the last days cost; `names` are those of the table and its columns."""
    question = daily_cost(LedgerTable().with_names(names), tier=tier, models=models)
    return asyncio.run(ask_daily_cost(address, question))


def rows(address: str, **how: Any) -> list[dict[str, Any]]:
    """The rows of a ledger that can be read."""
    answer = read(address, asked(**how))
    assert answer["problem"] is None, answer["problem"]
    found: list[dict[str, Any]] = answer["rows"]
    return found


def problem(address: str, **how: Any) -> str:
    """Why a ledger can't be read."""
    answer = read(address, asked(**how))
    assert answer["rows"] == []
    return str(answer["problem"])


class LedgerProgram(Program):
    """The program, and every byte that its sessions keep."""

    def left_behind(self) -> dict[str, bytes]:
        """Every file of every session."""
        return {str(path): path.read_bytes() for path in self.state.rglob("*") if path.is_file()}
