"""The nearest name to a misspelled one, for the end of a message."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

_LONGEST: Final = 64
"""Characters of a word that are compared."""


def did_you_mean(word: str, names: Iterable[str], *, quote: str = "") -> str:
    """The nearest name as a question; empty where none is near."""
    import difflib

    near = difflib.get_close_matches(word[:_LONGEST], list(names), 1, 0.6)
    return f"; did you mean {quote}{near[0]}{quote}?" if near else ""
