"""Two texts as words, signs and white space, each distinct one of them as one character."""

from __future__ import annotations

from itertools import accumulate
from typing import Final

from smoke_tui.regex import regex
from smoke_tui.structs import Struct

_WORD: Final = regex(
    r"\r?\n|[^\S\r\n]+|[\u2e80-\u9fff\uac00-\ud7af]|[^\W\u2e80-\u9fff\uac00-\ud7af]+|."
)
"""A line end, other white space, a character of a script without spaces, a word, a sign."""

MAX_WORDS: Final = 1_000_000
"""Words of both texts at most; there are not many more characters than that."""


class Words(Struct, frozen=True):
    """A text with a character for each word, and where each word begins; the last is the end."""

    text: str
    places: tuple[int, ...]

    def size(self, first: int, count: int) -> int:
        """The characters of so many words."""
        return self.places[first + count] - self.places[first]


def in_words(a: str, b: str) -> tuple[Words, Words] | None:
    """Both texts in words; None where there are too many. CRLF counts as LF."""
    words = [_WORD.findall(text) for text in (a, b)]
    if sum(map(len, words)) > MAX_WORDS:
        return None
    characters: dict[str, str] = {}
    old, new = (
        Words(
            "".join(
                characters.setdefault("\n" if word == "\r\n" else word, chr(len(characters)))
                for word in part
            ),
            (0, *accumulate(map(len, part))),
        )
        for part in words
    )
    return old, new
