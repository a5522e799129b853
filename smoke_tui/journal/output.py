"""What is kept of a child's output beside the journal's lines: how it began, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

KEPT: Final = 4_000
"""Characters, at either end."""


@dataclass(slots=True)
class Ends:
    """The first and the last of a text that grows, in bounded memory whatever its length."""

    head: str = ""
    tail: str = ""
    length: int = 0

    def add(self, text: str) -> None:
        """The next piece of it."""
        self.length += len(text)
        room = KEPT - len(self.head)
        self.head += text[:room]
        self.tail = (self.tail + text[room:])[-KEPT:]

    def text(self) -> str:
        """Both ends, and between them how many characters are not here."""
        missing = self.length - len(self.head) - len(self.tail)
        if missing <= 0:
            return self.head + self.tail
        return f"{self.head}\n… ({missing:,} characters are left out here) …\n{self.tail}"
