"""Read a Responses stream: every statement of every fact, in order."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from smoke_tui.codex.event_kinds import (
    NOT_AFTER_END,
    SKIPPABLE,
    TERMINAL_EVENTS,
    EventParser,
    event_kind,
)
from smoke_tui.codex.items import Item, read_item
from smoke_tui.codex.sse import EventSplitter, SseEvent, looks_like_stream
from smoke_tui.proof.counts import Usage, read_usage
from smoke_tui.proof.flags import is_degraded, names_fallback, normalize_name
from smoke_tui.proof.headers import FOREIGN_HEADER, MODEL_HEADERS, header_pairs
from smoke_tui.regex import regex
from smoke_tui.structs import Struct, field

__all__ = ["Reading", "StreamReader", "looks_like_stream", "read_stream"]

_MAX_TEXT: Final = 2000
_LONG_NAME: Final = 200
"""Characters of a name above which nothing is remembered of it: whoever answers chooses it."""
_REFUSED: Final = 400
"""The lowest HTTP status of a refusal."""
_TYPE: Final = regex(rb'"type"\s*:\s*"([^"]{1,100})"')


class Statement(Struct, frozen=True):
    """A fact as one place of the stream states it; the value may have any type."""

    source: str
    value: Any


class Skipped(Struct, frozen=True):
    """An event that was too large to read, and its size in bytes."""

    kind: str
    size: int


class Reading(Struct):
    """The facts that a Responses stream states, event by event."""

    events: int = 0
    malformed: int = 0
    oversized: str | None = None
    skipped: list[Skipped] = field(default_factory=list)
    last: str | None = None
    ids: list[Statement] = field(default_factory=list)
    models: list[Statement] = field(default_factory=list)
    states: list[Statement] = field(default_factory=list)
    problems: list[Statement] = field(default_factory=list)
    objects: list[Statement] = field(default_factory=list)
    reroutes: list[Statement] = field(default_factory=list)
    usages: list[Statement] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    deltas: list[str] = field(default_factory=list)
    done_texts: list[str] = field(default_factory=list)
    part_texts: list[str] = field(default_factory=list)
    pieces_of: dict[str, list[Any]] = field(default_factory=dict)
    refusals: list[str] = field(default_factory=list)
    announced: list[Item] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    terminals: list[str] = field(default_factory=list)
    crossed: list[str] = field(default_factory=list)
    late: list[str] = field(default_factory=list)
    final: Mapping[str, Any] = field(default_factory=dict)
    final_items: list[Item] = field(default_factory=list)
    first_text_offset: int | None = None

    @property
    def response_id(self) -> str | None:
        """The last response id."""
        return _last_text(self.ids)

    @property
    def model(self) -> str | None:
        """The last model that the bodies of events name."""
        return _last_text([m for m in self.models if m.source.endswith("response.model")])

    @property
    def answer_items(self) -> list[Item]:
        """The finished items: those of events, else those of the final response."""
        return self.items or self.final_items

    @property
    def answer_parts(self) -> list[str]:
        """The texts of the final answer's parts."""
        return [part for item in self.answer_items if item.is_final for part in item.parts]

    @property
    def answer(self) -> str:
        """The text of the final answer, from finished items alone."""
        return "".join(item.text for item in self.answer_items if item.is_final)

    @property
    def refusal(self) -> str:
        """The model's refusal; empty if there is none."""
        items = (*self.items, *self.final_items)
        return next((item.refusal for item in items if item.refusal), "".join(self.refusals))

    @property
    def text(self) -> str:
        """The final answer if there is one, else the deltas."""
        return self.answer or "".join(self.deltas)

    @property
    def usage(self) -> Usage | None:
        """The token counts of the final response."""
        return read_usage(self.final.get("usage"))

    @property
    def over(self) -> bool:
        """Whether a terminal event was read."""
        return bool(self.terminals)


class StreamReader:
    """Reads a Responses stream piece by piece; malformed events are counted and survived."""

    def __init__(self) -> None:
        self.reading = Reading()
        self._splitter = EventSplitter()
        self._parser = EventParser()
        self._offset = 0
        self._marked_done = False
        self._sequence: int | None = None

    def feed(self, piece: bytes) -> str:
        """Take a piece in; returns the text it added."""
        before = len(self.reading.deltas)
        self._offset += len(piece)
        for event in self._splitter.feed(piece):
            self._take(event)
        return "".join(self.reading.deltas[before:])

    def finish(self) -> None:
        """Read what follows the last event: only an error counts there."""
        for event in self._splitter.rest():
            self._take(event)

    def _take(self, sse: SseEvent) -> None:
        reading = self.reading
        if sse.data.strip() == b"[DONE]":
            reading.last = "[DONE]"
            self._marked_done = True
            return
        event, twice = self._parser.parse(sse.data) if sse.whole else (None, [])
        kind = event_kind(sse.name, event)
        if sse.bare and TERMINAL_EVENTS.get(kind or "") != "failed":
            return
        reading.events += 1
        if not sse.whole:
            self._skip(sse)
            return
        if kind is None:
            reading.malformed += 1
            return
        event = event or {"message": sse.data[:_MAX_TEXT].decode("utf-8", "replace")}
        reading.crossed += [f"{name} twice, with two values" for name in twice]
        reading.last = kind
        if sse.name in TERMINAL_EVENTS and kind in TERMINAL_EVENTS and sse.name != kind:
            reading.crossed.append(f"{kind} under the name {sse.name}")
        if self._marked_done and kind in TERMINAL_EVENTS:
            reading.late.append(f"{kind} after [DONE]")
        self._read_statements(kind, event)
        if kind in TERMINAL_EVENTS:
            self._end(kind, event)
        elif reading.terminals and NOT_AFTER_END.match(kind):
            reading.late.append(kind)
        elif not reading.terminals:
            self._read_output(kind, event)

    def _skip(self, sse: SseEvent) -> None:
        """Skip an event that is too large; only harmless kinds may be skipped."""
        named = [match.decode("utf-8", "replace") for match in _TYPE.findall(sse.data)]
        kinds = [name for name in (*named, sse.name) if name.startswith("response.")]
        kind = kinds[0] if kinds else sse.name or "nameless"
        items = [name for name in named if not name.startswith("response.")]
        harmless = (
            bool(kinds)
            and all(skipped_kind.startswith(SKIPPABLE) for skipped_kind in kinds)
            and (
                not kind.startswith("response.output_item.")
                or (bool(items) and "message" not in items)
            )
        )
        self.reading.last = kind
        if harmless and sse.name not in TERMINAL_EVENTS:
            self.reading.skipped.append(Skipped(kind, sse.size))
        elif self.reading.oversized is None:
            self.reading.oversized = f"an event ({kind}) of {sse.size:,} bytes is too large to read"

    def _read_statements(self, kind: str, event: Mapping[str, Any]) -> None:
        """Record what an event states about the response as a whole."""
        reading = self.reading
        if "response_id" in event:
            reading.ids.append(Statement(f"{kind} response_id", event["response_id"]))
        self._read_number(kind, event.get("sequence_number"))
        if "headers" in event:
            self._read_headers(f"{kind} headers", event["headers"])
        reading.problems += [
            Statement(f"{kind} {name}", event[name])
            for name in ("status", "status_code")
            if type(event.get(name)) is int and event[name] >= _REFUSED
        ]
        response = event.get("response")
        if not isinstance(response, Mapping):
            return
        for name, statements in (
            ("id", reading.ids),
            ("model", reading.models),
            ("status", reading.states),
            ("usage", reading.usages),
            ("object", reading.objects),
        ):
            if name in response:
                statements.append(Statement(f"{kind} response.{name}", response[name]))
        if event.get("model") is not None:
            reading.models.append(Statement(f"{kind} model", event["model"]))
        reading.problems += [
            Statement(f"{kind} response.{name}", response[name])
            for name in ("error", "incomplete_details")
            if response.get(name) is not None
        ]
        reading.problems += [
            Statement(f"{kind} response.{name}", response[name])
            for name in ("errors", "status_details")
            if response.get(name)
        ]
        if not isinstance(response.get("output"), list | None):
            reading.problems.append(Statement(f"{kind} response.output", response["output"]))
        if response.get("refusal"):
            reading.refusals.append(str(response["refusal"]))
        self._read_reroutes(kind, event)
        self._read_reroutes(f"{kind} response", response)
        if "headers" in response:
            self._read_headers(f"{kind} response.headers", response["headers"])

    def _read_number(self, kind: str, number: object) -> None:
        """Record a sequence number that does not rise: its event is of another stream."""
        if type(number) is not int or not kind.startswith("response."):
            return
        if self._sequence is not None and number <= self._sequence:
            self.reading.crossed.append(f"sequence number {number} after {self._sequence}")
        self._sequence = number

    def _read_reroutes(self, source: str, table: Mapping[str, Any]) -> None:
        """Record flags of a fallback or of another provider."""
        self.reading.reroutes += [
            Statement(f"{source} {name}", value)
            for name, value in table.items()
            if (_remembered(name) if len(name) <= _LONG_NAME else _may_reroute(name))
            and (
                is_degraded(name, value)
                or (
                    normalize_name(name) == "provider"
                    and isinstance(value, str)
                    and value.strip().casefold() not in ("", "openai")
                )
            )
        ]

    def _read_headers(self, source: str, headers: object) -> None:
        for name, value in header_pairs(headers):
            if name in MODEL_HEADERS:
                self.reading.models.append(Statement(f"{source} {name}", value))
            elif name == FOREIGN_HEADER:
                self.reading.foreign.append(source)

    def _end(self, kind: str, event: Mapping[str, Any]) -> None:
        reading = self.reading
        reading.terminals.append(kind)
        response = event.get("response")
        if isinstance(response, Mapping):
            reading.final = response
        elif TERMINAL_EVENTS[kind] == "failed":
            reading.final = event
        output = reading.final.get("output")
        items = (read_item(raw) for raw in (output if isinstance(output, list) else []))
        reading.final_items = [item for item in items if item is not None]

    def _read_output(self, kind: str, event: Mapping[str, Any]) -> None:
        reading = self.reading
        reader = _OUTPUT.get(kind)
        if kind == "response.output_text.delta" and isinstance(event.get("delta"), str):
            if reading.first_text_offset is None and event["delta"]:
                reading.first_text_offset = self._offset
            reading.deltas.append(event["delta"])
            _name_item(reading, kind, event)
        elif reader is not None:
            reader(reading, event)


def _may_reroute(name: str) -> bool:
    """Whether a field of this name can report another route, with whatever value."""
    return names_fallback(name) or normalize_name(name) == "provider"


_remembered = lru_cache(4096)(_may_reroute)


def _item_done(reading: Reading, event: Mapping[str, Any]) -> None:
    item = read_item(event.get("item"))
    if item is not None:
        reading.items.append(item)


def _item_added(reading: Reading, event: Mapping[str, Any]) -> None:
    item = read_item(event.get("item"))
    if item is not None:
        reading.announced.append(item)


def _text_done(reading: Reading, event: Mapping[str, Any]) -> None:
    if isinstance(event.get("text"), str):
        reading.done_texts.append(event["text"])
        _name_item(reading, "response.output_text.done", event)


def _part_done(reading: Reading, event: Mapping[str, Any]) -> None:
    part = event.get("part")
    if not isinstance(part, Mapping):
        return
    if part.get("type") == "output_text" and isinstance(part.get("text"), str):
        reading.part_texts.append(part["text"])
        _name_item(reading, "response.content_part.done", event)
    if part.get("type") == "refusal":
        reading.refusals.append(str(part.get("refusal") or "(no words)"))


def _name_item(reading: Reading, kind: str, event: Mapping[str, Any]) -> None:
    """Record the item of a piece of text."""
    reading.pieces_of.setdefault(kind.removeprefix("response."), []).append(event.get("item_id"))


def _refusal(reading: Reading, event: Mapping[str, Any]) -> None:
    """Record a refusal's delta, or the whole refusal in place of its deltas."""
    if isinstance(event.get("refusal"), str):
        reading.refusals[:] = [event["refusal"]]
    elif isinstance(event.get("delta"), str):
        reading.refusals.append(event["delta"])


_OUTPUT: Final[Mapping[str, Callable[[Reading, Mapping[str, Any]], None]]] = {
    "response.output_item.added": _item_added,
    "response.output_item.done": _item_done,
    "response.output_text.done": _text_done,
    "response.content_part.done": _part_done,
    "response.refusal.delta": _refusal,
    "response.refusal.done": _refusal,
}
"""The events with output other than text deltas."""


def read_stream(body: bytes, offsets: Sequence[int] = (0,)) -> Reading:
    """Read a whole recorded stream, in chunks that start at `offsets`."""
    reader = StreamReader()
    for start, end in zip(offsets, [*offsets[1:], len(body)], strict=True):
        reader.feed(body[start:end])
    reader.finish()
    return reader.reading


def _last_text(mentions: Sequence[Statement]) -> str | None:
    return next((m.value for m in reversed(mentions) if isinstance(m.value, str) and m.value), None)
