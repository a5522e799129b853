"""Parse server-sent events from bytes, in any chunks, within bounded memory.

Line rules are those of the WHATWG HTML standard, section 9.2.6: lines end with CR, LF or CRLF; a
BOM at the start is dropped; an empty line dispatches an event.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from smoke_tui.regex import regex
from smoke_tui.structs import Struct, replace

EVENT_LIMIT: Final = 4 * 1024 * 1024
"""Maximum bytes of an event's data; of larger data only both ends are kept."""

KEPT_END: Final = 4096
"""Bytes that are kept of each end of larger data."""

_LINE_END: Final = regex(rb"\r\n|\n|\r")
_MAX_NAME: Final = 200


class SseEvent(Struct, frozen=True):
    """One event: its `event:` name, its data, and the size of that in bytes.

    `whole` is False if only both ends of the data were kept. `bare` marks a line of JSON outside of
    an event, or an event without an empty line at its end.
    """

    name: str
    data: bytes
    size: int
    whole: bool = True
    bare: bool = False


class EventSplitter:
    """Splits bytes, in any chunks, into events."""

    def __init__(self) -> None:
        self._line = bytearray()
        self._tail = bytearray()
        self._beyond = 0
        self._after_cr = False
        self._started = False
        self._name = ""
        self._reset()

    def _reset(self) -> None:
        self._name = ""
        self._data: list[bytes] = []
        self._size = 0
        self._lines = 0
        self._ends: tuple[bytes, bytes] | None = None

    def feed(self, chunk: bytes) -> Iterator[SseEvent]:
        """The events that `chunk` completes."""
        if self._after_cr and chunk[:1] == b"\n":
            chunk = chunk[1:]
            self._after_cr = False
        if not chunk:
            return
        self._after_cr = chunk.endswith(b"\r")
        lines = _LINE_END.split(chunk) if b"\r" in chunk else chunk.split(b"\n")
        last_line = lines.pop()
        for line in lines:
            if self._line or len(line) > EVENT_LIMIT:
                self._extend(line)
                event = self._take_buffered()
            else:
                event = self._take_line(line)
            if event is not None:
                yield event
        self._extend(last_line)

    def _extend(self, part: bytes) -> None:
        room = EVENT_LIMIT - len(self._line)
        if len(part) <= room:
            self._line += part
            return
        self._line += part[:room]
        self._beyond += len(part) - room
        self._tail = (self._tail + part[max(room, len(part) - KEPT_END) :])[-KEPT_END:]

    def _take_buffered(self) -> SseEvent | None:
        line, tail, beyond = bytes(self._line), bytes(self._tail), self._beyond
        self._line.clear()
        self._tail.clear()
        self._beyond = 0
        return self._take_line(line, tail, beyond)

    def _take_line(self, line: bytes, tail: bytes = b"", beyond: int = 0) -> SseEvent | None:
        """Take one line in; the event that it ends or is."""
        if not self._started:
            self._started = True
            line = line.removeprefix(b"\xef\xbb\xbf")
        if not line:
            event = self._event() if self._lines else None
            self._reset()
            return event
        name, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if name == b"event":
            self._name = value[:_MAX_NAME].decode("utf-8", "replace").strip()
        elif name == b"data":
            self._take_data(value, tail, beyond)
        elif line.lstrip()[:1] in (b"{", b"[") and not beyond:
            return SseEvent("", line, len(line), bare=True)
        return None

    def rest(self) -> Iterator[SseEvent]:
        """What follows the last empty line, after the last chunk."""
        event = self._take_buffered() if self._line else None
        if event is not None:
            yield event
        if self._lines:
            yield replace(self._event(), bare=True)
        self._reset()

    def _take_data(self, value: bytes, tail: bytes, beyond: int) -> None:
        self._lines += 1
        self._size += len(value) + beyond + (1 if self._lines > 1 else 0)
        if self._ends is None and self._size <= EVENT_LIMIT:
            self._data.append(value)
            return
        before = b"\n".join(self._data)
        self._data = []
        head = (
            (before + b"\n" + value if before else value) if self._ends is None else self._ends[0]
        )
        self._ends = (head[:KEPT_END], (value + tail)[-KEPT_END:])

    def _event(self) -> SseEvent:
        if self._ends is None:
            return SseEvent(self._name, b"\n".join(self._data), self._size)
        return SseEvent(self._name, b"\n".join(self._ends), self._size, whole=False)


def looks_like_stream(body: bytes) -> bool:
    """Whether bytes are an event stream, regardless of their content type."""
    head = body.lstrip(b"\xef\xbb\xbf\r\n ")[:64]
    return head.startswith((b"event:", b"data:", b"id:", b"retry:", b":"))
