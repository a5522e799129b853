"""The values of a turn's answer with their paths, and the tables that describe the turn."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from typing import Any, Final

from smoke_tui.proof.flags import normalize_name
from smoke_tui.proof.obligations import value_text
from smoke_tui.regex import regex
from smoke_tui.structs import Struct

_MAX_DEPTH: Final = 6
_MAX_VALUES: Final = 20_000
"""Maximum number of values that are read."""

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
"""Lists of attempts at a turn; the last attempt is the one that answered."""

HEADERS: Final = ("headers", "upstreamheaders", "responseheaders", "providerheaders")
"""Names of tables of headers that a stack passes on."""

_EARLIER: Final = regex(r"history|previous|earlier|past|recent|turns$|jobs$|archive")
"""Names of lists about earlier turns, which are not read."""

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
"""Tables that describe how the turn was made; other tables hold authored content."""


class Leaf(Struct, frozen=True):
    """One value with its path, its normalized name and those of its tables.

    `listed` means that it is in a list that does not describe how the turn was made.
    """

    path: str
    name: str
    tables: tuple[str, ...]
    value: Any
    listed: bool = False

    def within(self, holders: Container[str]) -> bool:
        """Whether all its tables are among these."""
        return not self.listed and all(table in holders for table in self.tables)


def leaves(document: object) -> Iterator[Leaf]:
    """Every value of a document's tables, and of the tables in its lists."""
    queue: list[tuple[str, tuple[str, ...], Any, bool]] = [("", (), document, False)]
    count = 0
    while queue and count < _MAX_VALUES:
        path, tables, value, listed = queue.pop(0)
        if not isinstance(value, Mapping) or len(tables) >= _MAX_DEPTH:
            continue
        for key, item in value.items():
            count += 1
            item_path, name = f"{path}.{key}" if path else str(key), normalize_name(key)
            yield Leaf(item_path, name, tables, item, listed)
            queue.append((item_path, (*tables, name), item, listed))
            if isinstance(item, list) and _EARLIER.search(name) is None:
                queue += [
                    (f"{item_path}[{n}]", (*tables, name), entry, listed or name not in TRIES)
                    for n, entry in _entries(name, item)
                ]


def _entries(name: str, entries: Sequence[Any]) -> list[tuple[int, Any]]:
    """The entries to read: of a list of attempts the last one, else all."""
    numbered = list(enumerate(entries))
    return numbered[-1:] if name in TRIES else numbered


def texts_of(value: object) -> Iterator[str]:
    """Every text inside a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping | list):
        for entry in value.values() if isinstance(value, Mapping) else value:
            yield from texts_of(entry)


def words_of(text: str) -> list[str]:
    """The words of a text, in lower case."""
    return re.findall(r"[a-z0-9]+", text.casefold())


def display_text(value: object) -> str:
    """A value of a stack's answer as text."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None:
        return "not given"
    return value_text(value)
