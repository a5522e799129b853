"""Tables in Markdown: heads that say what the columns are, cells that nothing can break."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from smoke_tui.presentation.report.escaping import as_cell
from smoke_tui.presentation.spans import Row, Text


def table(heads: Sequence[str], rows: Iterable[Sequence[Text]]) -> list[str]:
    """Return the lines of a table, the last one blank."""
    return [
        f"| {' | '.join(heads)} |",
        f"|{'---|' * len(heads)}",
        *(f"| {' | '.join(map(as_cell, cells))} |" for cells in rows),
        "",
    ]


def pairs(heads: tuple[str, str], rows: Iterable[Row]) -> list[str]:
    """Return the lines of a table of labels and their texts, the last one blank."""
    return table(heads, (([label], text) for label, text in rows))
