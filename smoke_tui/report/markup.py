"""Building HTML: every text and every attribute is escaped by the one who writes it out."""

from __future__ import annotations

import html
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from smoke_tui.secrecy import clean

_VOID: Final = frozenset({"meta", "br", "hr", "rect", "line"})
"""Elements that hold nothing; the last two are SVG's, closed in themselves."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """The one text that is written as it is: a style sheet of ours."""

    css: str


@dataclass(frozen=True, slots=True)
class Element:
    """An element; text among `children` is plain text, whatever it looks like."""

    name: str
    attributes: tuple[tuple[str, str], ...]
    children: tuple[Node, ...]


Node = Element | Sheet | str


def tag(element: str, *children: Node, **attributes: object) -> Element:
    """An element. `class_` and `for_` lose their underline, others turn it into a hyphen.

    An attribute that is None or False is left out; True stands without a value.
    """
    shown = tuple(
        (key.rstrip("_").replace("_", "-"), "" if value is True else str(value))
        for key, value in attributes.items()
        if value is not None and value is not False
    )
    return Element(element, shown, children)


def render(nodes: Iterable[Node]) -> str:
    """The elements as HTML."""
    out: list[str] = []
    for node in nodes:
        _write(node, out)
    return "".join(out)


def _write(node: Node, out: list[str]) -> None:
    if isinstance(node, str):
        out.append(_escaped(node))
        return
    if isinstance(node, Sheet):
        out.append(node.css)
        return
    attributes = "".join(
        f' {name}="{_escaped(value)}"' if value else f" {name}" for name, value in node.attributes
    )
    if node.name in _VOID:
        out.append(f"<{node.name}{attributes}/>")
        return
    out.append(f"<{node.name}{attributes}>")
    for child in node.children:
        _write(child, out)
    out.append(f"</{node.name}>")


def _escaped(text: str) -> str:
    return html.escape(clean(text).encode("utf-8", "replace").decode(), quote=True)
