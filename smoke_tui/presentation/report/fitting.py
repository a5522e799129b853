"""Fit a report into its limit; every cut says how much it left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from enum import IntEnum
from typing import Final

from smoke_tui.structs import Struct, field


class Rank(IntEnum):
    """Importance of a part of the details; lower ones are left out first."""

    PASSED = 0
    ANSWER = 1
    EXCHANGE = 2
    DRIFT = 3
    TRY = 4


WORDS: Final = {
    Rank.PASSED: "details of tries that passed",
    Rank.ANSWER: "texts of failing answers and output",
    Rank.EXCHANGE: "exchanges of tries that failed",
    Rank.DRIFT: "texts that drifted and drafts of tickets",
    Rank.TRY: "details of tries that failed",
}


class Part(Struct, frozen=True):
    """Whole lines of the details; the last one is blank."""

    rank: Rank
    lines: tuple[str, ...]

    @property
    def size(self) -> int:
        """Bytes of the lines."""
        return _size(self.lines)


class Fold(Struct, frozen=True):
    """A foldable section with a step's details; left out if all its parts are."""

    opening: tuple[str, ...]
    parts: tuple[Part, ...]
    closing: tuple[str, ...] = ("</details>", "")


class Listing(Struct, frozen=True):
    """Rows of which some are kept, whatever the limit.

    `room`: bytes that are theirs where the report is too long without details. `more` says that
    rows are missing, {} being how many. Rows among the `first` go last.
    """

    opening: tuple[str, ...]
    rows: tuple[str, ...]
    room: int
    more: str
    first: frozenset[int] = field(default_factory=frozenset)

    def lines(self, room: int | None = None) -> list[str]:
        """Return all rows, or as many as fit into `room` bytes, in their order."""
        kept = self._kept(room) if room is not None else list(range(len(self.rows)))
        missing = len(self.rows) - len(kept)
        note = [self.more.format(missing)] if missing else []
        return [*self.opening, *(self.rows[at] for at in kept), *note, ""]

    def _kept(self, room: int) -> list[int]:
        kept = []
        for at in sorted(range(len(self.rows)), key=lambda at: (at not in self.first, at)):
            room -= _size([self.rows[at]])
            if room < 0:
                break
            kept.append(at)
        return sorted(kept)


def _shortened(head: Sequence[Listing], room: int) -> list[str]:
    """The listings, each in its own room and in what those before it left over."""
    spare = room - sum(listing.room + _size(listing.opening) + _MORE for listing in head)
    lines: list[str] = []
    for listing in head:
        have = listing.room + max(0, spare)
        shown = listing.lines(have)
        spare = have - _size(shown) + _size(listing.opening) + 1
        lines += shown
    return lines


def fit(limit: int, head: Sequence[Listing], folds: Sequence[Fold], tail: Sequence[str]) -> str:
    """Return the text, at most `limit` bytes.

    Parts go by their rank, the largest first, until the rest fits; then the head's listings are
    shortened to their rooms. A fold without parts goes, too.
    """
    lines = [line for listing in head for line in listing.lines()]
    room = limit - _size(lines) - _size(tail) - _NOTE
    gone = _to_leave_out(folds, room)
    kept = [
        (fold, [part for n, part in enumerate(fold.parts) if (at, n) not in gone])
        for at, fold in enumerate(folds)
    ]
    details = [
        line
        for fold, parts in kept
        if parts
        for line in (*fold.opening, *(line for part in parts for line in part.lines), *fold.closing)
    ]
    if _size(details) > room:
        lines = _shortened(head, limit - _size(tail) - _NOTE)
    dropped = Counter(folds[at].parts[n].rank for at, n in gone)
    note = (
        [
            f"_Left out to stay under {limit:,} bytes, in this order: {_left_out(dropped)}. "
            "The session's record has them._",
            "",
        ]
        if dropped
        else []
    )
    return "\n".join([*lines, *details, *note, *tail]).rstrip() + "\n"


def _to_leave_out(folds: Sequence[Fold], room: int) -> set[tuple[int, int]]:
    """The parts to leave out, by fold and number."""
    frames = [_size(fold.opening) + _size(fold.closing) for fold in folds]
    left = [len(fold.parts) for fold in folds]
    total = sum(frames) + sum(part.size for fold in folds for part in fold.parts)
    gone: set[tuple[int, int]] = set()
    places = [(at, n) for at, fold in enumerate(folds) for n in range(len(fold.parts))]
    for at, n in sorted(places, key=lambda place: _turn(folds[place[0]].parts[place[1]])):
        if total <= room:
            break
        total -= folds[at].parts[n].size
        left[at] -= 1
        if not left[at]:
            total -= frames[at]
        gone.add((at, n))
    return gone


def _turn(part: Part) -> tuple[Rank, int]:
    return part.rank, -part.size


_NOTE: Final = 600
"""Bytes kept for the note on what was left out."""

_MORE: Final = 100
"""Bytes kept for the number of missing rows of a listing."""


def _left_out(dropped: Counter[Rank]) -> str:
    return ", ".join(f"{number} {WORDS[rank]}" for rank, number in sorted(dropped.items()))


def _size(lines: Sequence[str]) -> int:
    return sum(len(line.encode("utf-8", "replace")) + 1 for line in lines)
