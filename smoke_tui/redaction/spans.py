"""Replace spans of bytes: which of several overlapping spans wins, and what is protected."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from smoke_tui.structs import Struct

ProtectedSpans = Sequence[tuple[int, int]]
"""(start, end) of placeholders that must stay unchanged, in order."""


class Span(NamedTuple):
    """Bytes to replace; `label` is the placeholder, or the kind from which one is made."""

    start: int
    end: int
    label: bytes


class Replaced(Struct):
    """End and label of the last replaced span, so that a stream can continue inside it."""

    end: int = 0
    label: bytes = b""


def outside(spans: Iterable[Span], protected: ProtectedSpans) -> Iterator[Span]:
    """The parts of the spans that lie outside protected spans."""
    ends = [high for _, high in protected]
    for span in spans:
        start = span.start
        at = bisect_right(ends, start)
        while at < len(protected) and protected[at][0] < span.end:
            low, high = protected[at]
            if start < low:
                yield Span(start, low, span.label)
            start = max(start, high)
            at += 1
        if start < span.end:
            yield Span(start, span.end, span.label)


def replace_spans(
    data: bytes,
    begin: int,
    end: int,
    spans: Iterable[Span],
    render: Callable[[bytes, bytes], bytes],
    replaced: Replaced,
) -> bytes:
    """`data[begin:end]` with every span replaced by `render(label, its bytes)`.

    The leftmost span wins, of several the longest. Where spans overlap, the shared bytes belong to
    the earlier one; the rest of the later gets its own replacement unless both have one label.
    Spans start within [begin, end) and may end beyond it; `replaced` keeps the end of the last.
    """
    out: list[bytes] = []
    for span in sorted(spans, key=lambda s: (s.start, -s.end)):
        if span.end <= replaced.end:
            continue
        position = max(begin, replaced.end)
        if span.start >= position:
            out.append(data[position : span.start])
        if span.start >= replaced.end or span.label != replaced.label:
            out.append(render(span.label, data[span.start : span.end]))
        replaced.end, replaced.label = span.end, span.label
    out.append(data[max(begin, replaced.end) : end])
    return b"".join(out)
