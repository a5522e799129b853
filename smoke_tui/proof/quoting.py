"""The prompt with its nonce, and whether a text merely quotes it."""

from __future__ import annotations

import re
from typing import Final

ASKING: Final = "Your answer has to contain this word, exactly as it is:"
"""What stands before the nonce in every prompt."""

_SHORTEST: Final = 4
"""Words of a prompt from which on repeating them is quoting."""

_ESCAPE: Final = re.compile(r"\\[nrt]|&[a-z]+;|&#x?[0-9a-fA-F]+;")


def with_nonce(prompt: str, nonce: str) -> str:
    """The prompt, with the word that the answer has to hold as its last one."""
    return f"{prompt.strip()}\n\n{ASKING} {nonce}"


def holds_word(text: str, word: str) -> bool:
    """Whether a text holds a word as a whole: no letter or digit beside it; marks are no matter."""
    if not word:
        return False
    return re.search(rf"(?<![A-Za-z0-9]){re.escape(word)}(?![A-Za-z0-9])", text) is not None


def quotes(text: str, prompt: str) -> bool:
    """Whether a text repeats what was asked, whatever its case, breaks and escapes.

    A text that contains the request is no answer to it: it would hold any nonce.
    """
    said = _words(text)
    asked = [_words(ASKING)]
    own = _words(prompt.rpartition(ASKING)[0] if ASKING in prompt else prompt)
    if len(own) >= _SHORTEST:
        asked.append(own)
    return any(_within(words, said) for words in asked)


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", _ESCAPE.sub(" ", text).casefold())


def _within(part: list[str], whole: list[str]) -> bool:
    return f" {' '.join(part)} " in f" {' '.join(whole)} "
