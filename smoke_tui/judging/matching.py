"""The characters that two texts have in common, as `difflib` counts them, within a budget.

Ratcliff and Obershelp: the longest common block, the earliest in the first text and then in the
second; then the same in what is left of it and in what is right of it. The budget counts steps, so
that the result is the same on every machine.
"""

from __future__ import annotations

from collections import Counter
from heapq import heappop, heappush
from typing import Final

from smoke_tui.judging.longest_block import Block, LongestBlocks, Range
from smoke_tui.structs import Struct

BUDGET: Final = 13_000_000
"""Steps of one comparison."""


class Matching(Struct, frozen=True):
    """The blocks that match, in their order, and how many characters match at most.

    Where the budget was enough, that is how many match.
    """

    blocks: tuple[Block, ...]
    at_most: int
    steps: int = 0

    @property
    def at_least(self) -> int:
        """The characters of the blocks."""
        return sum(block.size for block in self.blocks)

    @property
    def exact(self) -> bool:
        """Whether these are all blocks."""
        return self.at_least == self.at_most


def match(a: str, b: str, *, budget: int = BUDGET) -> Matching:
    """Match two texts, the largest ranges first.

    The blocks are those of `difflib.SequenceMatcher(None, a, b, autojunk=False)`, except that
    neighbours are not joined.
    """
    finder = LongestBlocks(a, b)
    blocks: list[Block] = []
    ranges: list[tuple[int, Range]] = []
    _push(ranges, Range(0, len(a), 0, len(b), finder.bound(budget)))
    while ranges and finder.steps < budget:
        part = heappop(ranges)[1]
        block = finder.longest(part)
        if block is None:
            continue
        blocks.append(block)
        i, j, size = block
        # A block of the same size further left would have been the earliest.
        _push(ranges, Range(part.a_low, i, part.b_low, j, size - 1))
        _push(ranges, Range(i + size, part.a_high, j + size, part.b_high, size))
    matched = sum(block.size for block in blocks)
    possible = sum(_at_most(a, b, part) for _, part in ranges)
    return Matching(tuple(sorted(blocks)), matched + possible, finder.steps)


def _push(ranges: list[tuple[int, Range]], part: Range) -> None:
    shorter = min(part.a_high - part.a_low, part.b_high - part.b_low)
    longest = min(part.longest, shorter)
    if longest > 0:
        heappush(ranges, (-shorter, part._replace(longest=longest)))


def _at_most(a: str, b: str, part: Range) -> int:
    """The characters of a range that occur in the other one too, as often."""
    in_a = Counter(a[part.a_low : part.a_high])
    return (in_a & Counter(b[part.b_low : part.b_high])).total()
