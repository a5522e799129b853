"""The ledger's rows of a turn: since its start, by the ledger's clock."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from smoke_tui.stack.ledger_table import LedgerTable, describe
from smoke_tui.structs import Struct
from smoke_tui.world.context import StepContext
from smoke_tui.world.requests.ledger import ReadLedger
from smoke_tui.world.values import Text

PAUSES: Final = (0.5, 1.0, 2.0)
"""Seconds before each further reading: a stack may write its row after its answer."""

_REMEDY: Final = "Check --ledger, --ledger-table and --ledger-columns."


class Window(Struct, frozen=True):
    """The time since `start`, by the ledger's clock; `match` is the domain of the organisation's rows."""

    table: LedgerTable
    match: Text
    start: str


class LedgerReading(Struct, frozen=True):
    """The ledger's rows of a window; with a `problem` it could not be read.

    `more` means that there are rows which were not read. `match` is the domain of the
    organisation's rows, None if it is secret; `start` is the window's start.
    """

    rows: tuple[Mapping[str, Any], ...] = ()
    more: bool = False
    problem: str | None = None
    match: str | None = None
    start: str | None = None

    @property
    def before(self) -> list[Mapping[str, Any]]:
        """Rows older than the window, which are of another turn."""
        start = _moment(self.start)
        return [
            row
            for row in self.rows
            if start is not None
            and (moment := _moment(row.get("time"))) is not None
            and moment < start
        ]

    @property
    def platform(self) -> list[Mapping[str, Any]]:
        """Rows of the platform tier, which have no domain."""
        return [row for row in self.rows if not has_text(row.get("domain"))]

    @property
    def ours(self) -> list[Mapping[str, Any]]:
        """Rows with a domain: of the organisation, or of this response in another one."""
        return [row for row in self.rows if has_text(row.get("domain"))]

    @property
    def elsewhere(self) -> list[Mapping[str, Any]]:
        """Rows of another organisation."""
        return [
            row for row in self.ours if self.match is not None and str(row["domain"]) != self.match
        ]

    def of(self, response_id: object) -> list[Mapping[str, Any]] | None:
        """The rows of one response; None if rows name responses and the answer names none.

        If no row names a response, all rows since the start count. Ids have to be equal.
        """
        if not any(has_text(row.get("response_id")) for row in self.ours):
            return self.ours
        if not isinstance(response_id, str) or not response_id:
            return None
        return [row for row in self.ours if row.get("response_id") == response_id]


def _moment(text: object) -> datetime | None:
    """A time of the ledger, by default in UTC; None if it can't be parsed."""
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def has_text(value: object) -> bool:
    """Whether a column has a value."""
    return value is not None and bool(str(value).strip())


async def open_window(ctx: StepContext) -> Window | LedgerReading | None:
    """Start a window; None without a ledger, a reading with a problem if it fails."""
    if ctx.config.ledger not in ("postgresql", "stand-in"):
        return None
    names: Mapping[str, Any] | None = ctx.step.fields.get("ledger")
    table = describe(names, ctx.config.ledger_table, ctx.config.ledger_columns)
    template = (names or {}).get("match")
    if template is None and "domain_id" not in ctx.resources.values:
        return _unread(
            ctx,
            "the runbook does not say whose rows to look for, as `match` in the turn's [ledger]",
        )
    match = ctx.fill(template or "{{ domain_id }}")
    answer = await ctx.perform(ReadLedger("now", table.table, table.columns))
    if answer.problem:
        return _unread(ctx, answer.problem)
    return Window(table, match, str(answer.now))


async def read_window(
    ctx: StepContext, window: Window | LedgerReading | None, response_id: object = None
) -> LedgerReading | None:
    """Read the rows of a window, up to four times, until there is one of the turn.

    Rows with the turn's response id are read for every domain.
    """
    if not isinstance(window, Window):
        return window
    wanted = response_id if isinstance(response_id, str) else None
    if "response_id" not in window.table.columns:
        wanted = None
    for pause in (0.0, *PAUSES):
        if pause:
            await ctx.sleep(pause * ctx.config.patience)
        answer = await ctx.perform(
            ReadLedger(
                "rows",
                window.table.table,
                window.table.columns,
                window.match,
                window.start,
                wanted,
            )
        )
        if answer.problem:
            return _unread(ctx, answer.problem)
        match = window.match if isinstance(window.match, str) else None
        reading = LedgerReading(answer.rows, answer.more, match=match, start=window.start)
        if reading.of(response_id):
            break
    return reading


def _unread(ctx: StepContext, problem: str) -> LedgerReading:
    ctx.finding(
        "ledger",
        f"The ledger could not be read, so the proof of the route is weaker: {problem}.",
        _REMEDY,
    )
    return LedgerReading(problem=problem)
