"""Server-sent events over raw bytes, and the reading of a Responses stream.

Line rules are those of the WHATWG HTML standard, section 9.2.6: lines end with CR, LF or CRLF,
nothing else; a BOM at the start is dropped; an event is dispatched by an empty line.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

LINE_LIMIT: Final = 256 * 1024
EVENT_LIMIT: Final = 1024 * 1024
_LINE_END: Final = re.compile(rb"\r\n|\n|\r")
TERMINALS: Final = ("response.completed", "response.failed", "response.incomplete", "error")


class Oversized(ValueError):
    """A line or an event is larger than the limits."""


class EventSplitter:
    """Turns bytes in any pieces into the `data` of events."""

    def __init__(self) -> None:
        self._line = bytearray()
        self._data: list[bytes] = []
        self._size = 0
        self._after_cr = False
        self._begun = False

    def feed(self, piece: bytes) -> Iterator[bytes]:
        """The data of every event that `piece` completes.

        Raises:
            Oversized: a line over 256 KiB or an event over 1 MiB.
        """
        if self._after_cr and piece[:1] == b"\n":
            piece = piece[1:]
            self._after_cr = False
        if not piece:
            return
        self._after_cr = piece.endswith(b"\r")
        lines = _LINE_END.split(piece)
        rest = lines.pop()
        for line in lines:
            self._extend(line)
            yield from self._take_line()
        self._extend(rest)

    def _extend(self, part: bytes) -> None:
        if len(self._line) + len(part) > LINE_LIMIT:
            raise Oversized(f"a line is longer than {LINE_LIMIT} bytes")
        self._line += part

    def _take_line(self) -> Iterator[bytes]:
        line = bytes(self._line)
        self._line.clear()
        if not self._begun:
            self._begun = True
            line = line.removeprefix(b"\xef\xbb\xbf")
        if not line:
            if self._data:
                yield b"\n".join(self._data)
            self._data, self._size = [], 0
            return
        name, _, value = line.partition(b":")
        if name != b"data":
            return
        value = value.removeprefix(b" ")
        self._size += len(value) + 1
        if self._size > EVENT_LIMIT:
            raise Oversized(f"an event is larger than {EVENT_LIMIT} bytes")
        self._data.append(value)


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one call, as the provider counted them."""

    input_tokens: int
    cached_input_tokens: int
    output_tokens: int
    reasoning_tokens: int


@dataclass(slots=True)
class Reading:
    """What a Responses stream said, event by event."""

    events: int = 0
    malformed: int = 0
    oversized: str | None = None
    response_id: str | None = None
    model: str | None = None
    deltas: list[str] = field(default_factory=list)
    done_text: str = ""
    terminals: list[str] = field(default_factory=list)
    final: Mapping[str, Any] = field(default_factory=dict)
    first_text_offset: int | None = None

    @property
    def text(self) -> str:
        """The finished items' text where there is one, else what the deltas gave."""
        return self.done_text or "".join(self.deltas)

    @property
    def usage(self) -> Usage | None:
        return read_usage(self.final.get("usage"))

    @property
    def over(self) -> bool:
        return bool(self.terminals)


class StreamReader:
    """Reads a Responses stream piece by piece; malformed events are counted and survived."""

    def __init__(self) -> None:
        self.reading = Reading()
        self._splitter = EventSplitter()
        self._offset = 0

    def feed(self, piece: bytes) -> str:
        """Take a piece in; returns the text it added."""
        before = len(self.reading.deltas)
        self._offset += len(piece)
        if self.reading.oversized is None:
            try:
                for data in self._splitter.feed(piece):
                    self._event(data)
            except Oversized as problem:
                self.reading.oversized = str(problem)
        return "".join(self.reading.deltas[before:])

    def _event(self, data: bytes) -> None:
        reading = self.reading
        if data.strip() == b"[DONE]":
            return
        reading.events += 1
        try:
            event = json.loads(data)
            kind = event["type"]
            if not isinstance(kind, str):
                raise TypeError(kind)
        except (ValueError, KeyError, TypeError, RecursionError):
            reading.malformed += 1
            return
        response = event.get("response")
        if isinstance(response, Mapping):
            reading.response_id = _text(response.get("id")) or reading.response_id
            reading.model = _text(response.get("model")) or reading.model
        if kind == "response.output_text.delta" and isinstance(event.get("delta"), str):
            if reading.first_text_offset is None and event["delta"]:
                reading.first_text_offset = self._offset
            reading.deltas.append(event["delta"])
        elif kind == "response.output_item.done":
            reading.done_text += _item_text(event.get("item"))
        elif kind in TERMINALS:
            reading.terminals.append(kind)
            if isinstance(response, Mapping):
                reading.final = response
            elif kind == "error":
                reading.final = event


def read_stream(body: bytes, offsets: Sequence[int] = (0,)) -> Reading:
    """Read a whole recorded stream, in the pieces that begin at `offsets`."""
    reader = StreamReader()
    for start, end in zip(offsets, [*offsets[1:], len(body)], strict=True):
        reader.feed(body[start:end])
    return reader.reading


def looks_like_stream(body: bytes) -> bool:
    """Whether bytes are an event stream, whatever their content type says."""
    head = body.lstrip(b"\xef\xbb\xbf\r\n ")[:64]
    return head.startswith((b"event:", b"data:", b"id:", b"retry:", b":"))


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _item_text(item: Any) -> str:
    """The text of a finished message item."""
    if not isinstance(item, Mapping) or item.get("type") != "message":
        return ""
    parts = item.get("content")
    return "".join(
        part["text"] for part in (parts if isinstance(parts, list) else [])
        if isinstance(part, Mapping) and part.get("type") == "output_text"
        and isinstance(part.get("text"), str)
    )


def read_usage(raw: Any) -> Usage | None:
    """Token counts, or None where any needed one is no count."""
    if not isinstance(raw, Mapping):
        return None
    inputs = raw.get("input_tokens_details")
    outputs = raw.get("output_tokens_details")
    counts = [
        _count(raw.get("input_tokens")), _count(raw.get("output_tokens")),
        _count((inputs if isinstance(inputs, Mapping) else {}).get("cached_tokens", 0)),
        _count((outputs if isinstance(outputs, Mapping) else {}).get("reasoning_tokens", 0)),
    ]
    if any(count is None for count in counts):
        return None
    given, out, cached, reasoning = (count or 0 for count in counts)
    return Usage(given, cached, out, reasoning)


def _count(value: Any) -> int | None:
    """A non-negative whole number; NaN, negatives, text and booleans are none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if isinstance(value, float) and (not math.isfinite(value) or value != int(value)):
        return None
    return int(value) if value >= 0 else None
