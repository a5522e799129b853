"""Strict replay: the first decision that is not the recorded one ends it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from smoke_tui.journal.events.event import Event
from smoke_tui.replay.agreement import agrees, table_of
from smoke_tui.replay.stream import RESUMED, RecordEndedError, ResumptionError


class DivergenceError(Exception):
    """A replay took another way than the record. `expected` or `got` is None where one ended."""

    def __init__(self, seq: int, expected: Event | None, got: Event | None, why: str) -> None:
        super().__init__(f"event {seq}: {why}")
        self.seq = seq
        self.expected = expected
        self.got = got
        self.why = why


class Strict:
    """Every decision has to be the recorded one, in the recorded place.

    Its methods raise `DivergenceError` at the first difference.
    """

    def __init__(self, events: Sequence[Event]) -> None:
        self._events = events
        self._at = 0

    def begin(self) -> Event:
        """The next event, whatever it is."""
        if self._at >= len(self._events):
            raise RecordEndedError
        self._at += 1
        return self._events[self._at - 1]

    def decide(self, event: Event) -> Event:
        """The recorded decision, where both agree."""
        expected = self._next()
        if not agrees(expected, event):
            raise DivergenceError(self._at, expected, event, _difference(expected, event))
        self._at += 1
        return expected

    def next_fact(self) -> Event:
        """The next event, which has to be a fact."""
        event = self._next()
        if not event.is_fact:
            why = f"recorded `{event.kind}`, but the engine waits for an answer"
            raise DivergenceError(self._at, event, None, why)
        self._at += 1
        return event

    def finish(self) -> None:
        """Nothing of the record may be left over."""
        if self._at < len(self._events):
            left = self._next()
            why = f"recorded `{left.kind}`, but the walk has ended"
            raise DivergenceError(self._at, left, None, why)

    def _next(self) -> Event:
        if self._at >= len(self._events):
            raise RecordEndedError
        event = self._events[self._at]
        if event.kind == RESUMED:
            raise ResumptionError
        return event


def _difference(expected: Event, got: Event) -> str:
    """The first place where two events differ, in words."""
    if expected.is_fact:
        return f"the engine decided `{got.kind}` where the record has the fact `{expected.kind}`"
    for name in ("kind", "step", "attempt", "request_seq"):
        a, b = getattr(expected, name), getattr(got, name)
        if a != b:
            return f"{name} was {a!r} and is {b!r}"
    path, a, b = _first_difference(table_of(expected), table_of(got), "data")
    return f"{path} was {a!r} and is {b!r}"


def _first_difference(a: object, b: object, path: str) -> tuple[str, object, object]:
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        for key in [*a, *(k for k in b if k not in a)]:
            if a.get(key) != b.get(key) or (key in a) != (key in b):
                return _first_difference(a.get(key), b.get(key), f"{path}.{key}")
    if isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        for index, (x, y) in enumerate(zip(a, b, strict=True)):
            if x != y:
                return _first_difference(x, y, f"{path}.{index}")
    return path, a, b
