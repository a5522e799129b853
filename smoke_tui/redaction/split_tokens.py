"""Read tokens that are obfuscated or split, with their positions.

Two readings: a line without invisible characters, concatenations of quoted strings and (repeated)
escapes of plain characters; and a token that continues on the following lines.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from typing import Final

from smoke_tui.regex import regex

_JOINT: Final = rb"\\*[\"'`] ?[+.&] ?\\*[\"'`]"
_OBFUSCATION: Final = regex(
    rb"(?:\xc2\xad|\xe2\x80[\x8b-\x8f]|\xe2\x81[\xa0-\xa4]|\xef\xbb\xbf"
    rb"|\\+u(?i:00ad|200[b-f]|206[0-4]|feff)"
    rb"|&(?:amp;)*(?:shy|zwnj|zwj|ZeroWidthSpace|#173|#820[3-7]|#[xX](?i:ad|200[b-f]));"
    rb"|" + _JOINT + rb")"
    rb"|%(?:25)*(?P<percent>[2-7][0-9A-Fa-f])"
    rb"|\\+(?:u00|x)(?P<escape>[2-7][0-9A-Fa-f])"
    rb"|&(?:amp;)*#(?:[xX]0*(?P<hex>[2-7][0-9A-Fa-f])|0*(?P<decimal>3[2-9]|[4-9][0-9]|1[01][0-9]"
    rb"|12[0-6]));"
    rb"|&(?:amp;)*(?P<named>amp|quot|lt|gt|apos);"
)
_NAMED: Final = {b"amp": b"&", b"quot": b'"', b"lt": b"<", b"gt": b">", b"apos": b"'"}
HINTS: Final = (
    b"\xc2\xad", *(b"\xe2\x80" + bytes([last]) for last in range(0x8B, 0x90)), b"\xe2\x81",
    b"\xef\xbb\xbf", b"%", b"\\u", b"\\x", b"&#", b"&amp;", b"&quot;", b"&shy;", b"&z",
    *(quote + joint for quote in (b'"', b"'", b"`") for joint in (b"+", b" +", b".", b" .", b"&",
                                                                   b" &")),
)  # fmt: skip
"""A line without any of these (lower case) is not obfuscated."""

JOINTS: Final = tuple(
    quote + joint
    for quote in (b'"', b"'", b"`")
    for joint in (b" +", b" .", b" &", b"+ ", b". ", b"& ")
)
"""A quoted string that may be concatenated with the next; for detection in a stream."""

STARTS: Final = (b"eyJ", b"sk-", b"rt_", b"rt.", b"ac_", b"github_pat_", b"xai-", b"glpat-")
"""A token that goes on in the next line begins with one of these."""
_OPEN: Final = regex(
    rb"(?<![A-Za-z0-9_-])(?:" + b"|".join(map(re.escape, STARTS)) + rb")[A-Za-z0-9_.-]{8,8192}"
)
_WRAP: Final = regex(
    rb"[ \t\"'+\\]{0,8}(?:\r?\n|(?:\\+r)?\\+n)[ \t>|\"'#*+]{0,40}"
    rb"(?P<piece>[A-Za-z0-9_.-]{8,8192})(?=[\"',;)}\]]{0,4}[ \t+\\]{0,4}(?:\\+[nr]|[\r\n\"']|\Z))"
)
"""The text between two parts of a wrapped token."""
_OPEN_LINE: Final = regex(
    rb"(?<![A-Za-z0-9_-])(?:"
    + b"|".join(map(re.escape, STARTS))
    + rb")[A-Za-z0-9_.-]{8,8192}[ \t\"'+\\]{0,8}\r?\n\Z"
)
_SOLE_LINE: Final = regex(rb"[ \t>|\"'#*+]{0,40}[A-Za-z0-9_.-]{8,8192}[ \t\"'+\\,;)}\]]{0,8}\r?\n")
_MAX_LINES: Final = 256


class Deobfuscated:
    """A line without obfuscation, with a map back to its positions."""

    __slots__ = ("_at", "_source", "text")

    def __init__(self, line: bytes) -> None:
        parts: list[bytes] = []
        self._at, self._source = [0], [0]
        copied = length = 0
        for match in _OBFUSCATION.finditer(line):
            parts.append(line[copied : match.start()])
            length += match.start() - copied
            char = _plain(match)
            if char:
                self._point(length, match.start())
                parts.append(char)
                length += 1
            self._point(length, match.end())
            copied = match.end()
        parts.append(line[copied:])
        self.text = b"".join(parts)

    def _point(self, at: int, source: int) -> None:
        self._at.append(at)
        self._source.append(source)

    def start(self, position: int) -> int:
        """Position in the line of a match that starts at `position`."""
        point = bisect_right(self._at, position) - 1
        return self._source[point] + position - self._at[point]

    def end(self, position: int) -> int:
        """Position in the line of a match that ends at `position`."""
        point = bisect_left(self._at, position)
        if point < len(self._at) and self._at[point] == position:
            return self._source[point]
        return self._source[point - 1] + position - self._at[point - 1]


def _plain(match: re.Match[bytes]) -> bytes:
    """The character of an escape; empty for a concatenation or an invisible character."""
    kind = match.lastgroup
    if kind is None:
        return b""
    if kind == "named":
        return _NAMED[match[kind]]
    return bytes([int(match[kind], 10 if kind == "decimal" else 16)])


def wrapped(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Tokens over several lines: start, end and the joined token."""
    for word in STARTS:
        at = data.find(word)
        while at != -1:
            match = _OPEN.match(data, at)
            end = match.end() if match else at + len(word)
            if match is not None:
                pieces = [match.group()]
                for _ in range(_MAX_LINES):
                    more = _WRAP.match(data, end)
                    if more is None or not _is_continuation(more["piece"], pieces[-1]):
                        break
                    pieces.append(more["piece"])
                    end = more.end("piece")
                if len(pieces) > 1:
                    yield match.start(), end, b"".join(pieces)
            at = data.find(word, end)


def _is_continuation(piece: bytes, previous: bytes) -> bool:
    """Whether a line continues a token rather than being a word or the start of another token."""
    digits = sum(48 <= byte <= 57 for byte in piece)
    letters = sum(65 <= byte <= 90 or 97 <= byte <= 122 for byte in piece)
    mixed = (
        len(piece) >= 12
        and (b"." not in piece or len(piece) >= 20)
        and not piece.islower()
        and not piece.isupper()
        and not piece.istitle()
    )
    starts_token = piece.startswith(STARTS) and not previous.endswith(b".")
    return not starts_token and bool((digits and letters) or mixed)


def held(data: bytes, end: int) -> int:
    """Position in complete lines of a token that may continue after `end`, else `end`."""
    low = max(0, end - 64 * 1024)
    stop = first = end
    for _ in range(_MAX_LINES):
        start = max(data.rfind(b"\n", low, max(low, stop - 1)) + 1, low)
        line = data[start:stop]
        if stop == low or len(line) > 9000:
            break
        if _OPEN_LINE.search(line):
            first = start
        if not _SOLE_LINE.fullmatch(line):
            break
        stop = start
    return first
