"""The word difference of two texts as stretches, with long equal ones folded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from smoke_tui.judging.answers import without_nonce
from smoke_tui.judging.drift import DriftPair
from smoke_tui.judging.word_diff import word_diff
from smoke_tui.presentation.drift.visible import visible, visible_pair
from smoke_tui.presentation.format import count, cut_middle
from smoke_tui.presentation.marks import ascii_text
from smoke_tui.regex import regex
from smoke_tui.structs import Struct

CONTEXT: Final = 160
"""Characters around a difference that are shown, however long the equal text is."""
MOST_EQUAL: Final = 480
"""Characters of an equal stretch that is not folded."""
CONTEXT_LINES: Final = 3
"""Lines around a difference that are shown, where they are short."""
_BLANK: Final = regex(r"\s")
_LINE_END: Final = regex(r"\n")


class Stretch(Struct, frozen=True):
    """Neighbouring characters of both texts, as they are shown.

    Attributes:
        recorded: The recorded text's; empty where it has nothing here.
        new: The new text's.
        number: The number of the difference, from 1; 0 where both are the same.
        folded: Characters that are equal and not shown; then both texts say how many.
        line: The line of the recorded text where the stretch begins, from 1.
    """

    recorded: str
    new: str
    number: int = 0
    folded: int = 0
    line: int = 1


class Signs(Struct, frozen=True):
    """What encloses a text of one answer; neither text holds any of these."""

    gone: tuple[str, str] = ("[-", "-]")
    added: tuple[str, str] = ("{+", "+}")


class Difference(Struct, frozen=True):
    """Both texts, in stretches; `signs` enclose what only one of them has."""

    stretches: tuple[Stretch, ...]
    signs: Signs
    differences: int

    @property
    def text(self) -> str:
        """How many differences there are, in words."""
        if self.differences:
            return f"{count(self.differences, 'difference')}, word by word"
        return "no difference"


def difference_of(pair: DriftPair, *, ascii_only: bool = False) -> Difference:
    """Compare both texts word by word; takes a while where they are long.

    `ascii_only`: other characters are replaced, and spelled by their codes where texts differ.
    """
    recorded, new = (without_nonce(a.text or "") for a in (pair.recorded, pair.new))
    stretches = tuple(_stretches(recorded, new, ascii_only))
    number = max((stretch.number for stretch in stretches), default=0)
    return Difference(stretches, _signs(recorded + new), number)


def _stretches(recorded: str, new: str, ascii_only: bool) -> Iterator[Stretch]:
    number, line = 0, 1
    for piece in word_diff(recorded, new):
        if piece.equal:
            shown = visible(piece.recorded)
            shown = ascii_text(shown) if ascii_only else shown
            yield Stretch(shown, shown, line=line)
        else:
            number += 1
            shown_recorded, shown_new = visible_pair(
                piece.recorded, piece.new, ascii_only=ascii_only
            )
            yield Stretch(shown_recorded, shown_new, number, line=line)
        line += piece.recorded.count("\n")


def _signs(text: str) -> Signs:
    """The signs that the text does not hold: with as many strokes as it takes."""
    strokes = 1
    while any(sign in text for sign in _enclosing(strokes)):
        strokes += 1
    opened, closed, begun, ended = _enclosing(strokes)
    return Signs((opened, closed), (begun, ended))


def _enclosing(strokes: int) -> tuple[str, str, str, str]:
    minus, plus = "-" * strokes, "+" * strokes
    return f"[{minus}", f"{minus}]", f"{{{plus}", f"{plus}}}"


def folded(difference: Difference) -> Difference:
    """Return the difference with its long equal stretches cut to the text around a difference."""
    return Difference(
        tuple(_folded(difference.stretches)), difference.signs, difference.differences
    )


def _folded(stretches: Sequence[Stretch]) -> Iterator[Stretch]:
    last = len(stretches) - 1
    for at, stretch in enumerate(stretches):
        text = stretch.recorded
        if stretch.number or len(text) <= MOST_EQUAL:
            yield stretch
            continue
        start = _head_end(text) if at > 0 else 0
        end = _tail_start(text) if at < last else len(text)
        if at == last == 0:
            start = _head_end(text)
        lines = text.count("\n", start, end)
        if start:
            yield Stretch(text[:start], text[:start], line=stretch.line)
        words = f"… {fold_words(end - start, lines)} …"
        yield Stretch(words, words, folded=end - start, line=stretch.line)
        if end < len(text):
            before = text.count("\n", 0, end)
            yield Stretch(text[end:], text[end:], line=stretch.line + before)


def fold_words(characters: int, lines: int) -> str:
    """Return how much equal text is not shown."""
    inside = f", {count(lines, 'line end')}" if lines else ""
    return f"{characters:,} equal characters{inside}"


def _head_end(text: str) -> int:
    """Where the shown beginning of an equal text ends: at a line end, else between words."""
    line_ends = [match.end() for match in _LINE_END.finditer(text, 0, CONTEXT)]
    if line_ends and (line_ends[-1] > CONTEXT // 2 or len(line_ends) >= CONTEXT_LINES):
        return line_ends[:CONTEXT_LINES][-1]
    blank = _BLANK.search(text, CONTEXT, CONTEXT + 40)
    return blank.start() if blank is not None else CONTEXT


def _tail_start(text: str) -> int:
    """Where the shown end of an equal text begins."""
    first = len(text) - CONTEXT
    starts = [match.end() for match in _LINE_END.finditer(text, first)]
    if starts and (starts[0] < first + CONTEXT // 2 or len(starts) > CONTEXT_LINES):
        return starts[-CONTEXT_LINES - 1 :][0]
    blank = _BLANK.search(text, first - 40, first)
    return blank.end() if blank is not None else first


def bounded(difference: Difference, most: int, characters: int) -> Difference:
    """Return the first `most` differences, none of whose texts is longer than `characters`."""
    kept = []
    for stretch in difference.stretches:
        if stretch.number > most:
            break
        if stretch.number:
            kept.append(
                Stretch(
                    cut_middle(stretch.recorded, characters),
                    cut_middle(stretch.new, characters),
                    stretch.number,
                    line=stretch.line,
                )
            )
        else:
            kept.append(stretch)
    return Difference(tuple(kept), difference.signs, difference.differences)
