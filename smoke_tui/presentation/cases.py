"""The table of cases as lines of text: tier, substrate, marker, cost, age, state."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from smoke_tui.judging.cases import NOT_RECORDED, PENDING_REVIEW, CaseRow
from smoke_tui.presentation.format import count

HEADINGS: Final = ("Case", "Tier", "Substrate", "Marker", "Cost", "Age", "Stale", "State")


def case_table(
    rows: Sequence[CaseRow], now: datetime | None = None, width: int | None = None
) -> list[str]:
    """The rows below their headings; a problem below its row.

    In columns as wide as they need, or in two lines a case where those do not fit into `width`.
    """
    if not rows:
        return []
    cells = [HEADINGS, *(case_cells(row, now) for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(HEADINGS))]
    if width is not None and sum(widths) + 2 * (len(widths) - 1) > width:
        return _stacked(rows, cells[1:])
    lines = []
    for number, line in enumerate(cells):
        padded = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        lines.append("  ".join(padded).rstrip())
        if number:
            lines += _problem(rows[number - 1])
    return lines


def _stacked(rows: Sequence[CaseRow], cells: Sequence[tuple[str, ...]]) -> list[str]:
    lines = ["Case: state; tier, substrate, marker, cost, age"]
    for row, line in zip(rows, cells, strict=True):
        lines.append(f"{row.case}: {row.state}{', stale' if row.stale else ''}")
        lines.append("  " + below_case(line))
        lines += _problem(row)
    return lines


def below_case(cells: tuple[str, ...]) -> str:
    """Tier, substrate, marker, cost and age of a row's cells, on a line below the case's name."""
    tier, substrate, marker, cost, age = cells[1:6]
    costs = cost if cost.startswith("$") else f"cost {cost}"
    return f"{tier} · {substrate} · {marker} · {costs} · age {age}"


def _problem(row: CaseRow) -> list[str]:
    problem = row.problem or row.stale
    return [f"  {problem}"] if problem else []


def case_summary(rows: Sequence[CaseRow]) -> str:
    """How many cases there are, and the names of those that are stale, not recorded or waiting."""
    names = {
        "stale": [row.case for row in rows if row.stale],
        NOT_RECORDED: [row.case for row in rows if row.state == NOT_RECORDED],
        "waiting for a review": [row.case for row in rows if row.state == PENDING_REVIEW],
    }
    parts = [
        f"{len(cases)} {what} ({', '.join(cases[:5])}{', …' if len(cases) > 5 else ''})"
        for what, cases in names.items()
        if cases
    ]
    return f"{count(len(rows), 'case')}: {', '.join(parts) or 'none is stale, none waits'}"


def case_cells(row: CaseRow, now: datetime | None = None) -> tuple[str, ...]:
    """One row's cells, in the order of `HEADINGS`."""
    cost = "unknown" if row.cost is None else f"${row.cost}"
    stale = ("stale" if row.stale else "no") if row.stale_known else "unknown"
    return (
        row.case, row.tier, row.substrate, row.marker, cost, age(row.recorded_at, now), stale,
        row.state,
    )  # fmt: skip


def age(recorded_at: str | None, now: datetime | None = None) -> str:
    """The age of a recording in its largest unit; "unknown" where its time is not noted."""
    if recorded_at is None:
        return "unknown"
    try:
        moment = datetime.fromisoformat(recorded_at)
    except ValueError:
        return "unknown"
    seconds = ((now or datetime.now(UTC)) - moment).total_seconds()
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= size:
            return f"{int(seconds // size)} {unit}"
    return "now"
