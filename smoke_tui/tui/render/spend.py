"""What was spent: tables of recorded sessions and of the stack's ledger, by day."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from textual.content import Content

from smoke_tui.history.spending import SessionsSpend
from smoke_tui.journal.spend import Totals
from smoke_tui.presentation.format import count, one_line
from smoke_tui.presentation.spend import cost_text, metered_text, subscription_text
from smoke_tui.tui.render.content import foreign, lines
from smoke_tui.tui.theme import MUTED, WARN
from smoke_tui.world.daily_cost import CostByDay, DailyCost

NO_LEDGER: Final = (
    "No ledger is attached. --ledger postgresql://user@host/database (or SMOKE_TUI_LEDGER) reads the "
    "stack's own table; y copies the query, for who asks it by hand."
)
_HEAD: Final = ("day", "calls", "tokens in", "tokens out", "metered")
_RIGHT: Final = (1, 2, 3)
"""The columns of figures."""


def sessions_text(spend: SessionsSpend, days: int) -> Content:
    """The table of recorded sessions, the subscription's quota, and what is not in it."""
    rows: list[Content | str] = []
    if not spend.count:
        rows += [
            f"No session against the provider in the last {count(days, 'day')}.",
            Content.styled(
                "d shows other days; a live run (l on the home screen) adds one.", MUTED
            ),
        ]
    else:
        table = [_HEAD, *(_row(day, totals) for day, totals in spend.days)]
        if len(spend.days) > 1:
            table.append(_row("total", spend.total))
        rows += _table(table)
        if spend.total.subscription_calls:
            rows.append(f"{subscription_text(spend.total, spend.quota)}.")
        if spend.total.unknown_calls:
            rows.append(
                Content.styled(
                    f"{count(spend.total.unknown_calls, 'call')} of unknown cost: the figures are "
                    "the least that was spent.",
                    WARN,
                )
            )
    if spend.rehearsals:
        rows.append(
            Content.styled(
                f"{count(spend.rehearsals, 'rehearsal')}: $0, never counted as spend.", MUTED
            )
        )
    if spend.unreadable:
        rows.append(
            Content.styled(
                f"{count(spend.unreadable, 'session')} can't be read and may have spent more; "
                "smoke-tui --check SESSION says why.",
                WARN,
            )
        )
    return lines(*rows)


def _row(day: str, totals: Totals) -> tuple[str, ...]:
    return (
        day,
        f"{totals.calls:,}",
        f"{totals.input_tokens:,}",
        f"{totals.output_tokens:,}",
        metered_text(totals),
    )


def _table(rows: Sequence[tuple[str, ...]]) -> list[Content]:
    """Rows in columns, the first as their heads."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
    texts = [
        "  ".join(
            cell.rjust(width) if column in _RIGHT else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
    return [Content.styled(texts[0], MUTED), *map(Content, texts[1:])]


def ledger_text(answer: CostByDay | None, question: DailyCost) -> Content:
    """The ledger's days; None: no ledger is attached."""
    if answer is None:
        return Content.styled(NO_LEDGER, MUTED)
    if answer.problem:
        return problem_text(answer.problem)
    head = f"{question.table}: {question.tier_text()}, {question.models_text()}"
    rows: list[Content | str] = [foreign(one_line(head, 400), MUTED)]
    rows += [f"{row.day}  {cost_text(row.usd, row.unknown_rows)}" for row in answer.days]
    if not answer.days:
        rows.append(f"No rows in the last {count(question.days, 'day')}.")
    return lines(*rows)


def problem_text(problem: str) -> Content:
    """Why the ledger can't be read."""
    return Content.styled(f"The ledger can't be read: {one_line(problem, 400)}.", WARN)


def query_text(question: DailyCost) -> Content:
    """The query, as it is run and copied."""
    return lines("", Content.styled("Its query; y copies it", "bold"), foreign(question.sql()))
