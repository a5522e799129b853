"""Numbers for parts of two texts: equal parts of the same length have the same number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import accumulate, count


class Level:
    """The numbers of all parts of one length, by where they begin in each text."""

    def __init__(self, a: Sequence[int], b: Sequence[int]) -> None:
        self.a, self.b = a, b

    @cached_property
    def any_equal(self) -> bool:
        """Whether the texts have any part of this length in common."""
        return not set(self.a).isdisjoint(self.b)

    @cached_property
    def places(self) -> tuple[list[int], list[int]]:
        """Where the parts of the second text begin, by number, and where each number's begin there.

        Those of a number are ascending.
        """
        ordered = sorted(range(len(self.b)), key=self.b.__getitem__)
        counts = [0] * (2 + max(max(self.a), max(self.b)))
        for number in self.b:
            counts[number + 1] += 1
        return ordered, list(accumulate(counts))


class Names:
    """The levels of two texts, for lengths that are powers of two, made when they are needed.

    `steps` counts the work so far.
    """

    def __init__(self, a: str, b: str) -> None:
        self._a, self._b = a, b
        self._levels: dict[int, Level] = {}
        self.steps = 0

    def level(self, length: int) -> Level:
        """The level of a length; neither text is shorter than that."""
        if length not in self._levels:
            self._levels[length] = self._made(length)
        return self._levels[length]

    def _made(self, length: int) -> Level:
        numbers: defaultdict[object, int] = defaultdict(count().__next__)
        number = numbers.__getitem__
        half = length // 2
        if half:
            below = self.level(half)
            a, b = (
                list(map(number, zip(part, part[half:], strict=False)))
                for part in (below.a, below.b)
            )
        else:
            a, b = (list(map(number, text)) for text in (self._a, self._b))
        self.steps += len(a) + len(b) + 3 * len(numbers)
        return Level(a, b)


def parts(numbers: Sequence[int], length: int, half: int, low: int, high: int) -> Iterable[object]:
    """What stands for the parts of a length from `low` to `high`; `numbers` are those of `half`.

    `half` is the greatest power of two up to the length: two of them, which may overlap, cover it.
    """
    first = numbers[low : high - length + 1]
    if length == half:
        return first
    return zip(first, numbers[low + length - half : high - half + 1], strict=True)
