"""Similarity of two texts, and the threshold from which on they count as equal."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import Final

SAME_TEXT_RATIO: Final = 0.85
"""Ratio from which on two responses count as equal."""

MAX_WORDS: Final = 2_000
"""Words of each text that are compared."""


def text_ratio(old: str, new: str) -> float:
    """Similarity of two texts by words, from 0 to 1; of long texts their first 2,000 words."""
    if old == new:
        return 1.0
    return SequenceMatcher(
        None, old.split()[:MAX_WORDS], new.split()[:MAX_WORDS], autojunk=False
    ).ratio()
