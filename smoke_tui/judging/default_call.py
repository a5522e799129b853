"""What the default call of `difflib.SequenceMatcher` matches: without what is frequent (autojunk)."""

from __future__ import annotations

from heapq import heappop, heappush
from itertools import accumulate

from smoke_tui.judging.longest_block import Block
from smoke_tui.judging.matching import BUDGET, Matching


def match_by_default_call(a: str, b: str, *, budget: int = BUDGET) -> Matching:
    """Match two texts as `SequenceMatcher(None, a, b)` does, the largest ranges first.

    A step is a place that `difflib` looks at.
    """
    from difflib import SequenceMatcher  # slow to import, and only this measure needs it

    matcher = SequenceMatcher(None, a, b)
    places = matcher.b2j  # type: ignore[attr-defined]
    # What one search looks at is known before it is made.
    costs = [0, *accumulate(1 + len(places.get(character, ())) for character in a)]
    blocks: list[Block] = []
    possible = least = min(len(a), len(b))
    ranges = [(-least, 0, len(a), 0, len(b))]
    steps = 0
    while ranges:
        bound, a_low, a_high, b_low, b_high = ranges[0]
        steps += costs[a_high] - costs[a_low]
        if steps > budget:
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
    return Matching(tuple(sorted(blocks)), possible, steps)
