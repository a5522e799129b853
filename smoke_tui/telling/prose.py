"""A runbook's prose as plain text: paragraphs joined, tables aligned, the rest as it is."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from rich.cells import cell_len

_KEEP = re.compile(r"\s*([-*+>]|\d+[.)])\s")
_FENCE = re.compile(r"\s*(```|~~~)")
_RULE = re.compile(r"[|:\- ]+")
_MARKS: Final = (
    (re.compile(r"^#+ +"), ""),
    (re.compile(r"\[([^\]]+)\]\(([^)\s]+)\)"), r"\1 (\2)"),
    (re.compile(r"<(https?://[^>\s]+)>"), r"\1"),
    (re.compile(r"(\*\*|__)(\S.*?)\1"), r"\2"),
    (re.compile(r"`([^`]+)`"), r"\1"),
)


def plain_prose(text: str, rows_of: Callable[[list[list[str]]], list[str]] | None = None) -> str:
    """Wrapped source lines become whole paragraphs; the Markdown itself stays to be read.

    `rows_of` makes lines of a table's cells; without it they stand in columns.
    """
    rows_of = rows_of or _aligned
    out: list[str] = []
    table: list[list[str]] = []
    fenced = open_paragraph = False
    for line in [*text.strip("\n").split("\n"), ""]:
        if line.startswith("|") and not fenced:
            table.append([cell.strip() for cell in line.strip().strip("|").split("|")])
            continue
        out += rows_of(_body(table))
        table = []
        if _FENCE.match(line):
            fenced, open_paragraph = not fenced, False
        elif fenced:
            out.append(f"    {line}")
        elif not line.strip():
            if out and out[-1]:
                out.append("")
            open_paragraph = False
        elif open_paragraph and not _KEEP.match(line):
            out[-1] += " " + line.strip()
        else:
            out.append(line.rstrip())
            open_paragraph = not line.startswith("#")
    while out and not out[-1]:
        out.pop()
    return "\n".join(out)


def _body(table: list[list[str]]) -> list[list[str]]:
    """The rows of a table without the row of dashes below its head."""
    return [row for row in table if not _RULE.fullmatch("".join(row) or "-")]


def _aligned(rows: list[list[str]]) -> list[str]:
    """The rows of a table in columns."""
    columns = max((len(row) for row in rows), default=0)
    widths = [
        max((cell_len(row[n]) for row in rows if n < len(row)), default=0) for n in range(columns)
    ]
    return [
        "    "
        + "  ".join(
            cell + " " * (widths[n] - cell_len(cell)) for n, cell in enumerate(row)
        ).rstrip()
        for row in rows
    ]


def spoken_prose(text: str) -> str:
    """The same to be read aloud: a table's rows as sentences, and no marks of Markdown."""
    return "\n".join(
        line if line.startswith("    ") else _unmarked(line)
        for line in plain_prose(text, _spoken).split("\n")
    )


def _spoken(rows: list[list[str]]) -> list[str]:
    return ["; ".join(row) if len(row) != 2 else f"{row[0]}: {row[1]}" for row in rows]


def _unmarked(line: str) -> str:
    for pattern, kept in _MARKS:
        line = pattern.sub(kept, line)
    return line
