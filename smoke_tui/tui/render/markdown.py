"""Markdown as wrapped rows: what markdown-it parses, in the colours of the theme."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

from markdown_it.tree import SyntaxTreeNode
from textual.content import Content

from smoke_tui.presentation.format import inert
from smoke_tui.presentation.marks import MARKS
from smoke_tui.presentation.prose import markdown_parser
from smoke_tui.regex import regex
from smoke_tui.tui.render.columns import columns
from smoke_tui.tui.theme import ACCENT, MUTED, STYLES

Rows = list[Content]
LONGEST: Final = 200_000
_CODE: Final = "on $panel"
_OUTCOMES: Final = {mark.word: STYLES[mark.tone] for mark in MARKS.values()}
_SUMMARY: Final = regex(r"<summary>(.*?)</summary>", re.DOTALL)
_FOLDS: Final = regex(r"</?details>")
_SPANS: Final = {"strong": "bold", "em": "italic", "s": "strike"}


def markdown_rows(text: str, width: int) -> Rows:
    """Every row of a Markdown text, none wider than `width` cells.

    What a web page would fold or hide is shown.
    """
    tree = SyntaxTreeNode(markdown_parser().parse(inert(text, LONGEST)))
    return _stacked(tree.children, max(16, width))


@lru_cache(maxsize=64)
def markdown_content(text: str, width: int) -> Content:
    """A Markdown text as one content; kept, for what is drawn again and again."""
    return Content("\n").join(markdown_rows(text, width))


def _stacked(nodes: Sequence[SyntaxTreeNode], width: int) -> Rows:
    """Blocks below each other, an empty row between them except in a tight list."""
    rows: Rows = []
    tight = False
    for node in nodes:
        block = _block(node, width)
        if block and rows and not tight:
            rows.append(Content(""))
        rows += block
        tight = node.hidden
    return rows


def _block(node: SyntaxTreeNode, width: int) -> Rows:
    match node.type:
        case "heading":
            style = f"{ACCENT} bold underline" if node.tag in ("h1", "h2") else f"{ACCENT} bold"
            return _wrapped(_inline(node).stylize(style), width)
        case "paragraph":
            return _wrapped(_inline(node), width)
        case "bullet_list" | "ordered_list":
            return _list(node, width)
        case "blockquote":
            inner = _stacked(node.children, width - 2)
            return [Content.assemble(("│ ", MUTED), row) for row in inner]
        case "fence" | "code_block":
            return _code(node.content, width)
        case "hr":
            return [Content.styled("─" * width, MUTED)]
        case "table":
            return _table(node, width)
        case "html_block":
            return _html(node.content, width)
    return []


def _wrapped(text: Content, width: int) -> Rows:
    return [row.rstrip("\n") for row in text.wrap(width)] or [Content("")]


def _list(node: SyntaxTreeNode, width: int) -> Rows:
    rows: Rows = []
    loose = any(not child.hidden for item in node.children for child in item.children[:1])
    for item in node.children:
        mark = f"{item.info}{item.markup} " if item.info else "• "
        if rows and loose:
            rows.append(Content(""))
        for number, row in enumerate(_stacked(item.children, width - len(mark))):
            lead = (mark, ACCENT) if number == 0 else " " * len(mark)
            rows.append(Content.assemble(lead, row))
    return rows


def _code(text: str, width: int) -> Rows:
    rows: Rows = []
    for line in text.rstrip("\n").split("\n"):
        for part in Content(line).fold(max(8, width - 2)):
            rows.append(Content.assemble(("▏ ", MUTED), part))
    return rows


def _html(text: str, width: int) -> Rows:
    rows: Rows = []
    for summary in _SUMMARY.findall(text):
        rows += _wrapped(Content.styled(f"▾ {summary.strip()}", f"{ACCENT} bold"), width)
    rest = _FOLDS.sub("", _SUMMARY.sub("", text)).strip()
    return rows + (_wrapped(Content.styled(rest, MUTED), width) if rest else [])


def _table(node: SyntaxTreeNode, width: int) -> Rows:
    """The head, if it has words, over a rule; below it the rows in columns."""
    head, *bodies = node.children
    cells = [[_inline(cell) for cell in row.children] for row in head.children]
    body = [[_inline(cell) for cell in row.children] for part in bodies for row in part.children]
    titled = any(cell.plain.strip() for row in cells for cell in row)
    rights = [
        "right" in str(cell.attrs.get("style", ""))
        for row in head.children
        for cell in row.children
    ]
    if titled:
        bold = [[cell.stylize("bold") for cell in row] for row in cells]
        return columns([*bold, *body], width, rights, rule=1)
    if len(rights) == 2:
        body = [[name.stylize(MUTED), value] for name, value in body]
    return columns(body, width, rights)


def _inline(node: SyntaxTreeNode) -> Content:
    """The text of a block that has a line of Markdown in it."""
    return Content.assemble(
        *(part for child in node.children if child.type == "inline" for part in _spans(child))
    )


def _spans(node: SyntaxTreeNode) -> Iterator[Content | str]:
    for child in node.children:
        match child.type:
            case "text" | "text_special":
                yield child.content
            case "code_inline":
                yield Content.styled(child.content, _CODE)
            case "softbreak":
                yield " "
            case "hardbreak":
                yield "\n"
            case "strong" | "em" | "s":
                inner = Content.assemble(*_spans(child))
                yield inner.stylize(f"{_SPANS[child.type]} {_OUTCOMES.get(inner.plain, '')}")
            case "link":
                yield from _link(child)
            case "image":
                yield child.content
            case "html_inline":
                yield "\n" if child.content.startswith("<br") else child.content


def _link(node: SyntaxTreeNode) -> Iterator[Content]:
    """A link's words and, where they are not its address, that too."""
    words = Content.assemble(*_spans(node)).stylize(f"{ACCENT} underline")
    address = str(node.attrs.get("href", ""))
    yield words
    if address and address != words.plain:
        yield Content.styled(f" ({address})", MUTED)
