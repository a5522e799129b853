"""What differs between two texts, word by word, for a person to read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import groupby, pairwise
from typing import Final

from smoke_tui.judging.affixes import equal_end, equal_start
from smoke_tui.judging.matching import match
from smoke_tui.judging.words import in_words
from smoke_tui.structs import Struct

BUDGET: Final = 5_000_000
"""Steps of the matching, so that a person does not wait."""

LONG_WORD: Final = 24
"""Of words at least this long, equal beginnings and ends are shown as equal."""

SHORT: Final = 4
"""An equal piece of no more characters, in the middle of long changes, only disturbs."""


class Piece(Struct, frozen=True):
    """A part of the recorded text and the part of the new text in its place; one may be empty."""

    recorded: str
    new: str

    @property
    def equal(self) -> bool:
        """Whether they are the same; CRLF counts as LF."""
        return self.recorded.replace("\r\n", "\n") == self.new.replace("\r\n", "\n")


def word_diff(recorded: str, new: str) -> tuple[Piece, ...]:
    """Divide two texts into pieces that are equal and different by turns.

    All `recorded` joined are the recorded text, all `new` the new one. Where the texts are too long
    to be compared in full, a different piece is larger than it could be.
    """
    by_words = _joined(_pieces(recorded, new))
    for_reading = _joined(_without_specks(by_words))
    return tuple(_joined(_refined(for_reading)))


def _pieces(recorded: str, new: str) -> Iterator[Piece]:
    """Pieces by whole words."""
    words = in_words(recorded, new)
    if words is None:
        yield Piece(recorded, new)
        return
    old_at, new_at = (part.places for part in words)
    old_done = new_done = 0
    for i, j, size in match(*(part.text for part in words), budget=BUDGET).blocks:
        yield Piece(recorded[old_done : old_at[i]], new[new_done : new_at[j]])
        old_done, new_done = old_at[i + size], new_at[j + size]
        yield Piece(recorded[old_at[i] : old_done], new[new_at[j] : new_done])
    yield Piece(recorded[old_done:], new[new_done:])


def _without_specks(pieces: list[Piece]) -> Iterator[Piece]:
    """Count as different what is equal by chance between two changes, such as a space."""
    for index, piece in enumerate(pieces):
        around = pieces[max(index - 1, 0) : index] + pieces[index + 1 : index + 2]
        if piece.equal and len(around) == 2 and _is_speck(piece.recorded, around):
            # Not equal to itself any more: joined with its neighbours, which differ.
            yield Piece(piece.recorded, "")
            yield Piece("", piece.new)
        else:
            yield piece


def _is_speck(text: str, around: list[Piece]) -> bool:
    if "\n" in text:
        return False
    sizes = [max(len(piece.recorded), len(piece.new)) for piece in around]
    least = 1 if not re.search(r"\w", text) else 4 * SHORT
    return len(text.strip()) <= SHORT and all(size >= least for size in sizes)


def _refined(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Divide changes of a long word, such as an encoded blob, by its equal beginning and end."""
    for piece in pieces:
        old, new = piece.recorded, piece.new
        if piece.equal or not all(
            len(text) >= LONG_WORD and not re.search(r"\s", text) for text in (old, new)
        ):
            yield piece
            continue
        start = equal_start(old, new)
        end = equal_end(old[start:], new[start:])
        yield Piece(old[:start], new[:start])
        yield Piece(old[start : len(old) - end], new[start : len(new) - end])
        yield Piece(old[len(old) - end :], new[len(new) - end :])


def _joined(pieces: Iterable[Piece]) -> list[Piece]:
    """Join neighbours that are both equal or both different; leave out empty ones.

    Two different pieces can be equal when they are joined, so it is done again until none are.
    """
    result = [piece for piece in pieces if piece.recorded or piece.new]
    while any(before.equal == after.equal for before, after in pairwise(result)):
        runs = [list(run) for _, run in groupby(result, key=lambda piece: piece.equal)]
        result = [
            Piece("".join(piece.recorded for piece in run), "".join(piece.new for piece in run))
            for run in runs
        ]
    return result
