"""The recorded world: answers come from a journal, and every decision is compared with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from smoke_tui.journal.events import Event, storable
from smoke_tui.journal.file import Journal
from smoke_tui.journal.stream import EventListener, EventStream, Fact, IncomingFact, TextDelta
from smoke_tui.redaction import Secret
from smoke_tui.replay.agreement import agrees
from smoke_tui.world.conversation import PendingRequest

RESUMED = "session.resumed"


class Divergence(Exception):
    """A replay took another way than the record. `expected` or `got` is None where one ended."""

    def __init__(self, seq: int, expected: Event | None, got: Event | None, why: str) -> None:
        super().__init__(f"event {seq}: {why}")
        self.seq = seq
        self.expected = expected
        self.got = got
        self.why = why


class RecordEnds(Exception):
    """The record stops while the engine still waits: the session was not finished."""


class Resumption(Exception):
    """Here the program ended, and another went on: the engine starts anew from the state."""


class RecordedWorld:
    """Takes requests and does nothing: their answers are in the journal."""

    def begin(self, job: PendingRequest) -> None:
        """The request is in the stream already; its answer will be, too."""

    def end(self, seq: int) -> None:
        """Nothing is under way."""


class PastStream(EventStream):
    """The event stream of a session that is over: nothing comes in but what was recorded."""

    def signal(self, signal: TextDelta) -> None:
        """Nobody watches the pieces of an answer that came long ago."""

    def post(self, arrival: IncomingFact) -> None:
        """Nothing new happens here; a fault of ours shows as a divergence by itself."""


class RecordedStream(PastStream):
    """Gives out recorded facts, one whenever the engine is idle, and checks each decision."""

    def __init__(self, journal: Journal, watchers: list[EventListener]) -> None:
        self._journal = journal
        self._recorded: Sequence[Event] = journal.events
        self._watchers = watchers
        self._seq = 0
        self._time = ("", 0)
        self._routes = {}
        self._failed: Divergence | RecordEnds | Resumption | None = None
        self.unsolicited = lambda fact: None

    def decide(
        self,
        ev: str,
        data: Mapping[str, Any],
        *,
        step: str | None = None,
        n: int | None = None,
        re: int | None = None,
    ) -> Event:
        # A step may catch what we raise; the first difference stays the one that is told.
        if self._failed is not None:
            raise self._failed
        got = Event(self._seq, *self._time, ev, step, n, re, storable(data))
        if self._seq >= len(self._recorded):
            self._failed = RecordEnds()
            raise self._failed
        expected = self._recorded[self._seq]
        if expected.ev == RESUMED:
            self._failed = Resumption()
            raise self._failed
        if not agrees(expected, got):
            self._failed = Divergence(self._seq, expected, got, _difference(expected, got))
            raise self._failed
        return self._pass_on(expected)

    def deliver(self) -> bool:
        if self._failed is not None:
            raise self._failed
        if self._seq >= len(self._recorded):
            raise RecordEnds
        event = self._recorded[self._seq]
        if event.ev == RESUMED:
            raise Resumption
        if not event.is_fact:
            raise Divergence(
                self._seq, event, None, f"recorded `{event.ev}`, but the engine waits for an answer"
            )
        self._time = (event.t, event.ms)
        self._pass_on(event)
        self.dispatch(Fact(event, stand_ins(event), blobs_of(self._journal, event)))
        return True

    def begin(self) -> Event:
        """Let in the fact that a walk begins with: the session opened, or was resumed.

        Raises:
            RecordEnds: there is nothing more.
        """
        self._failed = None
        self._routes.clear()
        if self._seq >= len(self._recorded):
            raise RecordEnds
        event = self._recorded[self._seq]
        self._time = (event.t, event.ms)
        return self._pass_on(event)

    def finished(self) -> None:
        """Check that nothing of the record is left over.

        Raises:
            Divergence: the engine ended before the record did.
            Resumption: the record goes on with another program.
        """
        if self._seq < len(self._recorded):
            left = self._recorded[self._seq]
            if left.ev == RESUMED:
                raise Resumption
            raise Divergence(self._seq, left, None, f"recorded `{left.ev}`, but the walk has ended")

    def _pass_on(self, event: Event) -> Event:
        self._seq += 1
        for watcher in self._watchers:
            watcher.on_event(event)
        return event


def stand_ins(event: Event) -> dict[str, Secret]:
    """The secrets of a recorded fact: names and public parts, no values."""
    return {
        name: Secret(None, kind=raw["kind"], ref=raw["ref"], public=raw["public"])
        for name, raw in event.data.get("secrets", {}).items()
    }


def blobs_of(journal: Journal, event: Event) -> dict[str, bytes]:
    """The evidence that a recorded fact names.

    Raises:
        StorageError: it is missing, or is not what it was.
    """
    return {
        name: journal.evidence(blob["sha256"]) for name, blob in event.data.get("blobs", {}).items()
    }


def _difference(expected: Event, got: Event) -> str:
    """The first place where two events differ, in words."""
    if expected.is_fact:
        return f"the engine decided `{got.ev}` where the record has the fact `{expected.ev}`"
    for name in ("ev", "step", "n", "re"):
        a, b = getattr(expected, name), getattr(got, name)
        if a != b:
            return f"{name} was {a!r} and is {b!r}"
    path, a, b = _first_difference(dict(expected.data), dict(got.data), "data")
    return f"{path} was {a!r} and is {b!r}"


def _first_difference(a: Any, b: Any, path: str) -> tuple[str, Any, Any]:
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        for key in [*a, *(k for k in b if k not in a)]:
            if a.get(key) != b.get(key) or (key in a) != (key in b):
                return _first_difference(a.get(key), b.get(key), f"{path}.{key}")
    if isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        for index, (x, y) in enumerate(zip(a, b, strict=True)):
            if x != y:
                return _first_difference(x, y, f"{path}.{index}")
    return path, a, b
