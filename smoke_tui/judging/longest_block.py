"""The longest block that two ranges have in common, as `difflib` chooses it.

Of the longest ones the earliest in the first text, and of these the earliest in the second. Three
ways lead to the same block; which is taken depends on the sizes and on what was counted.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from itertools import compress, count
from typing import Final, NamedTuple

from smoke_tui.judging.names import Names, parts

SMALL: Final = 256
"""Characters of the second range that are searched once for each one of the first."""

LONGEST_SAMPLE: Final = 16
"""Longest parts of which every so many-th of the first range is looked up in the second."""


class Block(NamedTuple):
    """Equal parts of two texts: where they begin, and how long they are."""

    a: int
    b: int
    size: int


class Range(NamedTuple):
    """A range of each text; no block of it is longer than `longest`."""

    a_low: int
    a_high: int
    b_low: int
    b_high: int
    longest: int


class LongestBlocks:
    """Finds blocks of two texts; `steps` counts the work, of about the same time each."""

    def __init__(self, a: str, b: str) -> None:
        self._a, self._b = a, b
        self._names = Names(a, b)
        self._steps = 0

    @property
    def steps(self) -> int:
        """The work so far."""
        return self._steps + self._names.steps

    def bound(self, budget: int) -> int:
        """The length of the longest block at most, where that is soon known."""
        shorter = min(len(self._a), len(self._b))
        length = 2
        while length <= min(shorter, LONGEST_SAMPLE) and self.steps < budget:
            if not self._names.level(length).any_equal:
                return length - 1
            length *= 2
        return shorter

    def longest(self, part: Range) -> Block | None:
        """The longest block; None where no character is in both ranges."""
        self._steps += 20
        if part.b_high - part.b_low <= SMALL:
            return self._scanned(part)
        longest = part.longest
        sample = min(LONGEST_SAMPLE, 1 << (((longest + 1) // 2).bit_length() - 1))
        while sample >= 2:
            block, complete = self._sampled(part, sample)
            if block and (complete or block.size == part.longest):
                return block
            if not complete:
                return self._bisected(part, longest, block.size if block else 0)
            longest = min(longest, 2 * sample - 2)
            sample //= 2
        return self._bisected(part, longest, 0)

    def _scanned(self, part: Range) -> Block | None:
        """Look up a part of each place of the first range, longer than the longest block so far."""
        a, b, find = self._a, self._b, self._b.find
        i, a_high, b_low, b_high, longest = part
        self._steps += (a_high - i) * (2 + (b_high - b_low) // 32)
        block_a = block_b = size = 0
        while i + size < a_high:
            j = find(a[i : i + size + 1], b_low, b_high)
            if j < 0:
                i += 1
                continue
            block_a, block_b = i, j
            size += 1
            while i + size < a_high and j + size < b_high and a[i + size] == b[j + size]:
                size += 1
            if size >= longest:
                break
        return Block(block_a, block_b, size) if size else None

    def _sampled(self, part: Range, sample: int) -> tuple[Block | None, bool]:
        """Find a block of at least `2 * sample - 1` characters: it holds one of the samples.

        Returns:
            The longest such block, and whether all were compared: False where there are too many.
        """
        a_low, a_high, b_low, b_high, longest = part
        level = self._names.level(sample)
        numbers_a, numbers_b = level.a, level.b
        places, starts = level.places
        a, b = self._a, self._b
        left = (a_high - a_low + b_high - b_low) // 8
        need, block = 2 * sample - 1, None
        self._steps += 6 * (a_high - a_low) // sample
        for i in range(a_low, a_high - sample + 1, sample):
            # What begins at a later sample is too short, or later than one that can't be longer.
            if i - sample + 1 + need > a_high or (block and need == longest):
                break
            number = numbers_a[i]
            first, last = starts[number], starts[number + 1]
            if first == last:
                continue
            first = bisect_left(places, b_low, first, last)
            last = bisect_right(places, b_high - sample, first, last)
            left -= last - first
            self._steps += (last - first) * (3 + need // 128)
            if left < 0:
                return block, False
            for j in places[first:last]:
                # An earlier sample of the same block has been compared.
                if (
                    i - sample >= a_low
                    and j - sample >= b_low
                    and numbers_a[i - sample] == numbers_b[j - sample]
                ):
                    continue
                end_a, end_b = i + sample, j + sample
                # The block is longer than the sample, on the left or on the right.
                if a[i - 1] != b[j - 1] and a[end_a : end_a + 1] != b[end_b : end_b + 1]:
                    continue
                more = need - 2 * sample + 1
                if more and a[end_a : end_a + more] != b[end_b : end_b + more]:
                    continue
                other = self._extended(part, i, j, sample)
                if other.size > need or (
                    other.size == need and (block is None or other[:2] < block[:2])
                ):
                    block, need = other, other.size
        return block, True

    def _extended(self, part: Range, i: int, j: int, sample: int) -> Block:
        """The whole block around equal samples; it begins less than a sample before them."""
        a, b = self._a, self._b
        a_low, a_high, b_low, b_high, _ = part
        self._steps += 16
        left = 0
        most = min(sample - 1, i - a_low, j - b_low)
        while left < most and a[i - left - 1] == b[j - left - 1]:
            left += 1
        x, y = i + sample, j + sample
        most = min(a_high - x, b_high - y)
        right, step = 0, 1
        while step:
            end = right + step
            if end <= most and a[x + right : x + end] == b[y + right : y + end]:
                right, step = end, 2 * step
            else:
                self._steps += 2
                most, step = min(most, end - 1), step // 2
        return Block(i - left, j - left, left + sample + right)

    def _bisected(self, part: Range, high: int, low: int) -> Block | None:
        """Find the length by halving: a shorter block is inside of any longer one.

        No block is longer than `high`; there is a block of length `low`.
        """
        # A longest block that is only limited by the range is not near to its limit.
        near = high < min(part.a_high - part.a_low, part.b_high - part.b_low)
        if not near:
            high, low = self._doubled(part, high, low)
        common = None
        step = 1 if near else 0
        while low < high:
            length = max(low + 1, high - step + 1) if step else (low + high + 1) // 2
            in_b = self._common(part, length)
            if in_b:
                common, low, step = in_b, length, 0
            else:
                high = length - 1
                step *= 2
        in_b = common or self._common(part, low) if low else None
        return self._earliest(part, low, in_b) if in_b else None

    def _doubled(self, part: Range, high: int, low: int) -> tuple[int, int]:
        """Narrow the length down to between a power of two and the next."""
        length = 1 << low.bit_length()
        while length <= high:
            if not self._common(part, length):
                return length - 1, low
            low = length
            length *= 2
        return high, low

    def _common(self, part: Range, length: int) -> set[object] | None:
        """The parts of a length in the second range; None where the first range has none of them."""
        in_a, parts_of_b = self._parts(part, length)
        in_b = set(parts_of_b)
        return None if in_b.isdisjoint(in_a) else in_b

    def _earliest(self, part: Range, length: int, in_b: set[object]) -> Block:
        in_a, _ = self._parts(part, length)
        i = part.a_low + next(compress(count(), map(in_b.__contains__, in_a)))
        j = self._b.index(self._a[i : i + length], part.b_low, part.b_high)
        return Block(i, j, length)

    def _parts(self, part: Range, length: int) -> tuple[Iterable[object], Iterable[object]]:
        a_low, a_high, b_low, b_high, _ = part
        self._steps += (a_high - a_low + b_high - b_low) * 3 // 5
        half = 1 << (length.bit_length() - 1)
        level = self._names.level(half)
        return (
            parts(level.a, length, half, a_low, a_high),
            parts(level.b, length, half, b_low, b_high),
        )
