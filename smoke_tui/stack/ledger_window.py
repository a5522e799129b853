"""The window of a turn in the stack's ledger: its beginning, and the rows that came since."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from smoke_tui.stack.ledger_table import LedgerTable, describe
from smoke_tui.world.context import StepContext
from smoke_tui.world.requests.ledger import ReadLedger
from smoke_tui.world.values import Text

PAUSES: Final = (0.5, 1.0, 2.0)
"""Seconds before each further reading: a stack may write its row after it has answered."""

_REMEDY: Final = "Check --ledger, --ledger-table and --ledger-columns."


@dataclass(frozen=True, slots=True)
class Window:
    """From `mark` on, by the ledger's own clock; `match` is what the organisation's rows hold."""

    table: LedgerTable
    match: Text
    mark: str


@dataclass(frozen=True, slots=True)
class LedgerReading:
    """What the ledger holds of a window; with a `problem` it could not be read.

    `match` is what the organisation's rows hold as their domain, where that is no secret; `mark`
    is when the window began, by the ledger's own clock.
    """

    rows: tuple[Mapping[str, Any], ...] = ()
    more: bool = False
    problem: str | None = None
    match: str | None = None
    mark: str | None = None

    @property
    def before(self) -> list[Mapping[str, Any]]:
        """Rows that are older than the window: of another turn, whatever response they name."""
        mark = _moment(self.mark)
        return [
            row
            for row in self.rows
            if mark is not None
            and (moment := _moment(row.get("time"))) is not None
            and moment < mark
        ]

    @property
    def platform(self) -> list[Mapping[str, Any]]:
        """Rows of the platform tier: they have no domain, or a blank one."""
        return [row for row in self.rows if not has_text(row.get("domain"))]

    @property
    def ours(self) -> list[Mapping[str, Any]]:
        """Rows of the organisation, and of this response in another's name."""
        return [row for row in self.rows if has_text(row.get("domain"))]

    @property
    def elsewhere(self) -> list[Mapping[str, Any]]:
        """Rows in the name of another organisation."""
        return [
            row for row in self.ours if self.match is not None and str(row["domain"]) != self.match
        ]

    def of(self, response_id: object) -> list[Mapping[str, Any]] | None:
        """The rows of one response; None where they name responses and the answer names none.

        Rows that name no response count by their time alone. An id has to be the same exactly.
        """
        if not any(has_text(row.get("response_id")) for row in self.ours):
            return self.ours
        if not isinstance(response_id, str) or not response_id:
            return None
        return [row for row in self.ours if row.get("response_id") == response_id]


def _moment(text: object) -> datetime | None:
    """A time of the ledger's, in UTC where it names no zone; None where it can't be read."""
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def has_text(value: object) -> bool:
    """Whether a column of a row holds anything."""
    return value is not None and bool(str(value).strip())


async def open_window(ctx: StepContext) -> Window | LedgerReading | None:
    """Begin a window; None where there is no ledger, a `LedgerReading` with what is wrong with it."""
    if ctx.config.ledger not in ("postgresql", "stand-in"):
        return None
    named: Mapping[str, Any] | None = ctx.step.fields.get("ledger")
    table = describe(named, ctx.config.ledger_table, ctx.config.ledger_columns)
    template = (named or {}).get("match")
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
    """The rows of a window, read a few times until one of the turn is there.

    Rows of the turn's own response are read whoever's name they are in.
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
                window.mark,
                wanted,
            )
        )
        if answer.problem:
            return _unread(ctx, answer.problem)
        match = window.match if isinstance(window.match, str) else None
        reading = LedgerReading(answer.rows, answer.more, match=match, mark=window.mark)
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
