"""Replacing spans of bytes: which span wins, and what stays untouched."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

#: Placeholders that must come out as they are: (start, end), in order.
Islands = Sequence[tuple[int, int]]


class Span(NamedTuple):
    """Bytes to be replaced; `mark` says by what, in the words of whoever found them."""

    start: int
    end: int
    mark: bytes


@dataclass(slots=True)
class Cover:
    """How far replaced spans reach, so that a stream can go on in the middle of one."""

    end: int = 0
    mark: bytes = b""


def outside(spans: Iterable[Span], islands: Islands) -> Iterator[Span]:
    """The parts of the spans that lie outside the islands."""
    ends = [high for _, high in islands]
    for span in spans:
        start = span.start
        at = bisect_right(ends, start)
        while at < len(islands) and islands[at][0] < span.end:
            low, high = islands[at]
            if start < low:
                yield Span(start, low, span.mark)
            start = max(start, high)
            at += 1
        if start < span.end:
            yield Span(start, span.end, span.mark)


def weave(
    data: bytes,
    begin: int,
    end: int,
    spans: Iterable[Span],
    render: Callable[[bytes, bytes], bytes],
    cover: Cover,
) -> bytes:
    """`data[begin:end]` with every span replaced by `render(mark, its bytes)`.

    The leftmost span wins, of those the longest. What a span shares with an earlier one belongs to
    the earlier; its rest gets its own replacement, unless both mean the same. Spans start within
    [begin, end) and may reach beyond; `cover` then remembers by how much.
    """
    out: list[bytes] = []
    for span in sorted(spans, key=lambda s: (s.start, -s.end)):
        if span.end <= cover.end:
            continue
        done = max(begin, cover.end)
        if span.start >= done:
            out.append(data[done : span.start])
        if span.start >= cover.end or span.mark != cover.mark:
            out.append(render(span.mark, data[span.start : span.end]))
        cover.end, cover.mark = span.end, span.mark
    out.append(data[max(begin, cover.end) : end])
    return b"".join(out)
