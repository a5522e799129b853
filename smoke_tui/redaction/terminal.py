"""Make foreign text safe for a terminal.

Escape sequences are dropped whole (ECMA-48: CSI, the string sequences OSC, DCS, APC, PM and SOS,
and the short ones), in their 7-bit form and as C1 characters. Other control characters are dropped;
invisible and direction-changing characters are spelled out. Text that a carriage return or
backspace would have overwritten stays visible. Emoji joined by U+200D are split, which is accepted.
"""

from __future__ import annotations

import json
import re
from enum import Enum, auto
from typing import Final

from smoke_tui.regex import regex

# General category Cf, and the two separators that end a line in some renderers (Zl, Zp).
_FORMAT: Final = (
    "\u00ad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\ufeff\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0001\U000e0020-\U000e007f"
)
_CONTROL: Final = r"\x00-\x08\x0b-\x1f\x7f-\x9f"
_SPECIAL: Final = regex(f"[{_CONTROL}{_FORMAT}\ud800-\udfff]")
_SPECIAL_OR_NEWLINE: Final = regex(f"[\n{_CONTROL}{_FORMAT}\ud800-\udfff]")

_CSI_BODY: Final = regex(r"[ -?]*")
_STRING_END: Final = regex(r"[\x07\x18\x1a\x1b\x9c\n\r]")
_STRING_C1: Final = frozenset("\x90\x98\x9d\x9e\x9f")
_STRING_FINAL: Final = frozenset("PX]^_")
_NEWLINE_SHOWN: Final = "\u240a"
_RETURN_SHOWN: Final = "\u240d"


class _State(Enum):
    """Parser state."""

    TEXT = auto()
    RETURN = auto()
    ESCAPE = auto()
    INTERMEDIATE = auto()
    CSI = auto()
    STRING = auto()


class Cleaner:
    """Cleans text that arrives in chunks; the output does not depend on the chunking.

    Newline and tab stay, CRLF becomes a newline, a lone CR the visible "␍". With
    `keep_newlines=False` a newline becomes the visible "␊", for places that have one line. A
    string sequence without an end stops at the end of its line, so that it cannot swallow a log.
    Nothing but a CR is held back, whatever the input.
    """

    __slots__ = ("_newline", "_special", "_state")

    def __init__(self, *, keep_newlines: bool = True) -> None:
        self._newline = "\n" if keep_newlines else _NEWLINE_SHOWN
        self._special = _SPECIAL if keep_newlines else _SPECIAL_OR_NEWLINE
        self._state = _State.TEXT

    def feed(self, text: str) -> str:
        """The next chunk, cleaned."""
        if self._state is _State.TEXT and not self._special.search(text):
            return text
        out: list[str] = []
        position = 0
        while position < len(text):
            position = self._step(text, position, out)
        return "".join(out)

    def flush(self) -> str:
        """What was held back; an unfinished sequence is dropped. Resets the cleaner."""
        held = _RETURN_SHOWN if self._state is _State.RETURN else ""
        self._state = _State.TEXT
        return held

    def _step(self, text: str, position: int, out: list[str]) -> int:
        """Consume characters from `position`; returns the position after them."""
        if self._state is _State.TEXT:
            return self._text(text, position, out)
        if self._state is _State.STRING:
            return self._string(text, position)
        if self._state is _State.CSI:
            position = _match_end(_CSI_BODY, text, position)
            if position == len(text):
                return position
            self._state = _State.TEXT
            return position + ("@" <= text[position] <= "~")
        char = text[position]
        if self._state is _State.RETURN:
            self._state = _State.TEXT
            out.append(self._newline if char == "\n" else _RETURN_SHOWN)
            return position + (char == "\n")
        return self._escape(char, position)

    def _text(self, text: str, position: int, out: list[str]) -> int:
        match = self._special.search(text, position)
        if match is None:
            out.append(text[position:])
            return len(text)
        out.append(text[position : match.start()])
        char = match.group()
        if char == "\n":
            out.append(self._newline)
        elif char == "\r":
            self._state = _State.RETURN
        elif char == "\x1b":
            self._state = _State.ESCAPE
        elif char == "\x9b":
            self._state = _State.CSI
        elif char in _STRING_C1:
            self._state = _State.STRING
        elif "\ud800" <= char <= "\udfff":
            out.append("\ufffd")
        elif char > "\x9f":
            out.append(f"<U+{ord(char):04X}>")
        return match.end()

    def _escape(self, char: str, position: int) -> int:
        first = self._state is _State.ESCAPE
        if " " <= char <= "/":
            self._state = _State.INTERMEDIATE
        elif first and char == "[":
            self._state = _State.CSI
        elif first and char in _STRING_FINAL:
            self._state = _State.STRING
        else:
            self._state = _State.TEXT
            return position + ("0" <= char <= "~")
        return position + 1

    def _string(self, text: str, position: int) -> int:
        end = _STRING_END.search(text, position)
        if end is None:
            return len(text)
        # ESC \ ends the string as a short sequence; a line end is text.
        self._state = _State.ESCAPE if end.group() == "\x1b" else _State.TEXT
        return end.start() if end.group() in "\r\n" else end.end()


def _match_end(pattern: re.Pattern[str], text: str, position: int) -> int:
    match = pattern.match(text, position)
    return match.end() if match else position


def clean(text: str, *, keep_newlines: bool = True) -> str:
    """`text` without escape sequences and control characters, safe to print. Idempotent."""
    cleaner = Cleaner(keep_newlines=keep_newlines)
    return cleaner.feed(text) + cleaner.flush()


def inert_json(text: str) -> str:
    """A JSON text of the same value, with escapes for characters that a terminal acts on."""
    return _SPECIAL.sub(lambda match: json.dumps(match[0])[1:-1], text)
