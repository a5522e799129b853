"""The request to read the stack's ledger."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from smoke_tui.journal.events.machine_facts import LedgerRead
from smoke_tui.journal.stream import Fact
from smoke_tui.world.requests.base import Query
from smoke_tui.world.values import Text


class ReadLedger(Query[LedgerRead], frozen=True):
    """The stack's ledger: its clock (op `now`), or `rows` since a time or of `response`.

    `columns` maps the role of a column to its name; `match` is what the organisation's rows hold.
    """

    port_name: ClassVar[str] = "ledger"
    op: str
    table: str
    columns: Mapping[str, str]
    match: Text | None = None
    since: str | None = None
    response: str | None = None

    def shown(self) -> dict[str, object]:
        """The fields; the response only where one is asked for, which older records never did."""
        # Dataclasses with slots have no `super()` without arguments.
        shown = Query.shown(self)
        if self.response is None:
            del shown["response"]
        return shown

    def answer(self, fact: Fact) -> LedgerRead:
        """Time and rows, or why the ledger can't be read."""
        return fact.expect(LedgerRead)
