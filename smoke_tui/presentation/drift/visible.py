"""Text of an answer with everything in it to be seen: what it returns is inert in a terminal.

Elsewhere foreign text loses its control characters. Here two texts may differ in nothing else, so
each of them is spelled out.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from smoke_tui.regex import regex

_UNSEEN: Final = regex(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00a0\u00ad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2"
    "\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\u3164\u115f\u1160\ufe00-\ufe0f"
    "\ufeff\uffa0\ufff9-\ufffb\ud800-\udfff\U000110bd\U000110cd\U00013430-\U0001343f"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e01ef]"
)
"""Control and format characters, unusual blanks, variation selectors, halves of surrogates."""
_SPACES: Final = str.maketrans({" ": "␣", "\t": "⇥"})
_NO_ASCII: Final = regex("[^\x00-\x7f␣⇥]")


def visible(text: str) -> str:
    """Return a text with what can't be seen spelled out, and each tab as blanks."""
    return _UNSEEN.sub(_spell, text.replace("\r\n", "\n")).replace("\t", "    ")


def visible_pair(recorded: str, new: str, *, ascii_only: bool = False) -> tuple[str, str]:
    """Return two different texts that stand in the same place, so that they can be told apart.

    Tabs are shown; line ends and blanks where the texts have other ones; characters by their codes
    where both texts would look the same, or where only ASCII can be shown.
    """
    texts = recorded, new
    blanks_alone = recorded.split() == new.split()
    line_ends = blanks_alone or recorded.count("\n") != new.count("\n")
    spelled = ascii_only or _looks(recorded) == _looks(new)
    shown = [text.translate(_SPACES) if blanks_alone else text.replace("\t", "⇥") for text in texts]
    if spelled:
        shown = [_NO_ASCII.sub(_spell, text) for text in shown]
    shown = [_UNSEEN.sub(_spell, text) for text in shown]
    if line_ends:
        end = _code("\n") if ascii_only else "␊"
        shown = [text.replace("\n", f"{end}\n") for text in shown]
    if shown[0] == shown[1]:
        # A text may hold the very signs and codes that stand for others.
        shown = ["".join(map(_code, text)) for text in texts]
    return shown[0], shown[1]


def _looks(text: str) -> str:
    """A text as a reader sees it: composed, and without what has no shape."""
    return unicodedata.normalize("NFKC", _UNSEEN.sub("", text))


def _spell(match: re.Match[str]) -> str:
    return _code(match.group())


def _code(char: str) -> str:
    return f"<U+{ord(char):04X}>"
