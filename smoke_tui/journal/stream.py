"""The one way in: facts are redacted once and written; synced before anybody acts on them."""

from __future__ import annotations

import codecs
from collections import deque
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final, Protocol, TypeVar

from smoke_tui.journal.events.body import Body, DecisionBody, FactBody
from smoke_tui.journal.events.codec import encode
from smoke_tui.journal.events.event import Event, JournalDamageError, event_of, storable
from smoke_tui.journal.events.facts import ProcessOutput, SessionOpened, SessionResumed
from smoke_tui.journal.events.values import Blob, RecordedSecret
from smoke_tui.outcomes import Outcome
from smoke_tui.redaction import Secret, StreamRedactor, Vault
from smoke_tui.redaction.write_guard import WriteGuard
from smoke_tui.structs import Struct, field

B = TypeVar("B", bound=Body)


class IncomingFact(Struct, frozen=True):
    """A fact on its way in, not yet redacted.

    `secrets` are what a port took out of the answer; the journal gets their public parts only.
    `blobs` go into the evidence folder, the journal gets their names. `taken` is called once the
    fact is let in and written.
    """

    body: FactBody
    step: str | None = None
    attempt: int | None = None
    request_seq: int | None = None
    secrets: Mapping[str, Secret] = field(default_factory=dict)
    blobs: Mapping[str, bytes] = field(default_factory=dict)
    taken: Callable[[], None] | None = None


class Fact(Struct, frozen=True):
    """A fact as the engine sees it: the redacted event, its secrets by name, its evidence."""

    event: Event
    secrets: Mapping[str, Secret]
    blobs: Mapping[str, bytes]

    @property
    def body(self) -> Body:
        """What the event says."""
        return self.event.body

    def expect(self, cls: type[B]) -> B:
        """The fact's body, which has to be of a class.

        Raises:
            JournalDamageError: it is of another: the record was changed by hand.
        """
        if not isinstance(self.body, cls):
            raise JournalDamageError(
                f"event {self.event.seq} (`{self.event.kind}`) answers otherwise"
            )
        return self.body


class TextDelta(Struct, frozen=True):
    """Something for the screen that is no event: a delta of text, a byte count."""

    step: str
    n: int
    text: str


_OUTCOMES: Final = [outcome.value for outcome in Outcome]


def _decoder() -> codecs.IncrementalDecoder:
    return codecs.getincrementaldecoder("utf-8")("replace")


class EventListener(Protocol):
    """Who listens to a session. Called in the engine's thread: take it and return."""

    def on_event(self, event: Event) -> None:
        """Take an event that is recorded."""

    def on_signal(self, signal: TextDelta) -> None:
        """Take a delta of text."""


class FunctionListener:
    """A listener made of two callables."""

    def __init__(
        self,
        on_event: Callable[[Event], None],
        on_signal: Callable[[TextDelta], None] = lambda signal: None,
    ) -> None:
        self.on_event = on_event
        self.on_signal = on_signal


class Sink(Protocol):
    """Where events are kept."""

    def write(self, event: Event) -> None:
        """Write an event."""

    def sync(self) -> None:
        """Sync what was written; some kinds may wait for others of their kind."""

    def sync_due(self) -> float | None:
        """Sync events whose time is up; seconds until that of others is, None without any."""

    def keep(self, content: bytes) -> str:
        """Keep a piece of evidence and return its SHA-256 in hex."""


class Clock(Protocol):
    """The world's time."""

    def wall(self) -> datetime:
        """The time of day, UTC."""
        ...

    def milliseconds(self) -> int:
        """Milliseconds since the session opened."""
        ...


def stamp(moment: datetime) -> str:
    """UTC, ISO 8601, milliseconds, `Z`."""
    # Several times faster than `strftime`, which every event would wait for.
    return moment.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def with_names(whole: Any, clean: Any, names: frozenset[str]) -> Any:
    """Redacted data with the names of steps put back: they are data, not text.

    A step may be called `api-key`; then its outcome is no secret value of that key, and a
    secret that equals a step's name is not redacted.
    """
    if isinstance(whole, Mapping) and isinstance(clean, Mapping) and len(whole) == len(clean):
        pairs = zip(whole.items(), clean.items(), strict=True)
        return {
            (key if key in names else shown): (
                item if key in names and item in _OUTCOMES else with_names(item, left, names)
            )
            for (key, item), (shown, left) in pairs
        }
    if isinstance(whole, list) and isinstance(clean, list) and len(whole) == len(clean):
        return [with_names(a, b, names) for a, b in zip(whole, clean, strict=True)]
    return whole if isinstance(whole, str) and whole in names else clean


class EventStream(Protocol):
    """The stream of a session's events, as the engine uses it."""

    @property
    def now(self) -> str:
        """The time of the latest fact, ISO 8601 UTC."""

    @property
    def now_ms(self) -> int:
        """The same, in milliseconds since the session opened."""

    def post(self, incoming: IncomingFact) -> None:
        """Hand in a fact; safe from any thread."""

    def route(self, seq: int | None, receiver: Callable[[Fact], None] | None) -> None:
        """Say who takes the facts that answer request `seq`, or with None that answer none."""

    def decide(
        self,
        body: DecisionBody,
        *,
        step: str | None = None,
        attempt: int | None = None,
        request_seq: int | None = None,
    ) -> Event:
        """Write a decision, dated by the latest fact, and return it."""

    def signal(self, delta: TextDelta) -> None:
        """Show a piece of text that is not recorded."""

    def deliver(self) -> bool:
        """Let one waiting fact in; False when there is nothing new for anybody."""


class LiveStream:
    """The event stream of a session that runs, from its first line on.

    `deliver` is called when the engine has nothing left to do: exactly one fact goes in, so that
    every decision follows the fact that caused it in the journal. `first` sees an
    event at once; watchers see it when the engine is idle, and whatever it has set off is under
    way. A fact and the decisions it causes are synced together: before a watcher sees them, and
    before the world acts on a request among them (`sync`).
    """

    def __init__(
        self,
        sink: Sink,
        vault: Vault,
        clock: Clock,
        watchers: list[EventListener],
        *,
        first: Callable[[Event], None] = lambda event: None,
        names: frozenset[str] = frozenset(),
    ) -> None:
        self._sink = sink
        self._vault = vault
        self._guard = WriteGuard(vault)
        self._clock = clock
        self._watchers = watchers
        self._first = first
        self._names = names
        self._unseen: deque[Event] = deque()
        self._seq = 0
        self._time = ("", 0)
        self._incoming: deque[IncomingFact] = deque()
        self._routes: dict[int | None, Callable[[Fact], None]] = {}
        self._spoken: dict[tuple[str, int], tuple[StreamRedactor, codecs.IncrementalDecoder]] = {}

    def continue_after(self, seq: int) -> None:
        """Number the next event after `seq`, the last one of a resumed record."""
        self._seq = seq

    @property
    def now(self) -> str:
        """The time of the latest fact, ISO 8601 UTC."""
        return self._time[0]

    @property
    def now_ms(self) -> int:
        """The same, in milliseconds since the session opened."""
        return self._time[1]

    def post(self, incoming: IncomingFact) -> None:
        """Hand in a fact; safe from any thread."""
        self._incoming.append(incoming)

    def open(self, incoming: IncomingFact) -> None:
        """Let the session's first fact in, before whatever has been posted already."""
        self._incoming.appendleft(incoming)
        self.deliver()

    def route(self, seq: int | None, receiver: Callable[[Fact], None] | None) -> None:
        """Set the receiver of the facts that answer request `seq`; None removes it."""
        if receiver is None:
            self._routes.pop(seq, None)
        else:
            self._routes[seq] = receiver

    def decide(
        self,
        body: DecisionBody,
        *,
        step: str | None = None,
        attempt: int | None = None,
        request_seq: int | None = None,
    ) -> Event:
        """Write a decision, dated by the latest fact, and return it."""
        data, place = self._clean(encode(body)), (self._seq, *self._time)
        return self._record(event_of(place, body.kind, data, step, attempt, request_seq))

    def _clean(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """Data as it is recorded: without secrets, the steps' names as they are."""
        whole = storable(data)
        clean = self._vault.redact_json(whole)
        assert isinstance(clean, dict)
        if self._names and clean != whole:
            restored = with_names(whole, clean, self._names)
            assert isinstance(restored, dict)
            return restored
        return clean

    def deliver(self) -> bool:
        """Let one waiting fact in; False when there is nothing new for anybody."""
        if self.flush():
            # A watcher may have set something off, which comes first.
            return True
        if not self._incoming:
            return False
        incoming = self._incoming.popleft()
        self._time = (stamp(self._clock.wall()), self._clock.milliseconds())
        blobs = {
            name: self._guard.blob(self._vault.redact(content))
            for name, content in incoming.blobs.items()
        }
        data = encode(
            incoming.body,
            {n: Blob(self._sink.keep(content), len(content)) for n, content in blobs.items()},
            {n: RecordedSecret(s.kind, s.ref, s.public) for n, s in incoming.secrets.items()},
        )
        event = self._record(
            event_of(
                (self._seq, *self._time),
                incoming.body.kind,
                self._inspected(incoming, self._clean(data)),
                incoming.step,
                incoming.attempt,
                incoming.request_seq,
            )
        )
        self.dispatch(Fact(event, incoming.secrets, blobs))
        if incoming.taken is not None:
            incoming.taken()
        return True

    def sync_due(self) -> float | None:
        """Sync what has waited long enough for others; seconds until more has, None without any."""
        return self._sink.sync_due()

    def inspected(self) -> frozenset[str]:
        """The sha256 of the evidence that has been searched for every known secret."""
        return self._guard.inspected()

    def _inspected(self, incoming: IncomingFact, data: dict[str, Any]) -> dict[str, Any]:
        """A fact's data, checked once more for known secrets; parts that hold one are left out.

        The facts that open or resume a session are kept as they are: replay starts from them.
        """
        if isinstance(incoming.body, SessionOpened | SessionResumed):
            return data
        if isinstance(incoming.body, ProcessOutput):
            text = self._guard.printed(incoming.step or "", str(data["source"]), str(data["text"]))
            return {**data, "text": text}
        redacted = self._guard.data(data)
        assert isinstance(redacted, dict)
        return redacted

    def dispatch(self, fact: Fact) -> None:
        """Give a recorded fact to whoever waits for it."""
        receiver = self._routes.get(fact.event.request_seq)
        if receiver is not None:
            receiver(fact)

    def flush(self) -> bool:
        """Show watchers what was recorded since they last looked; False when there is nothing."""
        news = bool(self._unseen)
        if news:
            self._sink.sync()
        while self._unseen:
            event = self._unseen.popleft()
            for watcher in self._watchers:
                watcher.on_event(event)
        return news

    def sync(self) -> None:
        """Bring every event so far to the disk, so that it can be acted on.

        Raises:
            StorageError: that failed; nothing may be done.
        """
        self._sink.sync()

    def signal(self, delta: TextDelta) -> None:
        """Show a piece of text that is not recorded; a secret may lie in several pieces."""
        key = (delta.step, delta.n)
        if key not in self._spoken:
            self._spoken[key] = (self._vault.stream(), _decoder())
        redactor, decoder = self._spoken[key]
        self._show(key, decoder.decode(redactor.feed(delta.text.encode("utf-8", "replace"))))

    def _flush_text(self, event: Event) -> None:
        """The answer has ended: what was held back can be shown."""
        key = (event.step or "", event.attempt or 0)
        if key in self._spoken:
            redactor, decoder = self._spoken.pop(key)
            self._show(key, decoder.decode(redactor.flush(), True))

    def _show(self, key: tuple[str, int], text: str) -> None:
        if text:
            for watcher in self._watchers:
                watcher.on_signal(TextDelta(*key, text))

    def _record(self, event: Event) -> Event:
        self._sink.write(event)
        self._seq += 1
        if event.kind == "http":
            self._flush_text(event)
        self._first(event)
        self._unseen.append(event)
        return event
