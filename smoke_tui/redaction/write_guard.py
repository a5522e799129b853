"""Scan what is about to be written to the journal for registered values.

Redaction replaces the encodings it derives. The guard scans each text of an event and each piece of
evidence as `leak_scan` scans an export: for fragments, dumps, compressed and reversed values, and
for values split over two blocks of output. A line that exposes a value is withheld, or the whole
text where that is not enough. So an interrupted journal, which is never scanned as a whole, holds
nothing that the scan would have found.
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable
from typing import Final

from smoke_tui.redaction.leak_scan import FRAGMENT, SecretSearch, holds_secret
from smoke_tui.redaction.secret import Json, utf8
from smoke_tui.redaction.vault import MOST_HARMLESS, SHORT, Vault

WITHHELD: Final = "[REDACTED:withheld#scan]"
"""Replaces a line that would have exposed a registered value."""

_MAX_DEPTH: Final = 200
_WITHHELD: Final = WITHHELD.encode()
_CONTEXT: Final = 2048
"""Characters of earlier output of a step's children that are scanned together with a new block."""
_MAX_BLOCKS: Final = 256
"""Blocks of output among which these characters are spread at most."""


class WriteGuard:
    """Withholds from facts what would expose a registered value."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._version = -1
        self._search = SecretSearch()
        self._clean: dict[str, int] = {}
        self._harmless: set[str] = set()
        self._printed: dict[str, deque[str]] = {}

    def _current_search(self) -> SecretSearch:
        if self._version != self._vault.version:
            self._version = self._vault.version
            self._search.add(self._vault.secrets())
            self._harmless.clear()
        return self._search

    def blob(self, content: bytes) -> bytes:
        """Evidence without the lines that expose a value, or nothing of it."""
        search = self._current_search()
        if len(content) < FRAGMENT or not holds_secret(content, search):
            self._clean[hashlib.sha256(content).hexdigest()] = self._version
            return content
        lines = content.splitlines(keepends=True)
        remaining = b"".join(
            _WITHHELD + line[len(line.rstrip(b"\r\n")) :] if holds_secret(line, search) else line
            for line in lines
        )
        return _WITHHELD if holds_secret(remaining, search) else remaining

    def text(self, text: str) -> str:
        """As `blob`, for text."""
        search = self._current_search()
        if text in self._harmless:
            return text
        raw = utf8(text)
        if len(raw) < FRAGMENT:
            return text
        if not holds_secret(raw, search):
            if len(text) <= SHORT and len(self._harmless) < MOST_HARMLESS:
                self._harmless.add(text)
            return text
        return self.blob(raw).decode("utf-8", "surrogatepass")

    def inspected(self) -> frozenset[str]:
        """The sha256 of evidence that was found clean with every value registered until now."""
        return frozenset(
            digest for digest, version in self._clean.items() if version == self._vault.version
        )

    def data(self, value: Json, depth: int = 0) -> Json:
        """An event's data with every text scanned; what is nested over 200 levels is not."""
        if depth > _MAX_DEPTH or self._current_search().empty:
            return value
        if isinstance(value, str):
            return self.text(value) if len(value) >= FRAGMENT else value
        if isinstance(value, dict):
            return {
                key if len(key) < FRAGMENT and key.isascii() else self.text(key): self.data(
                    item, depth + 1
                )
                for key, item in value.items()
            }
        if isinstance(value, list):
            return [self.data(item, depth + 1) for item in value]
        return value

    def printed(self, step: str, source: str, text: str) -> str:
        """A block of a child's output, scanned together with the output before it.

        A value may be split over two streams, or over blocks of one character.
        """
        search = self._current_search()
        scanned = self.text(text)
        if search.empty:
            return scanned
        for key in (f"{step} {source}", step):
            before = self._printed.setdefault(key, deque(maxlen=_MAX_BLOCKS))
            context = "".join(before)
            if context and self._exposes(context, scanned, search):
                scanned = WITHHELD + ("\n" if scanned.endswith("\n") else "")
            before.append(scanned[-_CONTEXT:])
            while sum(map(len, before)) > 2 * _CONTEXT:
                before.popleft()
        return scanned

    @staticmethod
    def _exposes(before: str, after: str, search: SecretSearch) -> bool:
        cleaners: tuple[Callable[[str], str], ...] = (lambda text: text, str.strip)
        return any(
            holds_secret(utf8(clean(before) + clean(after[:_CONTEXT])), search)
            for clean in cleaners
        )
