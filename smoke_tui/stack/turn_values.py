"""The values of a turn's answer, each with where it stands; tables of how a turn was made."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from smoke_tui.proof.flags import normalize_name
from smoke_tui.proof.obligations import value_text

_DEPTH: Final = 6
_MOST: Final = 20_000
"""Values that are looked at, at most."""

TRIES: Final = (
    "attempts",
    "tries",
    "calls",
    "llmcalls",
    "hops",
    "chain",
    "routes",
    "responses",
    "choices",
    "upstreams",
)
"""Lists of how a turn was made, one try after the other; the last one is the one that answered."""

HEADERS: Final = ("headers", "upstreamheaders", "responseheaders", "providerheaders")
"""Names of tables of headers that a stack passes on."""

_EARLIER: Final = re.compile(r"history|previous|earlier|past|recent|turns$|jobs$|archive")
"""Names of lists that tell of other turns than this one; they are not entered."""

TURN_HOLDERS: Final = (
    "route",
    "response",
    "upstream",
    "answer",
    "provider",
    "turn",
    "meta",
    "metadata",
    "llm",
    "fallback",
    *TRIES,
)
"""Tables that tell how the turn was made; elsewhere a word is one of what was authored."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """One value of a document.

    It has its path, its normalized name, the normalized names of the tables above it, and whether
    it is inside an entry of a list that is not about how the turn was made.
    """

    path: str
    name: str
    tables: tuple[str, ...]
    value: Any
    listed: bool = False

    def within(self, holders: Container[str]) -> bool:
        """Whether every table that it stands in is one of these."""
        return not self.listed and all(table in holders for table in self.tables)


def leaves(document: object) -> Iterator[Leaf]:
    """Every value of a document's tables, and of the tables in its lists."""
    waiting: list[tuple[str, tuple[str, ...], Any, bool]] = [("", (), document, False)]
    count = 0
    while waiting and count < _MOST:
        path, tables, value, listed = waiting.pop(0)
        if not isinstance(value, Mapping) or len(tables) >= _DEPTH:
            continue
        for key, item in value.items():
            count += 1
            where, name = f"{path}.{key}" if path else str(key), normalize_name(key)
            yield Leaf(where, name, tables, item, listed)
            waiting.append((where, (*tables, name), item, listed))
            if isinstance(item, list) and _EARLIER.search(name) is None:
                waiting += [
                    (f"{where}[{n}]", (*tables, name), one, listed or name not in TRIES)
                    for n, one in _entries(name, item)
                ]


def _entries(name: str, entries: Sequence[Any]) -> list[tuple[int, Any]]:
    """The entries that tell of the turn: of its tries the last one, else all."""
    numbered = list(enumerate(entries))
    return numbered[-1:] if name in TRIES else numbered


def texts_of(value: object) -> Iterator[str]:
    """Every text inside a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping | list):
        for one in value.values() if isinstance(value, Mapping) else value:
            yield from texts_of(one)


def words_of(text: str) -> list[str]:
    """The words of a text, in lower case."""
    return re.findall(r"[a-z0-9]+", text.casefold())


def shown(value: object) -> str:
    """A value of a stack's answer as it is shown."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None:
        return "not given"
    return value_text(value)
