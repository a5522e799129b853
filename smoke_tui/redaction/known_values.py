"""Finding known values in bytes that may still be growing."""

from __future__ import annotations

import re
import struct
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from operator import itemgetter
from typing import Final

from smoke_tui.redaction.encodings import MIN_TRUNCATED, MIN_WRAPPED
from smoke_tui.redaction.placeholders import REACH, unfinished
from smoke_tui.redaction.spans import Cover, Islands, Span, outside, weave

#: One line break inside a value, real or JSON-escaped, with the next line's indent. An empty line
#: is no wrap: without this rule a page of blank lines would have to be held back.
_BREAK: Final = re.compile(rb"(?:\r?\n|(?:\\r)?\\n)[ \t]{0,64}+(?![\r\n]|\\[rn])")
_HALF_BREAK: Final = re.compile(rb"(?:\r|\\r\\|\\r|\\)\Z")
_ELLIPSIS: Final = re.compile(rb"\.{3,}|\xe2\x80\xa6|\\u2026")
_HALF_ELLIPSIS: Final = re.compile(rb"(?:\.{1,2}|\xe2\x80?|\\(?:u(?:2(?:02?)?)?)?)\Z")
#: Fewer characters than this before a line break stay: if they counted, every line that happens to
#: end in the first letter of some value would be held until the next one comes.
_MIN_HEAD: Final = 4
_GRAM: Final = 8
#: Needles of this length on are sifted by the beginnings of which one has to stand at a place that
#: is looked at, in texts that are not little.
_SIFT: Final = 6
_STRIDE: Final = 7
_SIFTED: Final = _SIFT + _STRIDE - 1
_LITTLE: Final = 512
_STRIDES: Final = struct.Struct(f"{_SIFT}s{_STRIDE - _SIFT}x")
_FIRST: Final = itemgetter(0)
_WORD: Final = frozenset(
    b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"
) | frozenset(range(0x80, 0x100))


class _Unwrapped:
    """A buffer without its line breaks, and the way back to the buffer's own positions."""

    __slots__ = ("_breaks", "_source", "text")

    def __init__(self, source: bytes) -> None:
        self.text = _BREAK.sub(b"", source)
        self._source = source
        self._breaks: tuple[list[int], list[int]] | None = None

    def _mapped(self) -> tuple[list[int], list[int]]:
        if self._breaks is None:
            at, removed, total = [0], [0], 0
            for found in _BREAK.finditer(self._source):
                at.append(found.start() - total)
                total += found.end() - found.start()
                removed.append(total)
            self._breaks = at, removed
        return self._breaks

    def origin(self, position: int) -> int:
        """Where the byte at `position` of `text` stands in the source."""
        at, removed = self._mapped()
        return position + removed[bisect_right(at, position) - 1]

    def beginning(self, position: int, end: int) -> int:
        """Where in the source a match of `text[position:end]` begins to count."""
        at, _ = self._mapped()
        wrap = bisect_right(at, position)
        if wrap < len(at) and at[wrap] <= end and at[wrap] - position < _MIN_HEAD:
            position = at[wrap]
        return self.origin(position)


class Needles:
    """An unchanging set of byte strings to look for, each with the mark that replaces it.

    `raws` are the undecorated values, looked for in truncated form too. With `whole_words` a
    needle counts only where it neither continues a word nor is continued.
    """

    __slots__ = ("_heads", "_needles", "_raws", "_reach", "_short", "_starts", "_whole_words")

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
        self._whole_words = whole_words
        # One of any _STRIDE places in a row is where a look at every _STRIDE-th place falls.
        self._short = [pair for pair in self._needles if len(pair[0]) < _SIFTED]
        self._starts: dict[bytes, list[tuple[bytes, bytes]]] = {}
        for pair in self._needles:
            if len(pair[0]) >= _SIFTED:
                for at in range(_STRIDE):
                    self._starts.setdefault(pair[0][at : at + _SIFT], []).append(pair)
        # A word that is complete still waits for the byte after it.
        self._heads = frozenset(
            needle[:k]
            for needle in needles
            for k in range(1, min(_GRAM, len(needle) + whole_words))
        )

    def occur_in(self, data: bytes) -> bool:
        """Whether any needle stands in `data`, as it is."""
        return any(needle in data for needle, _ in self._needles)

    def _candidates(self, data: bytes, low: int = 0) -> Iterable[tuple[bytes, bytes]]:
        """The needles that may begin in `data` from `low` on: most text holds hardly any."""
        if len(data) - low < _LITTLE or not self._starts:
            return self._needles
        whole = low + (len(data) - low) // _STRIDE * _STRIDE
        places = map(_FIRST, _STRIDES.iter_unpack(memoryview(data)[low:whole]))
        seen = {*filter(self._starts.__contains__, places), data[whole : whole + _SIFT]}
        found = {pair: None for gram in seen for pair in self._starts.get(gram, ())}
        return (*self._short, *found)

    def find(self, data: bytes, low: int, high: int) -> Iterator[Span]:
        """Every occurrence that starts in [low, high)."""
        for needle, mark in self._candidates(data, low):
            stop = high + len(needle) - 1
            at = data.find(needle, low, stop)
            while at != -1:
                end = at + len(needle)
                if not self._whole_words or _stands_alone(data, at, end):
                    yield Span(at, end, mark)
                at = data.find(needle, at + 1, stop)
        if self._whole_words or not self._needles:
            return
        yield from self._find_wrapped(data, low, high)
        yield from self._find_truncated(data, low, high)

    def settled(self, data: bytes) -> int:
        """From where on a needle might be standing that more bytes could complete."""
        if not self._needles:
            return len(data)
        held = len(data) - self._pending(data)
        if self._whole_words:
            return held
        if _BREAK.search(data) or _HALF_BREAK.search(data[-4:]):
            view = _Unwrapped(data)
            tails = {view.text, _HALF_BREAK.sub(b"", view.text)}
            for tail in tails:
                if pending := self._pending(tail):
                    held = min(held, view.beginning(len(tail) - pending, len(tail)))
        half = _HALF_ELLIPSIS.search(data, max(0, len(data) - 6))
        if half:
            held = min(held, half.start() - self._truncated_before(data, half.start())[0])
        for found in _ELLIPSIS.finditer(data, max(0, len(data) - self._reach - 6)):
            rest = data[found.end() :]
            if rest and any(raw.find(rest, 1) != -1 for raw, _ in self._raws):
                return min(held, found.end())
        return held

    def _pending(self, tail: bytes) -> int:
        """Length of the longest end of `tail` that begins a needle without settling it."""
        best = 0
        for k in range(min(_GRAM - 1, len(tail)), 0, -1):
            if tail[-k:] in self._heads:
                best = k
                break
        if len(tail) < _GRAM:
            return best
        gram = tail[-_GRAM:]
        for needle, _ in self._needles:
            at = needle.rfind(gram, 0, len(needle) - 1)
            while at != -1:
                k = at + _GRAM
                if k <= best:
                    break
                if tail.endswith(needle[:k]):
                    best = k
                    break
                at = needle.rfind(gram, 0, k - 1)
        return best

    def _find_wrapped(self, data: bytes, low: int, high: int) -> Iterator[Span]:
        if not _BREAK.search(data):
            return
        view = _Unwrapped(data)
        for needle, mark in self._candidates(view.text):
            if len(needle) < MIN_WRAPPED:
                continue
            at = view.text.find(needle)
            while at != -1:
                start = view.beginning(at, at + len(needle))
                end = view.origin(at + len(needle) - 1) + 1
                if low <= start < high:
                    yield Span(start, end, mark)
                at = view.text.find(needle, at + 1)

    def _find_truncated(self, data: bytes, low: int, high: int) -> Iterator[Span]:
        for found in _ELLIPSIS.finditer(data):
            length, mark = self._truncated_before(data, found.start())
            start = found.start() - length
            if length and low <= start < high:
                yield Span(start, found.start(), mark)
            start = found.end()
            length, mark = self._truncated_after(data, start)
            if length and low <= start < high:
                yield Span(start, start + length, mark)

    def _truncated_before(self, data: bytes, end: int) -> tuple[int, bytes]:
        """The longest beginning of a value that ends at `end`: its length and mark."""
        best, mark = 0, b""
        gram = data[max(0, end - MIN_TRUNCATED) : end]
        if len(gram) < MIN_TRUNCATED:
            return best, mark
        for raw, raw_mark in self._raws:
            at = raw.rfind(gram)
            while at != -1:
                k = at + MIN_TRUNCATED
                if k > best and data.endswith(raw[:k], 0, end):
                    best, mark = k, raw_mark
                    break
                at = raw.rfind(gram, 0, k - 1)
        return best, mark

    def _truncated_after(self, data: bytes, start: int) -> tuple[int, bytes]:
        """The longest end of a value that starts at `start`: its length and mark."""
        best, mark = 0, b""
        gram = data[start : start + MIN_TRUNCATED]
        if len(gram) < MIN_TRUNCATED:
            return best, mark
        for raw, raw_mark in self._raws:
            at = raw.find(gram)
            while at != -1:
                if len(raw) - at > best and data.startswith(raw[at:], start):
                    best, mark = len(raw) - at, raw_mark
                    break
                at = raw.find(gram, at + 1)
        return best, mark


class KnownStage:
    """Replaces needles in a stream; holds back only an end that may become one.

    `needles` and `islands` are asked anew at each feed, so that values may be added in between.
    """

    __slots__ = ("_base", "_buffer", "_cover", "_islands", "_needles")

    def __init__(self, needles: Callable[[], Needles], islands: Callable[[bytes], Islands]) -> None:
        self._needles = needles
        self._islands = islands
        self._buffer = b""
        # Bytes before `_base` are out already and kept as context.
        self._base = 0
        self._cover = Cover()

    def feed(self, data: bytes, *, last: bool = False) -> bytes:
        """The next bytes in, the bytes that are settled out; all of them with `last`."""
        buffer = self._buffer = self._buffer + data
        needles = self._needles()
        limit = len(buffer)
        if not last:
            limit = max(self._base, min(needles.settled(buffer), unfinished(buffer)))
        spans = needles.find(buffer, self._base, limit)
        kept = outside(spans, self._islands(buffer))
        out = weave(buffer, self._base, limit, kept, _mark_itself, self._cover)
        forget = max(0, limit - REACH)
        self._buffer = buffer[forget:]
        self._base = limit - forget
        self._cover.end -= forget
        return out


def _stands_alone(data: bytes, start: int, end: int) -> bool:
    before = start > 0 and data[start - 1] in _WORD and data[start] in _WORD
    after = end < len(data) and data[end] in _WORD and data[end - 1] in _WORD
    return not before and not after


def _mark_itself(mark: bytes, _text: bytes) -> bytes:
    return mark
