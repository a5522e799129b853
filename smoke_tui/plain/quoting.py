"""Foreign text as whole lines: cleaned, put together, bounded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from smoke_tui.redaction import Cleaner

LONGEST: Final = 2000
LINES_A_LOOK: Final = 40
"""Lines of one source that are given out at once; what a flood has more is counted."""


@dataclass(slots=True)
class _Source:
    step: str
    about: str = ""
    cleaner: Cleaner = field(default_factory=Cleaner)
    rest: str = ""
    lines: list[str] = field(default_factory=list)
    left_out: int = 0


class Quotes:
    """Text of several sources, by line."""

    def __init__(self) -> None:
        self._sources: dict[object, _Source] = {}

    def pour(self, source: object, text: str, step: str, about: str = "") -> None:
        """More text of a step's source; `about` stands before its lines."""
        known = self._sources.setdefault(source, _Source(step))
        known.about = about
        *whole, known.rest = (known.rest + known.cleaner.feed(text)).split("\n")
        while len(known.rest) > LONGEST:
            whole.append(known.rest[:LONGEST])
            known.rest = known.rest[LONGEST:]
        room = max(0, LINES_A_LOOK - len(known.lines))
        known.lines += [line[:LONGEST] for line in whole[:room]]
        known.left_out += len(whole[room:])

    def take(self, rest: str | None = None) -> Iterator[tuple[str, str]]:
        """Lines that are whole, with what they are about; of the step `rest` what is not, too."""
        for known in self._sources.values():
            lines, known.lines = known.lines, []
            if rest == known.step and known.rest:
                lines.append(known.rest)
                known.rest = ""
            for line in lines:
                yield known.about, line
            if known.left_out:
                yield known.about, f"({known.left_out:,} lines were left out here)"
                known.left_out = 0
