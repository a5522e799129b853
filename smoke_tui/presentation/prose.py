"""A runbook's Markdown as plain text, for a voice: paragraphs joined, code indented."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_MARGIN = "    "


@cache
def markdown_parser() -> MarkdownIt:
    """The parser of every Markdown that is rendered for a terminal."""
    from markdown_it import MarkdownIt

    # Definitions of references stay to be read, like all Markdown within a line.
    return MarkdownIt("commonmark").enable("table").disable("reference")


def spoken_prose(text: str) -> str:
    """Render blocks to be read aloud: a table's rows as sentences, no marks within a line."""
    out: list[str] = []
    last = 0
    for start, end, lines in _blocks(text):
        if out and start > last:
            out.append("")
        out += lines
        last = end
    return "\n".join(out)


def _blocks(text: str) -> Iterator[tuple[int, int, list[str]]]:
    """Yield the first and last source line of each block, and its rendered lines."""
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
                rows[-1].append(_spoken(token))
            case "table_close" if rows is not None:
                yield *(place or (0, 0)), _sentences(rows)
                rows = None
            case "inline":
                lines = [_spoken(token)]
            case "fence" | "code_block":
                lines = [_MARGIN + line for line in token.content.rstrip("\n").split("\n")]
            case "html_block":
                lines = token.content.rstrip("\n").split("\n")
            case "hr":
                lines = ["---"]
        if lines and token.map:
            start, end = token.map
            yield start, end, ["".join(margins) + line for line in lines]
            margins = [m if m == "> " else " " * len(m) for m in margins]


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


def _sentences(rows: list[list[str]]) -> list[str]:
    return ["; ".join(row) if len(row) != 2 else f"{row[0]}: {row[1]}" for row in rows]
