"""Whether two texts can have so many characters in common, in the same order.

The longest common subsequence is never shorter than what `difflib` matches. Where it is too short,
the texts have drifted for certain. Its rows are computed as the bits of one large number (Hyyrö
2004), and of each row only what a subsequence that is long enough can touch.
"""

from __future__ import annotations

from typing import Final

from smoke_tui.judging.affixes import equal_end, equal_start

BUDGET: Final = 8_000_000_000
"""Bits that are computed: rows by the width of a row."""


def may_match(a: str, b: str, needed: int, *, budget: int = BUDGET) -> bool | None:
    """Whether the longest common subsequence has `needed` characters; None where that is too much."""
    start = equal_start(a, b)
    a, b = a[start:], b[start:]
    end = equal_end(a, b)
    a, b = (text[: len(text) - end] for text in (a, b))
    needed -= start + end
    longer, shorter = (a, b) if len(a) >= len(b) else (b, a)
    if needed <= 0:
        return True
    if len(shorter) < needed:
        return False
    # Characters of either text that may be left out, and so how far from the diagonal it may go.
    spare = len(a) + len(b) - 2 * needed
    ahead = (len(longer) - len(shorter) + spare) // 2
    behind = spare - ahead
    rows = max(256, spare // 4)
    if len(shorter) * min(len(longer), spare + rows) > budget:
        return None
    return _banded(longer, shorter, ahead, behind, rows) >= needed


def _banded(text: str, row_text: str, ahead: int, behind: int, rows: int) -> int:
    """The length of the longest subsequence that stays near the diagonal.

    Bit `i` of a row is 0 where the subsequence grows with character `i` of the text. So many rows
    at a time share a window of the text; what the window leaves behind is counted and dropped.
    """
    low = length = 0
    row = 0
    width = 0
    for first in range(0, len(row_text), rows):
        part = row_text[first : first + rows]
        next_low = min(len(text), max(0, first - behind))
        dropped = next_low - low
        length += dropped - (row & ((1 << dropped) - 1)).bit_count()
        row >>= dropped
        next_width = min(len(text), first + rows + ahead) - next_low
        # The characters that come into the window do not match anything yet.
        row |= ((1 << next_width) - 1) ^ ((1 << (width - dropped)) - 1)
        low, width = next_low, next_width
        mask = (1 << width) - 1
        places = _places(text[low : low + width], set(part))
        for character in part:
            matches = row & places[character]
            row = ((row + matches) | (row - matches)) & mask
    return length + width - row.bit_count()


def _places(text: str, characters: set[str]) -> dict[str, int]:
    """For each character a number with a bit for each place where it stands."""
    size = len(text) // 8 + 1
    bits: dict[str, bytearray] = {}
    for place, character in enumerate(text):
        if character in characters:
            if character not in bits:
                bits[character] = bytearray(size)
            bits[character][place >> 3] |= 1 << (place & 7)
    return {
        character: int.from_bytes(bits.get(character, b""), "little") for character in characters
    }
