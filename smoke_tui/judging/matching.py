"""The characters that two texts have in common, as `difflib` counts them, within a budget.

Ratcliff and Obershelp: the longest common block, the earliest in the first text and then in the
second; then the same in what is left of it and in what is right of it. The budget counts steps, so
that the result is the same on every machine.
"""

from __future__ import annotations

from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import accumulate
from typing import Final, NamedTuple

BUDGET: Final = 3_000_000
"""Steps of one comparison."""


class Block(NamedTuple):
    """Equal parts of two texts: where they begin, and how long they are."""

    a: int
    b: int
    size: int


@dataclass(frozen=True, slots=True)
class Matching:
    """The blocks that match, in their order, and how many characters match at most.

    Where the budget was enough, that is how many match.
    """

    blocks: tuple[Block, ...]
    at_most: int

    @property
    def at_least(self) -> int:
        """The characters of the blocks."""
        return sum(block.size for block in self.blocks)

    @property
    def exact(self) -> bool:
        """Whether these are all blocks."""
        return self.at_least == self.at_most


def match(a: str, b: str, *, budget: int = BUDGET, autojunk: bool = False) -> Matching:
    """Match two texts, the largest ranges first."""
    from difflib import SequenceMatcher  # only where two texts differ

    matcher = SequenceMatcher(None, a, b, autojunk=autojunk)
    places = matcher.b2j  # type: ignore[attr-defined]
    costs = [0, *accumulate(1 + len(places.get(character, ())) for character in a)]
    blocks: list[Block] = []
    possible = min(len(a), len(b))
    ranges = [(-possible, 0, len(a), 0, len(b))]
    while ranges:
        bound, a_low, a_high, b_low, b_high = ranges[0]
        budget -= costs[a_high] - costs[a_low]
        if budget < 0:
            break
        heappop(ranges)
        i, j, size = matcher.find_longest_match(a_low, a_high, b_low, b_high)
        possible += bound
        if not size:
            continue
        blocks.append(Block(i, j, size))
        possible += size
        for rest in ((a_low, i, b_low, j), (i + size, a_high, j + size, b_high)):
            if least := min(rest[1] - rest[0], rest[3] - rest[2]):
                heappush(ranges, (-least, *rest))
                possible += least
    return Matching(tuple(sorted(blocks)), possible)
