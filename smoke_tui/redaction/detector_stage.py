"""The shape net over a stream: lines in, lines out, secrets of known shape replaced.

A match never crosses a line. Within an unfinished line everything up to the last blank is let go,
unless one of `shapes.OPENERS` stands in it: from that word on the line is held until it ends. What
is held is at most CAP bytes; a longer piece is cut at a place that follows from its content alone,
never inside a match, so that any chunking of the input gives the same output. A value that fills
the whole piece is dropped on to its end. A cut may part a value from the word that gives it away;
only there can redacting twice find more than redacting once.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from smoke_tui.redaction import detectors, split_tokens
from smoke_tui.redaction.spans import Cover, Islands, Span, outside, weave

#: Bytes of one unfinished piece of a line that are held back at most.
CAP: Final = 64 * 1024
_NAME_REACH: Final = 128
_LINE_END: Final = re.compile(rb"[\r\n]")
_NO_TOKEN: Final = re.compile(rb"[^A-Za-z0-9_.~+/=%-]")
_VALUE_END: Final = re.compile(rb"[\s\"'&;,<>\\]")


class NetStage:
    """Replaces values of known shape in a stream.

    `number` gives the placeholder of a kind and a value; `islands` finds what must stay as it is.
    """

    __slots__ = ("_buffer", "_islands", "_number", "_searched", "_swallowing")

    def __init__(
        self, number: Callable[[bytes, bytes], bytes], islands: Callable[[bytes], Islands]
    ) -> None:
        self._number = number
        self._islands = islands
        self._buffer = b""
        self._searched: tuple[bytes, list[detectors.Hit]] = (b"", [])
        self._swallowing = False

    def feed(self, data: bytes, *, last: bool = False) -> bytes:
        """The next bytes in, the bytes that are settled out; all of them with `last`."""
        self._buffer += data
        out: list[bytes] = []
        while self._buffer:
            if self._swallowing:
                end = _VALUE_END.search(self._buffer)
                self._buffer = self._buffer[end.start() :] if end else b""
                self._swallowing = end is None
                continue
            cut = self._cut(last)
            if not cut:
                break
            out.append(self._replace(self._buffer[:cut]))
            self._buffer = self._buffer[cut:]
        return b"".join(out)

    def _cut(self, last: bool) -> int:
        """How many bytes can be judged now, by themselves; 0 for none."""
        buffer = self._buffer
        if lines := _complete(buffer):
            # A token at the end of a line may go on in the next.
            held = split_tokens.held(buffer, lines)
            if held or not last:
                return held or (lines if lines > CAP else 0)
            return len(buffer) if len(buffer) <= CAP else lines
        # Looking further would cost every long line a search of its whole rest per cut.
        end = _LINE_END.search(buffer, 0, 4 * CAP)
        line = buffer[: end.start() if end else 4 * CAP]
        start = max(line.rfind(b" "), line.rfind(b"\t")) + 1
        if start == len(line) == len(buffer) and not last:
            # What follows a quoted piece says whether another is joined to it.
            bare = line.rstrip(b" \t")
            if bare.endswith((b'"', b"'", b"`")):
                start = max(bare.rfind(b" "), bare.rfind(b"\t")) + 1
        if start:
            opener = _first_opener(line[: start + 1].lower())
            start = max(line.rfind(b" ", 0, opener), line.rfind(b"\t", 0, opener)) + 1
        if start:
            return start
        if len(line) >= CAP:
            return self._cut_within(line[:CAP])
        return len(buffer) if last else 0

    def _cut_within(self, piece: bytes) -> int:
        """Where to cut a piece that is too long to be held any longer."""
        hits = self._find(piece)
        at_end = [hit for hit in hits if hit.end == len(piece)]
        if at_end:
            head = min(hit.head for hit in at_end)
            # A short piece would bring the same value back again and again.
            self._swallowing = head < len(piece) // 2
            return len(piece) if self._swallowing else head
        # A name whose value is still to come must not be parted from it.
        lower = piece.lower()
        opener = max(lower.rfind(word, len(piece) - _NAME_REACH) for word in detectors.OPENERS)
        stop = opener if opener != -1 else len(piece)
        blanks = [found.end() for found in _NO_TOKEN.finditer(piece, len(piece) // 2, stop)]
        cut = blanks[-1] if blanks else len(piece)
        while ends := [hit.end for hit in hits if hit.head < cut < hit.end]:
            cut = max(ends)
        return cut

    def _find(self, block: bytes) -> list[detectors.Hit]:
        """Every hit in a block; a piece that is cut at its end is not searched a second time."""
        if self._searched[0] != block:
            self._searched = (block, detectors.find(block))
        return self._searched[1]

    def _replace(self, block: bytes) -> bytes:
        found = self._find(block)
        if not found:
            return block
        spans = [Span(hit.start, hit.end, hit.kind.encode()) for hit in found]
        kept = outside(spans, self._islands(block))
        return weave(block, 0, len(block), kept, self._number, Cover())


def _first_opener(lower: bytes) -> int:
    """Where the first word stands after which a match may go on beyond blanks."""
    first = len(lower)
    for word in detectors.OPENERS:
        if detectors.may_hold(lower, word):
            at = lower.find(word, 0, first + len(word))
            if at != -1:
                first = min(first, at)
    return first


def _complete(buffer: bytes) -> int:
    """The end of the last complete line before any that is longer than CAP."""
    if len(buffer) <= CAP:
        return max(buffer.rfind(b"\n"), buffer.rfind(b"\r")) + 1
    at = 0
    while end := _LINE_END.search(buffer, at, at + CAP):
        at = end.end()
    return at
