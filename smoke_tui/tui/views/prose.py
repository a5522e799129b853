"""A runbook's prose as plain text: paragraphs joined, tables aligned, the rest as it is."""

from __future__ import annotations

import re

from rich.cells import cell_len

_KEEP = re.compile(r"\s*([-*+>]|\d+[.)])\s")
_FENCE = re.compile(r"\s*(```|~~~)")
_RULE = re.compile(r"[|:\- ]+")


def plain_prose(text: str) -> str:
    """Wrapped source lines become whole paragraphs; the Markdown itself stays to be read."""
    out: list[str] = []
    table: list[list[str]] = []
    fenced = open_paragraph = False
    for line in [*text.strip("\n").split("\n"), ""]:
        if line.startswith("|") and not fenced:
            table.append([cell.strip() for cell in line.strip().strip("|").split("|")])
            continue
        out += _aligned(table)
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


def _aligned(table: list[list[str]]) -> list[str]:
    """The rows of a table in columns; the row of dashes below its head is left out."""
    rows = [row for row in table if not _RULE.fullmatch("".join(row) or "-")]
    columns = max((len(row) for row in rows), default=0)
    widths = [max((cell_len(row[n]) for row in rows if n < len(row)), default=0)
              for n in range(columns)]
    return ["    " + "  ".join(
        cell + " " * (widths[n] - cell_len(cell)) for n, cell in enumerate(row)
    ).rstrip() for row in rows]
