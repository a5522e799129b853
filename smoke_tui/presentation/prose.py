"""A runbook's Markdown as plain text: paragraphs joined, tables aligned, code indented."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from rich.cells import cell_len

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_MARGIN = "    "
_ADDRESS = re.compile(r"<(https?://[^<>\s]+)>")


@cache
def markdown_parser() -> MarkdownIt:
    """The parser of every Markdown that is rendered for a terminal."""
    from markdown_it import MarkdownIt

    # Definitions of references stay to be read, like all Markdown within a line.
    return MarkdownIt("commonmark").enable("table").disable("reference")


def plain_prose(text: str) -> str:
    """Render blocks for a terminal: tables in columns; the Markdown within a line stays."""
    return _joined(text, spoken=False)


def spoken_prose(text: str) -> str:
    """Render blocks to be read aloud: a table's rows as sentences, no marks within a line."""
    return _joined(text, spoken=True)


def _joined(text: str, spoken: bool) -> str:
    out: list[str] = []
    last = 0
    for start, end, lines in _blocks(text, spoken):
        if out and start > last:
            out.append("")
        out += lines
        last = end
    return "\n".join(out)


def _blocks(text: str, spoken: bool) -> Iterator[tuple[int, int, list[str]]]:
    """Yield the first and last source line of each block, and its rendered lines."""
    inline = _spoken if spoken else _source
    margins: list[str] = []
    rows: list[list[str]] | None = None
    for token in markdown_parser().parse(text):
        lines: list[str] = []
        match token.type:
            case "list_item_open":
                margins.append(f"{token.info}{token.markup} ")
            case "blockquote_open":
                margins.append("> ")
            case "list_item_close" | "blockquote_close":
                margins.pop()
            case "table_open":
                rows, place = [], token.map
            case "tr_open" if rows is not None:
                rows.append([])
            case "inline" if rows:
                rows[-1].append(inline(token))
            case "table_close" if rows is not None:
                yield *(place or (0, 0)), _sentences(rows) if spoken else _aligned(rows)
                rows = None
            case "heading_open" if not spoken:
                margins.append("#" * int(token.tag[1]) + " ")
            case "inline":
                lines = [inline(token)]
            case "fence" | "code_block":
                lines = [_MARGIN + line for line in token.content.rstrip("\n").split("\n")]
            case "html_block":
                lines = token.content.rstrip("\n").split("\n")
            case "hr":
                lines = ["---"]
        if lines and token.map:
            start, end = token.map
            yield start, end, ["".join(margins) + line for line in lines]
            margins = [m if m == "> " else " " * len(m) for m in margins if m[0] != "#"]


def _source(token: Token) -> str:
    """A paragraph's or cell's source on one line; an address without its angle brackets."""
    text = " ".join(line.strip() for line in token.content.split("\n"))
    return _ADDRESS.sub(r"\1", text)


def _spoken(token: Token) -> str:
    """A paragraph's or cell's text without markup; a link's address follows its text."""
    parts: list[str] = []
    address = ""
    for child in token.children or ():
        if child.type == "link_open":
            address = "" if child.markup == "autolink" else f" ({child.attrGet('href')})"
        elif child.type == "link_close":
            parts.append(address)
        else:
            parts.append(" " if child.type in ("softbreak", "hardbreak") else child.content)
    return "".join(parts)


def _aligned(rows: list[list[str]]) -> list[str]:
    """A table's rows in aligned columns."""
    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    return [
        (
            _MARGIN
            + "  ".join(
                cell + " " * (w - cell_len(cell)) for cell, w in zip(row, widths, strict=True)
            )
        ).rstrip()
        for row in rows
    ]


def _sentences(rows: list[list[str]]) -> list[str]:
    return ["; ".join(row) if len(row) != 2 else f"{row[0]}: {row[1]}" for row in rows]
