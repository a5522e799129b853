"""Parts of the HTML page: sentences, lists, labelled values, tables, foreign text in a frame."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final
from xml.etree.ElementTree import Element

from smoke_tui.presentation.code_words import pieces
from smoke_tui.presentation.report.html_builder import Node, tag
from smoke_tui.presentation.report.try_text import Table
from smoke_tui.presentation.spans import Row, Text, spans

MOST_ROWS: Final = 500
"""Rows shown of one list; a session may hold a hundred thousand notes."""


def inline(text: Text) -> list[Node]:
    """A sentence: values from outside and words of code as code, the rest as prose."""
    nodes: list[Node] = []
    for span in spans(text):
        if span.foreign:
            nodes.append(tag("code", span.text or "(empty)"))
        elif span.tone == "strong":
            nodes.append(tag("strong", span.text))
        else:
            nodes += _sentence(span.text)
    return nodes


def _sentence(text: str) -> Iterable[Node]:
    yield " " if text[:1].isspace() else ""
    for piece in pieces(text):
        yield tag("code", piece.text) if piece.code else piece.text
    yield " " if text[-1:].isspace() and text.strip() else ""


def section(title: str, *nodes: Node) -> Element:
    """A section under its heading."""
    name = title.lower().replace(" ", "-")
    return tag("section", tag("h2", title, id=name), *nodes, aria_labelledby=name)


def optional(title: str, nodes: Sequence[Node]) -> list[Element]:
    """A section, if there is anything in it."""
    return [section(title, *nodes)] if nodes else []


def labelled(rows: Iterable[Row], **attributes: str) -> Element:
    """Labels and their values."""
    return tag(
        "dl",
        *(tag("div", tag("dt", name), tag("dd", *inline(text))) for name, text in rows),
        **attributes,
    )


def items(rows: Sequence[Text]) -> Element:
    """Sentences as a list."""
    more = [tag("li", f"… and {len(rows) - MOST_ROWS:,} more")] if len(rows) > MOST_ROWS else []
    return tag("ul", *(tag("li", *inline(text)) for text in rows[:MOST_ROWS]), *more)


def table(caption: str, heads: Iterable[str], rows: Iterable[Element], **more: str) -> Element:
    """A table; `more` are attributes of its caption."""
    return tag(
        "table",
        tag("caption", caption, **more),
        tag("thead", tag("tr", *(tag("th", name, scope="col") for name in heads))),
        tag("tbody", *rows),
    )


def wide(label: str, content: Element) -> Element:
    """A region that scrolls sideways on a narrow screen."""
    return tag("div", content, class_="wide", tabindex="0", role="region", aria_label=label)


def evidence_table(shown: Table) -> Element:
    """Evidence in columns."""
    rows = []
    for cells in shown.rows:
        first, *rest = (tag("td", *inline(cell)) for cell in cells)
        if shown.named:
            first.tag, first.attrib["scope"] = "th", "row"
        rows.append(tag("tr", first, *rest))
    return wide(shown.label, table(shown.label, shown.heads, rows))


def frame(text: str, label: str) -> Element:
    """Foreign text as it is."""
    return tag("pre", text, tabindex="0", role="region", aria_label=label)
