"""How far one text has drifted from another: a ratio, and its threshold."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import Final

DRIFT: Final = 0.85
"""From this ratio on two answers count as the same."""


MOST_WORDS: Final = 2_000


def text_ratio(old: str, new: str) -> float:
    """How alike two texts are, word by word, from 0 to 1; of long ones, their first words."""
    if old == new:
        return 1.0
    return SequenceMatcher(
        None, old.split()[:MOST_WORDS], new.split()[:MOST_WORDS], autojunk=False
    ).ratio()
