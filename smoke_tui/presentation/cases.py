"""The table of cases as lines of text: tier, substrate, marker, cost, age, state."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from smoke_tui.judging.cases import CaseRow

HEADINGS: Final = ("Case", "Tier", "Substrate", "Marker", "Cost", "Age", "Stale", "State")


def case_table(rows: Sequence[CaseRow], now: datetime | None = None) -> list[str]:
    """The rows below their headings, in columns as wide as they need; a problem below its row."""
    if not rows:
        return []
    cells = [HEADINGS, *(case_cells(row, now) for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(HEADINGS))]
    lines = []
    for number, line in enumerate(cells):
        padded = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        lines.append("  ".join(padded).rstrip())
        row = rows[number - 1] if number else None
        if row is not None and (problem := row.problem or row.stale):
            lines.append(f"  {problem}")
    return lines


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
