"""A word difference in rows of a width: side by side, or as one text.

Side by side, equal words stand in the same row on both sides: where one side has no room for such a
word, both begin a new row. Only the rest of a line behind a change of several lines does not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from rich.cells import cell_len

from smoke_tui.presentation.drift.difference import Difference
from smoke_tui.presentation.drift.inline import enclosed, within
from smoke_tui.presentation.marks import Tone
from smoke_tui.presentation.spans import Span, Text
from smoke_tui.regex import regex
from smoke_tui.structs import Struct, field

_WIDE: Final = (
    "\u1100-\u115e\u2e80-\u303f\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60"
    "\uffe0-\uffe6\U0001f000-\U0001faff\U00020000-\U0003fffd"
)
_TOKEN: Final = regex(f"\n|[^\\S\n]+|[{_WIDE}][^\\w\\s{_WIDE}]?|[^\\s{_WIDE}]+")
"""A line end, blanks, a character after which a row may end with what belongs to it, a word."""


class Row(Struct, frozen=True):
    """A row of the view.

    Attributes:
        left: The recorded side, or the one text.
        right: The new side; None where the row goes through both.
        first: The number of the first difference in the row; 0 where it has none.
        last: The number of the last one.
        gone: Whether text of the recorded answer alone is in it.
        added: Whether text of the new answer alone is in it.
    """

    left: Text
    right: Text | None = None
    first: int = 0
    last: int = 0
    gone: bool = False
    added: bool = False


class _Side(Struct):
    """Rows of one side while they are filled, and the cells used of the last one."""

    width: int
    rows: list[list[Span]] = field(default_factory=lambda: [[]])
    used: int = 0

    @property
    def room(self) -> int:
        """Cells that are left in the last row."""
        return self.width - self.used

    def put(self, text: str, tone: Tone) -> None:
        """Add text to the last row."""
        row = self.rows[-1]
        if row and row[-1].tone == tone:
            row[-1] = Span(row[-1].text + text, tone)
        else:
            row.append(Span(text, tone))
        self.used += cell_len(text)

    def end_row(self) -> None:
        """Begin a new row."""
        self.rows.append([])
        self.used = 0


class _Layout(Struct):
    """Both sides, or the one text, and what is in each row; `split` behind a change of lines."""

    sides: tuple[_Side, ...]
    numbers: dict[int, list[int]] = field(default_factory=dict)
    gone: set[int] = field(default_factory=set)
    added: set[int] = field(default_factory=set)
    folds: set[int] = field(default_factory=set)
    split: bool = False

    def equal(self, text: str) -> None:
        """Add text that both answers have.

        Behind a change that has more rows on one side, the rest of a line stays on its own row on
        each side, where there is room; from the next line end on both are side by side again.
        """
        for number, line in enumerate(text.split("\n")):
            if number:
                self.level()
                for side in self.sides:
                    side.end_row()
            if self.split and all(cell_len(line) <= side.room for side in self.sides):
                for side in self.sides:
                    _flow((side,), line, "")
            else:
                self.level()
                _flow(self.sides, line, "")

    def fold(self, words: str) -> None:
        """Add a row that says how much equal text is not shown."""
        for side in self.sides:
            if side.rows[-1]:
                side.end_row()
        self.level()
        self.folds.add(len(self.sides[0].rows) - 1)
        self.sides[0].put(words, "muted")
        for side in self.sides:
            side.end_row()

    def change(self, side: _Side, text: str, tone: Tone, number: int) -> None:
        """Add text that one of the answers has."""
        begun = len(side.rows) - 1
        _flow((side,), text, tone)
        self.split |= "\n" in text
        for at in range(begun, len(side.rows)):
            numbers = self.numbers.setdefault(at, [])
            if number not in numbers[-1:]:
                numbers.append(number)
            if any(span.tone == tone for span in side.rows[at]):
                (self.gone if tone == "gone" else self.added).add(at)

    def level(self) -> None:
        """Let every side go on in the row that the longest one is in."""
        self.split = False
        most = max(len(side.rows) for side in self.sides)
        for side in self.sides:
            while len(side.rows) < most:
                side.end_row()

    def rows(self) -> Iterator[Row]:
        """Yield what was laid out."""
        self.level()
        total = len(self.sides[0].rows)
        for at in range(total):
            left, *right = (tuple(side.rows[at]) for side in self.sides)
            if at == total - 1 and not left and not any(right):
                return
            numbers = self.numbers.get(at, [0])
            yield Row(
                left,
                right[0] if right and at not in self.folds else None,
                numbers[0],
                numbers[-1],
                gone=at in self.gone,
                added=at in self.added,
            )


def one_column(difference: Difference, width: int) -> tuple[Row, ...]:
    """Lay out both answers as one text."""
    side = _Side(max(8, width))
    layout = _Layout((side,))
    for stretch in difference.stretches:
        if stretch.folded:
            layout.fold(stretch.recorded)
        elif not stretch.number:
            layout.equal(stretch.recorded)
        else:
            for span in enclosed(stretch, difference.signs):
                layout.change(side, span.text, span.tone, stretch.number)
    return tuple(layout.rows())


def two_columns(difference: Difference, width: int) -> tuple[Row, ...]:
    """Lay out the answers beside each other, each `width` cells wide."""
    left, right = _Side(max(8, width)), _Side(max(8, width))
    layout = _Layout((left, right))
    for stretch in difference.stretches:
        if stretch.folded:
            layout.fold(stretch.recorded)
        elif not stretch.number:
            layout.equal(stretch.recorded)
        else:
            gone, added = difference.signs.gone, difference.signs.added
            layout.change(left, within(stretch.recorded, gone), "gone", stretch.number)
            layout.change(right, within(stretch.new, added), "added", stretch.number)
    return tuple(layout.rows())


def _flow(sides: Sequence[_Side], text: str, tone: Tone) -> None:
    """Put a text on each of the sides, in the same rows of all."""
    for token in _TOKEN.findall(text):
        if token == "\n":
            for side in sides:
                side.end_row()
            continue
        rest = token
        cells = cell_len(token)
        if cells > min(side.room for side in sides) and cells <= sides[0].width // 2:
            for side in sides:
                side.end_row()
            # Blanks at which a row ends are not shown; those that differ alone are signs by now.
            if not token.strip():
                continue
        while rest:
            part = _fitting(rest, min(side.room for side in sides))
            if not part:
                for side in sides:
                    side.end_row()
                continue
            for side in sides:
                side.put(part, tone)
            rest = rest[len(part) :]


def _fitting(text: str, room: int) -> str:
    """The beginning of a text that fits into so many cells."""
    if cell_len(text) <= room:
        return text
    used = 0
    for at, char in enumerate(text):
        used += cell_len(char)
        if used > room:
            return text[:at]
    return text
