"""The lines of the output panel: bounded, growing at the end, repeated ones counted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from smoke_tui.secrecy import Cleaner

LINES: Final = 2000
SPARE: Final = 400
LONGEST: Final = 2000


@dataclass(slots=True)
class Line:
    """One line. `source` is set while it may still grow; `key` tells repetitions apart; the rows
    it wraps to stand `hang` columns in.
    """

    text: str
    style: str = ""
    source: object = None
    key: object = None
    times: int = 1
    hang: int = 0

    @property
    def shown(self) -> str:
        return self.text if self.times == 1 else f"{self.text}  ×{self.times}"


class Feed:
    """Lines in the order they came. Lines are numbered from the session's first one on."""

    def __init__(self, limit: int = LINES) -> None:
        self._limit = limit
        self.lines: list[Line] = []
        self.first = 0
        self._changed: int | None = None
        self._cleaners: dict[object, Cleaner] = {}

    @property
    def end(self) -> int:
        """The number of the next line."""
        return self.first + len(self.lines)

    def add(
        self, text: str, style: str = "", *, key: object = None, hang: int = 0
    ) -> None:
        """A line of its own (text that is already clean). One like the last is only counted."""
        last = self.lines[-1] if self.lines else None
        if last is not None and key is not None and last.key == key:
            last.times += 1
            last.text = text
            self._touch(self.end - 1)
            return
        self._append(Line(text, style, key=key, hang=hang))

    def pour(self, source: object, text: str, style: str = "") -> None:
        """Foreign text as it comes; it goes on in the line its source left open."""
        cleaner = self._cleaners.setdefault(source, Cleaner())
        for number, piece in enumerate(cleaner.feed(text).expandtabs(4).split("\n")):
            last = self.lines[-1] if self.lines else None
            goes_on = number == 0 and last is not None and last.source == source
            if goes_on and last is not None and len(last.text) + len(piece) <= LONGEST:
                last.text += piece
                self._touch(self.end - 1)
                continue
            if number == 0 and not piece:
                continue
            for start in range(0, max(1, len(piece)), LONGEST):
                self._append(Line(piece[start:start + LONGEST], style, source=source))
        last = self.lines[-1] if self.lines else None
        if last is not None and last.source == source and text.endswith("\n") and not last.text:
            self._drop_last()

    def changed(self) -> int | None:
        """The number of the first line that changed since the last look; None: none did."""
        number, self._changed = self._changed, None
        return number

    def _append(self, line: Line) -> None:
        self._touch(self.end)
        self.lines.append(line)
        if len(self.lines) > self._limit + SPARE:
            self.first += len(self.lines) - self._limit
            del self.lines[:-self._limit]

    def _drop_last(self) -> None:
        """An ended line leaves no open one behind; the next text begins a new one."""
        self.lines.pop()
        self._touch(self.end)
        if self.lines:
            self.lines[-1].source = None

    def _touch(self, number: int) -> None:
        self._changed = number if self._changed is None else min(self._changed, number)
