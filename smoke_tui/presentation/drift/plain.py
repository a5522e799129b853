"""A comparison in lines that can be read aloud: each difference in words, then in its text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from smoke_tui.judging.drift import DriftPair
from smoke_tui.presentation.drift.difference import Difference, Stretch, difference_of
from smoke_tui.presentation.drift.inline import enclosed
from smoke_tui.presentation.drift.sentences import (
    DRIFT_MARKS,
    MOST_CALLS,
    call_rows,
    facts,
    missing,
    result,
)
from smoke_tui.presentation.format import count, cut_middle, flat, one_line, titled
from smoke_tui.presentation.spans import as_text
from smoke_tui.structs import Struct

MOST_SHOWN: Final = 5
"""Differences of the texts that are shown unless all are wanted."""
MOST_CHARACTERS: Final = 300
"""Characters of one text of a difference that are shown unless all are wanted."""
AROUND: Final = 60
"""Characters of equal text before and behind a difference."""
QUOTE: Final = "  | "
_BLANKS: Final = (("␣", "blank"), ("⇥", "tab"), ("\n", "line end"))


class PlainLine(Struct, frozen=True):
    """A line without a line end; `quoted`: its text is an answer's, and is marked as such."""

    text: str
    quoted: bool = False


def plain_lines(
    pair: DriftPair, *, every: bool = False, more: str = "", ascii_only: bool = False
) -> tuple[PlainLine, ...]:
    """Return a comparison in lines.

    Args:
        pair: The comparison with both answers.
        every: Show every difference in full, however many and long.
        more: What shows the differences that are not shown, as a sentence.
        ascii_only: Spell other characters by their codes where the texts differ.
    """
    return tuple(_lines(pair, every, more, ascii_only))


def plain_text(
    pair: DriftPair, *, every: bool = False, more: str = "", ascii_only: bool = False
) -> str:
    """Return the lines as one text, an answer's behind a bar."""
    return "".join(
        f"{QUOTE if line.quoted else ''}{line.text}".rstrip() + "\n"
        for line in plain_lines(pair, every=every, more=more, ascii_only=ascii_only)
    )


def _lines(pair: DriftPair, every: bool, more: str, ascii_only: bool) -> Iterator[PlainLine]:
    drift = pair.drift
    word = titled(DRIFT_MARKS[drift.drifted].word)
    yield PlainLine(f"{word}: {result(drift)}")
    yield PlainLine(f"Case: {one_line(drift.case, 200)}")
    if drift.baseline:
        yield PlainLine(f"Recorded answer: {one_line(drift.baseline, 200)}")
    for name, text in facts(drift):
        yield PlainLine(f"{titled(name)}: {as_text(text)}")
    for row in call_rows(drift, None if every else MOST_CALLS):
        yield PlainLine(as_text(row), quoted=True)
    absent = missing(pair)
    if absent is not None:
        yield PlainLine(as_text(absent))
    if drift.text is not None:
        yield from _texts(difference_of(pair, ascii_only=ascii_only), every, more)


def _texts(difference: Difference, every: bool, more: str) -> Iterator[PlainLine]:
    total = difference.differences
    if not total:
        yield PlainLine("The texts have no difference.")
        return
    yield PlainLine(f"The texts differ in {count(total, 'place')}.")
    most = total if every else MOST_SHOWN
    for at, stretch in enumerate(difference.stretches):
        if 0 < stretch.number <= most:
            yield from _difference(difference, at, None if every else MOST_CHARACTERS)
    if total > most:
        hint = f" {more}" if more else ""
        yield PlainLine(f"{count(total - most, 'more place')} not shown here.{hint}")


def _difference(difference: Difference, at: int, characters: int | None) -> Iterator[PlainLine]:
    stretch = difference.stretches[at]
    before = difference.stretches[at - 1].recorded if at else ""
    behind = difference.stretches[at + 1].recorded if at + 1 < len(difference.stretches) else ""
    shown = stretch if characters is None else _cut(stretch, characters)
    changed = "".join(span.text for span in enclosed(shown, difference.signs))
    yield PlainLine(
        f"Difference {stretch.number} of {difference.differences}, "
        f"line {stretch.line} of the recorded text:"
    )
    for line in f"{_end_of(before)}{changed}{_begin_of(behind)}".split("\n"):
        yield PlainLine(line, quoted=True)
    yield PlainLine(f"Recorded: {_in_words(shown.recorded)}")
    yield PlainLine(f"New: {_in_words(shown.new)}")


def _cut(stretch: Stretch, characters: int) -> Stretch:
    return Stretch(
        cut_middle(stretch.recorded, characters),
        cut_middle(stretch.new, characters),
        stretch.number,
        line=stretch.line,
    )


def _end_of(text: str) -> str:
    """The end of an equal text: what of its last line stands right before a difference."""
    line = text.rpartition("\n")[2]
    return line if len(line) <= AROUND else f"…{line[-AROUND:]}"


def _begin_of(text: str) -> str:
    line = text.partition("\n")[0]
    return line if len(line) <= AROUND else f"{line[:AROUND]}…"


def _in_words(text: str) -> str:
    """A text on one line, without signs; blanks alone by their number."""
    if not text:
        return "nothing"
    if not text.strip("␣⇥␊\n"):
        counts = ((text.count(sign), name) for sign, name in _BLANKS)
        return ", ".join(count(number, name) for number, name in counts if number)
    for sign, name in (*_BLANKS[:-1], ("␊", "line end")):
        text = text.replace(sign, f" ({name}) ")
    return flat(text)
