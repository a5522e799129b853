"""The look at what is about to be written, while the values are known.

Redaction replaces the forms that it knows. This looks once more, as the scan of exports does, at
each text of a fact and at each piece of evidence: for parts of a value, dumps, packed and reversed
forms, and for values that two pieces of output make up together. What lets one be read is left out
of the record, by the line, and where that is not enough as a whole. So a record that was broken off
before its last scan holds nothing that this scan would have found on its way in.
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable
from typing import Final

from smoke_tui.redaction.leak_scan import FRAGMENT, Hunt, holds_known
from smoke_tui.redaction.secret import Json, utf8
from smoke_tui.redaction.vault import Vault

WITHHELD: Final = "[REDACTED:withheld#scan]"
"""Stands for a line that would have let a known value be read."""

_DEEPEST: Final = 200
_MARK: Final = WITHHELD.encode()
#: Texts of the children of one step that are looked at together: so much of each, so many.
_KEPT: Final = 2048
_PIECES: Final = 256


class Guard:
    """Leaves out of facts what would let a value of the vault be read."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._version = -1
        self._hunt = Hunt([])
        self._clean: dict[str, int] = {}
        self._printed: dict[str, deque[str]] = {}

    def _ready(self) -> Hunt:
        if self._version != self._vault.version:
            self._version = self._vault.version
            self._hunt = Hunt(self._vault.secrets())
        return self._hunt

    def blob(self, content: bytes) -> bytes:
        """Evidence without the lines that tell, or without anything."""
        hunt = self._ready()
        if len(content) < FRAGMENT or not holds_known(content, hunt):
            self._clean[hashlib.sha256(content).hexdigest()] = self._version
            return content
        lines = content.splitlines(keepends=True)
        left = b"".join(
            _MARK + line[len(line.rstrip(b"\r\n")) :] if holds_known(line, hunt) else line
            for line in lines
        )
        return _MARK if holds_known(left, hunt) else left

    def text(self, text: str) -> str:
        """As `blob`, for text."""
        raw = utf8(text)
        if len(raw) < FRAGMENT or not holds_known(raw, self._ready()):
            return text
        return self.blob(raw).decode("utf-8", "surrogatepass")

    def inspected(self) -> frozenset[str]:
        """The sha256 of the evidence in which nothing that is known by now was found."""
        return frozenset(
            digest for digest, version in self._clean.items() if version == self._vault.version
        )

    def data(self, value: Json, depth: int = 0) -> Json:
        """A fact's data with every text looked at."""
        if depth > _DEEPEST or self._ready().empty:
            return value
        if isinstance(value, str):
            return self.text(value) if len(value) >= FRAGMENT else value
        if isinstance(value, dict):
            return {self.text(key): self.data(item, depth + 1) for key, item in value.items()}
        if isinstance(value, list):
            return [self.data(item, depth + 1) for item in value]
        return value

    def printed(self, step: str, source: str, text: str) -> str:
        """A block of a child's output, looked at together with what came before it.

        A value may lie half on one stream and half on the other, or one character to a block.
        """
        hunt = self._ready()
        kept = self.text(text)
        if hunt.empty:
            return kept
        for key in (f"{step} {source}", step):
            before = self._printed.setdefault(key, deque(maxlen=_PIECES))
            joined = "".join(before)
            if joined and self._tells(joined, kept, hunt):
                kept = WITHHELD + ("\n" if kept.endswith("\n") else "")
            before.append(kept[-_KEPT:])
            while sum(map(len, before)) > 2 * _KEPT:
                before.popleft()
        return kept

    @staticmethod
    def _tells(before: str, after: str, hunt: Hunt) -> bool:
        joins: tuple[Callable[[str], str], ...] = (lambda text: text, str.strip)
        return any(holds_known(utf8(clean(before) + clean(after[:_KEPT])), hunt) for clean in joins)
