"""How much of two texts is equal at their beginnings and at their ends."""

from __future__ import annotations


def equal_start(a: str, b: str) -> int:
    """The number of characters with which both begin."""
    low, high = 0, min(len(a), len(b))
    if a[:high] == b[:high]:
        return high
    while high - low > 1:
        middle = (low + high) // 2
        if a[low:middle] == b[low:middle]:
            low = middle
        else:
            high = middle
    return low


def equal_end(a: str, b: str) -> int:
    """The number of characters with which both end."""
    return equal_start(a[::-1], b[::-1])
