"""Find registered values in bytes that may still be growing."""

from __future__ import annotations

import struct
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from operator import itemgetter
from typing import Final

from smoke_tui.redaction.encodings import MIN_TRUNCATED, MIN_WRAPPED
from smoke_tui.redaction.placeholders import REACH, unfinished
from smoke_tui.redaction.spans import ProtectedSpans, Replaced, Span, outside, replace_spans
from smoke_tui.regex import regex

_BREAKS: Final = (
    (b"\n", b"\r", regex(rb"\n[ \t]{0,64}+(?![\r\n]|\\[rn])")),
    (rb"\n", rb"\r", regex(rb"\\n[ \t]{0,64}+(?![\r\n]|\\[rn])")),
)
"""A line break inside a value, real and JSON-escaped: the line feed, the carriage return that may
stand before it, and the line feed with the next line's indent. An empty line is no wrap; otherwise a
page of blank lines would be held back. Each expression begins with a literal, so that the search for
it is fast."""
_MOST_INDENT: Final = 64
_HALF_BREAK: Final = regex(rb"(?:\r|\\r\\|\\r|\\)\Z")
_ELLIPSIS: Final = regex(rb"\.{3,}|\xe2\x80\xa6|\\u2026")
_ELLIPSES: Final = (b"...", b"\xe2\x80\xa6", rb"\u2026")
_HALF_ELLIPSIS: Final = regex(rb"(?:\.{1,2}|\xe2\x80?|\\(?:u(?:2(?:02?)?)?)?)\Z")
_MIN_HEAD: Final = 4
"""A match with fewer characters before its first line break starts after the break; otherwise every
line that ends in the first letter of a value would be held until the next line."""
_SIFT: Final = 6
"""Bytes that are compared at each sampled position to preselect needles of `_SIFTED` bytes or more."""
_STRIDE: Final = 7
_SIFTED: Final = _SIFT + _STRIDE - 1
_LITTLE: Final = 64
"""Bytes of a text in which one search for each needle is faster, where they are `_FEW`."""
_FEW: Final = 32
_SAMPLE: Final = f"{_SIFT}s{_STRIDE - _SIFT}x"
_STRIDES: Final = struct.Struct(_SAMPLE)
_BLOCKS: Final = struct.Struct(_SAMPLE * 512)
_FIRST: Final = itemgetter(0)
_WORD: Final = frozenset(
    b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"
) | frozenset(range(0x80, 0x100))


class _Unwrapped:
    """A buffer without its line breaks, with a map back to the buffer's positions."""

    __slots__ = ("_at", "_removed", "text")

    def __init__(self, source: bytes, breaks: list[tuple[int, int]], low: int = 0) -> None:
        """Read `source` from `low` on; `breaks` are those that start there or later."""
        at, removed, total, done = [0], [low], low, low
        parts: list[bytes] = []
        for start, end in breaks:
            parts.append(source[done:start])
            at.append(start - total)
            total += end - start
            removed.append(total)
            done = end
        parts.append(source[done:])
        self.text = b"".join(parts)
        self._at = at
        self._removed = removed

    def origin(self, position: int) -> int:
        """Position in the source of the byte at `position` of `text`."""
        return position + self._removed[bisect_right(self._at, position) - 1]

    def beginning(self, position: int, end: int) -> int:
        """Position in the source where a match of `text[position:end]` starts."""
        at = self._at
        wrap = bisect_right(at, position)
        if wrap < len(at) and at[wrap] <= end and at[wrap] - position < _MIN_HEAD:
            position = at[wrap]
        return self.origin(position)


class Needles:
    """An immutable set of byte strings to search for, each with its placeholder.

    `raws` are the values without encoding, which are also found truncated. With `whole_words` a
    needle counts only where no word character is before or after it.
    """

    __slots__ = (
        "_heads", "_longest", "_needles", "_raws", "_reach", "_short", "_starts", "_whole_words",
    )  # fmt: skip

    def __init__(
        self,
        needles: Mapping[bytes, bytes],
        raws: Mapping[bytes, bytes],
        *,
        whole_words: bool = False,
    ) -> None:
        self._needles = tuple(needles.items())
        self._raws = tuple((raw, m) for raw, m in raws.items() if len(raw) > MIN_TRUNCATED)
        self._reach = max((len(raw) for raw, _ in self._raws), default=0)
        self._longest = max(map(len, needles), default=0)
        self._whole_words = whole_words
        # Sampling every _STRIDE-th position hits one of any _STRIDE consecutive positions.
        self._short = [pair for pair in self._needles if len(pair[0]) < _SIFTED]
        self._starts: dict[bytes, list[tuple[int, bytes, bytes]]] = {}
        for needle, label in self._needles:
            if len(needle) >= _SIFTED:
                for at in range(_STRIDE):
                    starts = self._starts.setdefault(needle[at : at + _SIFT], [])
                    starts.append((at, needle, label))
        # A word that is complete still waits for the byte after it.
        self._heads = frozenset(
            needle[:k]
            for needle in needles
            for k in range(1, min(_SIFTED, len(needle) + whole_words))
        )

    def occur_in(self, data: bytes) -> bool:
        """Whether `data` contains any needle."""
        return any(needle in data for needle, _ in self._needles)

    def finds(self, data: bytes) -> bool:
        """Whether `find` finds anything in the whole of `data`."""
        return next(self.find(data, 0, len(data)), None) is not None

    def _occurrences(self, data: bytes, low: int, high: int) -> Iterator[Span]:
        """Every occurrence in the text as it is that starts in [low, high)."""
        few = len(self._needles) <= _FEW and len(data) - low < _LITTLE
        little = few or not self._starts
        for needle, label in self._needles if little else self._short:
            stop = high + len(needle) - 1
            at = data.find(needle, low, stop)
            while at != -1:
                yield Span(at, at + len(needle), label)
                at = data.find(needle, at + 1, stop)
        if little:
            return
        starts = self._starts
        for position in self._sampled(data, low):
            for at, needle, label in starts[data[position : position + _SIFT]]:
                begin = position - at
                if low <= begin < high and data.startswith(needle, begin):
                    yield Span(begin, begin + len(needle), label)

    def _sampled(self, data: bytes, low: int) -> list[int]:
        """Sampled positions where a part of a needle's start stands; in most texts hardly any."""
        starts = self._starts
        view = memoryview(data)
        blocks = low + (len(data) - low) // _BLOCKS.size * _BLOCKS.size
        if all(map(starts.keys().isdisjoint, _BLOCKS.iter_unpack(view[low:blocks]))):
            low = blocks
        whole = low + (len(data) - low) // _STRIDE * _STRIDE
        sampled = list(map(_FIRST, _STRIDES.iter_unpack(view[low:whole])))
        sampled.append(data[whole : whole + _SIFT])
        if starts.keys().isdisjoint(sampled):
            return []
        return [low + at * _STRIDE for at, gram in enumerate(sampled) if gram in starts]

    def find(self, data: bytes, low: int, high: int) -> Iterator[Span]:
        """Every occurrence that starts in [low, high)."""
        if not self._needles:
            return
        for span in self._occurrences(data, low, high):
            if not self._whole_words or _stands_alone(data, span.start, span.end):
                yield span
        if self._whole_words:
            return
        yield from self._find_wrapped(data, low, high)
        yield from self._find_truncated(data, low, high)

    def settled(self, data: bytes) -> int:
        """Position from which on more bytes could complete a needle."""
        if not self._needles:
            return len(data)
        settled_end = len(data) - self._pending(data)
        if self._whole_words:
            return settled_end
        unwrapped = self._unwrapped_tail(data)
        half = _HALF_BREAK.search(unwrapped.text[-4:])
        for tail in {unwrapped.text, unwrapped.text[: -len(half[0])] if half else unwrapped.text}:
            if pending := self._pending(tail):
                settled_end = min(settled_end, unwrapped.beginning(len(tail) - pending, len(tail)))
        if half := _HALF_ELLIPSIS.search(data, max(0, len(data) - 6)):
            settled_end = min(
                settled_end, half.start() - self._truncated_before(data, half.start())[0]
            )
        for match in _ELLIPSIS.finditer(data, max(0, len(data) - self._reach - 6)):
            rest = data[match.end() :]
            if rest and any(raw.find(rest, 1) != -1 for raw, _ in self._raws):
                return min(settled_end, match.end())
        return settled_end

    def _pending(self, tail: bytes) -> int:
        """Length of the longest suffix of `tail` that is an incomplete prefix of a needle."""
        size = len(tail)
        best = 0
        if self._starts and size >= _SIFTED:
            starts = self._starts
            for position in self._sampled(tail, max(0, size - self._longest)):
                for at, needle, _ in starts[tail[position : position + _SIFT]]:
                    k = size - position + at
                    whole = len(needle) + self._whole_words
                    if best < k <= size and k < whole and tail.endswith(needle[:k]):
                        best = k
        if best:
            return best
        # Shorter beginnings may lie between two samples.
        for k in range(min(_SIFTED - 1, size), 0, -1):
            if tail[-k:] in self._heads:
                return k
        return 0

    def _unwrapped_tail(self, data: bytes) -> _Unwrapped:
        """The end of `data` without its line breaks: more of it than the longest needle, or all."""
        size = self._longest + _MOST_INDENT + 8
        low = len(data)
        while True:
            low = max(0, low - 2 * size)
            unwrapped = _Unwrapped(data, _breaks(data, low), low)
            # A break that is cut at `low` leaves at most its indent, which is no part of a needle.
            if not low or len(unwrapped.text) > size:
                return unwrapped

    def _find_wrapped(self, data: bytes, low: int, high: int) -> Iterator[Span]:
        breaks = _breaks(data)
        if not breaks:
            return
        unwrapped = _Unwrapped(data, breaks)
        text = unwrapped.text
        for span in self._occurrences(text, 0, len(text)):
            if span.end - span.start >= MIN_WRAPPED:
                start = unwrapped.beginning(span.start, span.end)
                if low <= start < high:
                    yield Span(start, unwrapped.origin(span.end - 1) + 1, span.label)

    def _find_truncated(self, data: bytes, low: int, high: int) -> Iterator[Span]:
        if not any(mark in data for mark in _ELLIPSES):
            return
        for match in _ELLIPSIS.finditer(data):
            length, label = self._truncated_before(data, match.start())
            start = match.start() - length
            if length and low <= start < high:
                yield Span(start, match.start(), label)
            start = match.end()
            length, label = self._truncated_after(data, start)
            if length and low <= start < high:
                yield Span(start, start + length, label)

    def _truncated_before(self, data: bytes, end: int) -> tuple[int, bytes]:
        """Length and label of the longest prefix of a value that ends at `end`."""
        best, label = 0, b""
        gram = data[max(0, end - MIN_TRUNCATED) : end]
        if len(gram) < MIN_TRUNCATED:
            return best, label
        for raw, raw_label in self._raws:
            at = raw.rfind(gram)
            while at != -1:
                k = at + MIN_TRUNCATED
                if k > best and data.endswith(raw[:k], 0, end):
                    best, label = k, raw_label
                    break
                at = raw.rfind(gram, 0, k - 1)
        return best, label

    def _truncated_after(self, data: bytes, start: int) -> tuple[int, bytes]:
        """Length and label of the longest suffix of a value that starts at `start`."""
        best, label = 0, b""
        gram = data[start : start + MIN_TRUNCATED]
        if len(gram) < MIN_TRUNCATED:
            return best, label
        for raw, raw_label in self._raws:
            at = raw.find(gram)
            while at != -1:
                if len(raw) - at > best and data.startswith(raw[at:], start):
                    best, label = len(raw) - at, raw_label
                    break
                at = raw.find(gram, at + 1)
        return best, label


class KnownValueStage:
    """Replaces needles in a stream; holds back only a tail that may become one.

    `needles` and `protected` are called at each feed, so values may be added in between.
    """

    __slots__ = ("_base", "_buffer", "_needles", "_protected", "_replaced")

    def __init__(
        self, needles: Callable[[], Needles], protected: Callable[[bytes], ProtectedSpans]
    ) -> None:
        self._needles = needles
        self._protected = protected
        self._buffer = b""
        # Bytes before `_base` were returned already and are kept as context.
        self._base = 0
        self._replaced = Replaced()

    def feed(self, data: bytes, *, last: bool = False) -> bytes:
        """Take the next bytes; return those that are settled, with `last` all."""
        buffer = self._buffer = self._buffer + data
        needles = self._needles()
        limit = len(buffer)
        if not last:
            limit = max(self._base, min(needles.settled(buffer), unfinished(buffer)))
        if spans := list(needles.find(buffer, self._base, limit)):
            kept = outside(spans, self._protected(buffer))
            out = replace_spans(buffer, self._base, limit, kept, _label_itself, self._replaced)
        else:
            out = buffer[max(self._base, self._replaced.end) : limit]
        dropped = max(0, limit - REACH)
        self._buffer = buffer[dropped:]
        self._base = limit - dropped
        self._replaced.end -= dropped
        return out


def _breaks(data: bytes, low: int = 0) -> list[tuple[int, int]]:
    """Start and end of every line break from `low` on, in order."""
    breaks: list[tuple[int, int]] = []
    for feed, carriage, expression in _BREAKS:
        if feed not in data:
            continue
        returns = carriage in data
        for match in expression.finditer(data, low):
            start, end = match.span()
            if returns and data.endswith(carriage, low, start):
                start -= len(carriage)
            breaks.append((start, end))
    breaks.sort()
    return breaks


def _stands_alone(data: bytes, start: int, end: int) -> bool:
    before = start > 0 and data[start - 1] in _WORD and data[start] in _WORD
    after = end < len(data) and data[end] in _WORD and data[end - 1] in _WORD
    return not before and not after


def _label_itself(label: bytes, _text: bytes) -> bytes:
    return label
