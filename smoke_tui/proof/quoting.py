"""The prompt with its nonce, and detection of responses that merely repeat the prompt."""

from __future__ import annotations

import re
from typing import Final

from smoke_tui.regex import regex

NONCE_REQUEST: Final = "Your answer has to contain this word, exactly as it is:"
"""Text before the nonce in every prompt."""

_MIN_WORDS: Final = 4
"""Minimum words of a prompt for a repetition to count."""

_ESCAPE: Final = regex(r"\\[nrt]|&[a-z]+;|&#x?[0-9a-fA-F]+;")


def with_nonce(prompt: str, nonce: str) -> str:
    """The prompt with the word that the response has to contain as its last word."""
    return f"{prompt.strip()}\n\n{NONCE_REQUEST} {nonce}"


def contains_word(text: str, word: str) -> bool:
    """Whether a text contains a whole word: no letter or digit next to it, punctuation allowed."""
    if not word:
        return False
    return re.search(rf"(?<![A-Za-z0-9]){re.escape(word)}(?![A-Za-z0-9])", text) is not None


def repeats_prompt(text: str, prompt: str) -> bool:
    """Whether a text repeats the prompt, whatever its case, line breaks and escapes.

    Such a text proves nothing: it contains any nonce.
    """
    text_words = _words(text)
    prompts = [_words(NONCE_REQUEST)]
    prompt_words = _words(
        prompt.rpartition(NONCE_REQUEST)[0] if NONCE_REQUEST in prompt else prompt
    )
    if len(prompt_words) >= _MIN_WORDS:
        prompts.append(prompt_words)
    return any(_within(words, text_words) for words in prompts)


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", _ESCAPE.sub(" ", text).casefold())


def _within(part: list[str], whole: list[str]) -> bool:
    return f" {' '.join(part)} " in f" {' '.join(whole)} "
