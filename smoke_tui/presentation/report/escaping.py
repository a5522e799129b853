"""Text in Markdown: foreign text inert, as a code span or in a fence it can't close.

A code host looks for names, numbers of issues and addresses in the *rendered* text, where an
escaped `#` is a `#` again; only in code it leaves everything as it is. So values from outside are
code, and in sentences the words that could be markup or links are. Nothing invisible is added:
what a reader copies is what was there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from smoke_tui.presentation.code_words import pieces
from smoke_tui.presentation.spans import Span, Text, spans
from smoke_tui.redaction import clean
from smoke_tui.regex import regex

_SPECIAL: Final = regex(r"([\\`*_{}\[\]|#~&$])")


def as_markdown(text: Text) -> str:
    """Render a text as one line of Markdown, its foreign spans as code spans."""
    return _joined(part for span in spans(text) for part in _parts(span))


def as_cell(text: Text) -> str:
    """Render a text as a cell of a table."""
    return _in_cell(as_markdown(text))


def code(text: str) -> str:
    """Render a text as a code span."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * (longest + 1)
    blank = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{blank}{text}{blank}{fence}"


def fenced(text: str, kind: str = "text") -> list[str]:
    """Put foreign text in a fence longer than any run of backticks in it."""
    body = clean(text)
    longest = max((len(run) for run in re.findall(r"`+", body)), default=0)
    fence = "`" * max(3, longest + 1)
    return [fence + kind, *body.split("\n"), fence]


def _parts(span: Span) -> list[str]:
    if span.foreign:
        return [code(span.text) if span.text.strip() else "(empty)"]
    if span.tone == "strong":
        return [f"**{_joined(_pieces(span.text))}**"] if span.text.strip() else []
    # The blanks at a span's ends part it from its neighbours.
    blanks = [" " * span.text[at : at + 1 or None].isspace() for at in (0, -1)]
    return [blanks[0], *_pieces(span.text), blanks[1]] if span.text.strip() else blanks[:1]


def _pieces(text: str) -> list[str]:
    return [code(piece.text) if piece.code else _escaped(piece.text) for piece in pieces(text)]


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text)


def _joined(parts: Iterable[str]) -> str:
    """Join parts of a line; two code spans side by side need a blank between them."""
    line = ""
    for part in parts:
        if part.startswith("`") and line.endswith("`"):
            line += " "
        line += part
    return line


_BAR: Final = regex(r"(\\*)\|")


def _in_cell(line: str) -> str:
    """Escape the bars of a line, which end a cell even in code."""
    # A backslash before a bar could not be told from the one that escapes it.
    return _BAR.sub(lambda bar: f"{bar[1]}¦" if bar[1] else "\\|", line)
