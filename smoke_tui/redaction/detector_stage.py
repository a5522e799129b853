"""The detectors over a stream: replace what looks like a secret, line by line.

A match never crosses a line. Of an unfinished line, everything up to the last blank is released,
unless it contains one of `detectors.OPENERS`: from that word on the line is held until it ends. At
most CAP bytes are held; a longer part is cut at a position that depends on its content alone, never
inside a match, so that the output does not depend on the chunking. A value that fills the whole
part is dropped up to its end. A cut may separate a value from the word that identifies it; only
there can redacting twice find more than redacting once.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Final

from smoke_tui.redaction import detection, detectors, split_tokens
from smoke_tui.redaction.spans import ProtectedSpans, Replaced, Span, outside, replace_spans
from smoke_tui.regex import regex

CAP: Final = 64 * 1024
"""Maximum bytes of an unfinished line that are held back."""
_NAME_REACH: Final = 128
_LINE_END: Final = regex(rb"[\r\n]")
_NO_TOKEN: Final = regex(rb"[^A-Za-z0-9_.~+/=%-]")
_VALUE_END: Final = regex(rb"[\s\"'&;,<>\\]")


class DetectorStage:
    """Replaces in a stream what detectors find.

    `number` returns the placeholder of a kind and a value, `protected` the spans to leave alone.
    """

    __slots__ = ("_buffer", "_number", "_protected", "_searched", "_swallowing")

    def __init__(
        self, number: Callable[[bytes, bytes], bytes], protected: Callable[[bytes], ProtectedSpans]
    ) -> None:
        self._number = number
        self._protected = protected
        self._buffer = b""
        self._searched: tuple[bytes, list[detectors.Hit]] = (b"", [])
        self._swallowing = False

    def feed(self, data: bytes, *, last: bool = False) -> bytes:
        """Take the next bytes; return those that are settled, with `last` all."""
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
        """How many bytes can be searched now, independently of the rest; 0 for none."""
        buffer = self._buffer
        if lines := _complete(buffer):
            # A token at the end of a line may go on in the next.
            token_start = split_tokens.held(buffer, lines)
            if token_start or not last:
                return token_start or (lines if lines > CAP else 0)
            return len(buffer) if len(buffer) <= CAP else lines
        # A longer search would scan the whole rest of a long line at every cut.
        end = _LINE_END.search(buffer, 0, 4 * CAP)
        line = buffer[: end.start() if end else 4 * CAP]
        start = max(line.rfind(b" "), line.rfind(b"\t")) + 1
        if start == len(line) == len(buffer) and not last:
            # The next bytes decide whether another quoted string is concatenated.
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
        """Position at which to cut a part that is too long to be held."""
        hits = self._find(piece)
        at_end = [hit for hit in hits if hit.end == len(piece)]
        if at_end:
            head = min(hit.head for hit in at_end)
            # Cutting at a head near the start would find the same value again and again.
            self._swallowing = head < len(piece) // 2
            return len(piece) if self._swallowing else head
        # A name must not be separated from its value, which is still to come.
        lower = piece.lower()
        opener = max(lower.rfind(word, len(piece) - _NAME_REACH) for word in detectors.OPENERS)
        stop = opener if opener != -1 else len(piece)
        blanks = [match.end() for match in _NO_TOKEN.finditer(piece, len(piece) // 2, stop)]
        cut = blanks[-1] if blanks else len(piece)
        while ends := [hit.end for hit in hits if hit.head < cut < hit.end]:
            cut = max(ends)
        return cut

    def _find(self, block: bytes) -> list[detectors.Hit]:
        """Every hit in a block; the last result is kept for the block's replacement."""
        if self._searched[0] != block:
            self._searched = (block, detection.find(block))
        return self._searched[1]

    def _replace(self, block: bytes) -> bytes:
        hits = self._find(block)
        if not hits:
            return block
        spans = [Span(hit.start, hit.end, hit.kind.encode()) for hit in hits]
        kept = outside(spans, self._protected(block))
        return replace_spans(block, 0, len(block), kept, self._number, Replaced())


@cache
def _any_opener() -> re.Pattern[bytes]:
    return detection.first_of(detectors.OPENERS)


def _first_opener(lower: bytes) -> int:
    """Position of the first word after which a match may include blanks."""
    if len(lower) <= detection.QUICK:
        match = _any_opener().search(lower)
        return match.start() if match else len(lower)
    first = len(lower)
    for word in detectors.OPENERS:
        if detection.may_hold(lower, word):
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
