"""A table for a terminal: columns with a head, never run together."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence

from smoke_tui.redaction import clean


def table(
    head: Sequence[str], rows: Sequence[Sequence[str]], below: int = 0, width: int | None = None
) -> str:
    """Rows in columns, two spaces apart; columns without a value are left out.

    Where a row is longer than `width`, what stands behind the first `below` columns goes to a line
    of its own below them; None, and 0 for `below`: rows are as long as they are.
    """
    cells = [[clean(cell, keep_newlines=False) for cell in row] for row in (head, *rows)]
    used = [at for at in range(len(head)) if any(row[at] for row in cells[1:])]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = [_line(row, used, widths) for row in cells]
    if not below or width is None or max(map(len, lines)) <= width:
        return "\n".join(lines)
    first = [at for at in used if at < below]
    folded = [_line(cells[0], first, widths)]
    for row in cells[1:]:
        folded.append(_line(row, first, widths))
        folded.append("    " + " · ".join(row[at] for at in used if at >= below and row[at]))
    return "\n".join(folded)


def _line(row: Sequence[str], columns: Sequence[int], widths: Sequence[int]) -> str:
    return "  ".join(row[at].ljust(widths[at]) for at in columns).rstrip()


def output_width() -> int | None:
    """The columns of the terminal that standard output is; None where it is none."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None
