"""The lines of the output panel: bounded, growing at the end, repeated ones counted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from smoke_tui.redaction import Cleaner

LINES: Final = 2000
SPARE: Final = 400
LONGEST: Final = 2000
NEAR: Final = 4
"""How far from the end an open line may be; further up nobody would see it grow."""


@dataclass(slots=True)
class Line:
    """One line. `key` tells repetitions apart; the rows it wraps to stand `hang` columns in."""

    text: str
    style: str = ""
    key: object = None
    times: int = 1
    hang: int = 0

    @property
    def shown(self) -> str:
        return self.text if self.times == 1 else f"{self.text}  ×{self.times}"


class LogBuffer:
    """Lines in the order they came. Lines are numbered from the session's first one on."""

    def __init__(self, limit: int = LINES) -> None:
        self._limit = limit
        self.lines: list[Line] = []
        self.first = 0
        self._changed: int | None = None
        self._cleaners: dict[object, Cleaner] = {}
        self._open: dict[object, int] = {}

    @property
    def end(self) -> int:
        """The number of the next line."""
        return self.first + len(self.lines)

    def add(self, text: str, style: str = "", *, key: object = None, hang: int = 0) -> None:
        """A line of its own (text that is already clean). One like the last is only counted."""
        last = self.lines[-1] if self.lines else None
        if last is not None and key is not None and last.key == key:
            last.times += 1
            last.text = text
            self._touch(self.end - 1)
            return
        self._append(Line(text, style, key=key, hang=hang))

    def pour(self, source: object, text: str, style: str = "") -> None:
        """Foreign text as it comes; it goes on in the line its source left open, where that is
        one of the last.
        """
        cleaner = self._cleaners.setdefault(source, Cleaner())
        pieces = cleaner.feed(text).expandtabs(4).split("\n")
        left = self._open.pop(source, -1)
        if left >= max(self.first, self.end - NEAR):
            line = self.lines[left - self.first]
            if len(line.text) + len(pieces[0]) <= LONGEST:
                line.text += pieces.pop(0)
                self._touch(left)
        else:
            if left >= 0 and not pieces[0]:
                # It ends a line that is too far up to be seen: nothing is left to say.
                del pieces[0]
            left = -1
        # What follows the last newline is a line only when there is something of it.
        for piece in pieces if pieces and pieces[-1] else pieces[:-1]:
            for start in range(0, max(1, len(piece)), LONGEST):
                self._append(Line(piece[start : start + LONGEST], style))
                left = self.end - 1
        if left >= 0 and (not pieces or pieces[-1]):
            self._open[source] = left

    def changed(self) -> int | None:
        """The number of the first line that changed since the last look; None: none did."""
        number, self._changed = self._changed, None
        return number

    def _append(self, line: Line) -> None:
        self._touch(self.end)
        self.lines.append(line)
        if len(self.lines) > self._limit + SPARE:
            self.first += len(self.lines) - self._limit
            del self.lines[: -self._limit]

    def _touch(self, number: int) -> None:
        self._changed = number if self._changed is None else min(self._changed, number)
