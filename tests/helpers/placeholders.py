"""Fixed words for what differs from run to run; the tables below are all there is of it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from smoke_tui.journal.events.event import Event
from tests.helpers.events import change_event, data_of

NUMBERED: Final = (
    # Two that are the same in a session get the same number.
    ("SYSTEM", re.compile(r"(?<=smoke-tui/\d\.\d\.\d )\([^()]*\)")),
    ("PORT", re.compile(r"(?<=127\.0\.0\.1:)\d+|(?<=127\.0\.0\.1%3A)\d+")),
    ("SHA", re.compile(r"\b[0-9a-f]{64}\b")),
    # Those that the session drew are counted already, and end like this.
    ("UUID", re.compile(r"\b(?![0-9]{8}-1d2c-4b3a)[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")),
    ("RESPONSE", re.compile(r"\bresp_FAKE[0-9a-f]{40}\b")),
    ("ITEM", re.compile(r"\bmsg_FAKE[0-9a-f]{40}\b")),
    (
        "SEEDED",
        re.compile(
            r"(?<=\borg_)[0-9a-f]{8}\b|(?<=\bdom_)[0-9a-f]{8}\b"
            r"|(?<=\bworld-)[0-9a-f]{8}\b"
        ),
    ),
)
"""Values that a port, a server or a child chose."""

ALIKE: Final = (
    ("RAY", re.compile(r"\b[0-9a-f]{16}(?=-FAK\b)")),
    # The session and the provider live in January 2026, the stack's children now.
    (
        "DATE",
        re.compile(
            r"\b[A-Z][a-z]{2}, \d\d (?!Jan 2026)[A-Z][a-z]{2} \d{4} "
            r"\d\d:\d\d:\d\d GMT"
        ),
    ),
    ("TIME", re.compile(r"\b(?!2026-01)\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z")),
    ("CUT", re.compile(r"(?<=exchanges sha256 )[0-9a-f]+(?=…)|\b[0-9a-f]{12}(?=…)")),
    ("AGE", re.compile(r"(?<=· age )(?:now|unknown|\d+ (?:min|h|d))\b")),
    ("MS", re.compile(r"(?<=\bafter )\d+(?= ms\b)|(?<=\bms \| `)\d+(?=`)")),
    ("LENGTH", re.compile(r"(?<=Z, after )[\d.]+ s\b")),
)
"""Times of the machine, which are equal or not as it happens, and marks that nothing refers to."""

KEYS: Final[Mapping[str, str]] = {
    "pid": "PID",
    "guardian": "PID",
    "mark": "MARK",
    "boot": "MARK",
    "ms": "MS",
    "total_ms": "MS",
    "first_text_ms": "MS",
    "chunks": "CHUNKS",
}
"""Keys of facts whose values are processes, times, or how a stream fell into pieces."""


class Placeholders:
    """Puts fixed words into one session's events and texts, in the order they are given.

    `known` are texts that are known to differ, such as folders.
    """

    def __init__(self, known: Mapping[str, str]) -> None:
        self._known = known
        self._seen: dict[str, dict[str, str]] = {word: {} for word, _ in NUMBERED}

    def event(self, event: Event) -> Event:
        return change_event(event, data=self._value(dict(data_of(event))))

    def text(self, text: str) -> str:
        for found, word in self._known.items():
            text = text.replace(found, word)
        for word, pattern in NUMBERED:
            text = pattern.sub(partial(self._numbered, word), text)
        for word, pattern in ALIKE:
            text = pattern.sub(word, text)
        return text

    def _numbered(self, word: str, match: re.Match[str]) -> str:
        return self._number(word, match[0])

    def _number(self, word: str, value: str) -> str:
        seen = self._seen[word]
        return seen.setdefault(value, f"{word}-{len(seen) + 1}")

    def _value(self, value: Any, key: str = "") -> Any:
        # A child that is gone before anybody looks at it has no mark.
        if key in KEYS and (value is not None or KEYS[key] == "MARK"):
            return KEYS[key]
        if isinstance(value, Mapping):
            return {name: self._value(item, name) for name, item in value.items()}
        if isinstance(value, list | tuple):
            return [self._value(item) for item in value]
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, int) and key == "port":
            return self._number("PORT", str(value))
        return value


def line(event: Event) -> str:
    """An event as its line of the journal; its checksum would be another one, and is left out."""
    whole: Mapping[str, Any] = json.loads(event.line())
    return json.dumps(
        {name: value for name, value in whole.items() if name != "crc"}, ensure_ascii=False
    )
