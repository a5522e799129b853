"""Buffer of log lines: bounded, appended at the end, repetitions counted."""

from __future__ import annotations

from typing import Final

from smoke_tui.redaction import Cleaner
from smoke_tui.structs import Struct

LINES: Final = 2000
SPARE: Final = 400
LONGEST: Final = 2000
NEAR: Final = 4
"""Lines from the end up to which an unfinished line is continued."""


class Line(Struct):
    """One log line; lines of equal `key` are repetitions, wrapped rows are indented by `hang`."""

    text: str
    style: str = ""
    key: object = None
    times: int = 1
    hang: int = 0

    @property
    def shown(self) -> str:
        """The text, with the number of repetitions."""
        return self.text if self.times == 1 else f"{self.text}  ×{self.times}"


class LogBuffer:
    """The newest lines of a session, numbered from its first one."""

    def __init__(self, limit: int = LINES) -> None:
        self._limit = limit
        self.lines: list[Line] = []
        self.first = 0
        self._changed: int | None = None
        self._cleaners: dict[object, Cleaner] = {}
        self._open: dict[object, int] = {}

    @property
    def end(self) -> int:
        """Number of the next line."""
        return self.first + len(self.lines)

    def add(self, text: str, style: str = "", *, key: object = None, hang: int = 0) -> None:
        """Append a line of clean text; a repetition of the last line is only counted."""
        last = self.lines[-1] if self.lines else None
        if last is not None and key is not None and last.key == key:
            last.times += 1
            last.text = text
            self._touch(self.end - 1)
            return
        self._append(Line(text, style, key=key, hang=hang))

    def add_text(self, source: object, text: str, style: str = "") -> None:
        """Append foreign text of a source, continuing the line that the source left unfinished.

        A line that is no longer one of the last stays as it is.
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
        """Return the number of the first line changed since the last call; None if none did."""
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
