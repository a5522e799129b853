"""Which words of a sentence are code: commands, options, files, addresses, identifiers.

A sentence of a report may hold foreign words. Whatever a code host could read as markup, a link, a
name or a number of an issue is a word of code, so that it is shown as it is and stays inert.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from smoke_tui.presentation.format import flat
from smoke_tui.regex import regex


class Piece(NamedTuple):
    """A part of a sentence."""

    text: str
    code: bool


_QUOTED: Final = regex(r"(?<!`)`([^`]*[^`\s][^`]*)`(?!`)|(?<!\S)(\{+[^{}`]*\}+)(?![^\s.,;:)])")
"""What stands between backticks, or between braces."""
_WORD: Final = regex(r"\S+")
_PUNCTUATED: Final = regex(r"""([("'“‘]*)(.*?)([.,;:!?)"'”’…]*)""", re.DOTALL)
_CODE: Final = regex(
    r"""[\\`*_{}\[\]<>|\#~&@^=+]   # markup, and marks of names and numbers
    | \$(?!\d)                     # formulas, not amounts
    | ://
    | :[^\s\d]                     # names of emoji, web and mail addresses
    | (?<=\w)\.[^\W\d]{2}          # files and hosts
    | ^--?\w                       # options
    | /\w | //                     # paths
    | \bgh-\d
    | ^[0-9a-f]{7,40}$             # revisions
    """,
    re.VERBOSE | re.IGNORECASE,
)
_COMPARISON: Final = regex("<|>|[<>=]=")
_AT_START: Final = regex(r"-+|>=?|\d+[.)]")
"""What starts a list where it is the first word of a line."""


def pieces(text: str) -> Iterator[Piece]:
    """Split a sentence, put on one line, into prose and words of code."""
    rest = flat(text)
    at = 0
    for quoted in _QUOTED.finditer(rest):
        yield from _prose(rest[at : quoted.start()], first=at == 0)
        yield Piece((quoted[1] or quoted[2]).strip(), True)
        at = quoted.end()
    yield from _prose(rest[at:], first=at == 0)


def _prose(text: str, *, first: bool) -> Iterator[Piece]:
    at = 0
    for word in _WORD.finditer(text):
        if first and word.start() == 0 and _AT_START.fullmatch(word[0]):
            yield Piece(word[0], True)
            at = word.end()
            continue
        parts = _PUNCTUATED.fullmatch(word[0])
        assert parts is not None
        before, core, after = parts.groups()
        if not _CODE.search(core) or _COMPARISON.fullmatch(core):
            continue
        yield Piece(text[at : word.start()] + before, False)
        yield Piece(core, True)
        at = word.end() - len(after)
    yield Piece(text[at:], False)
