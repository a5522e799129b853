"""The event stream of a recorded session: recorded facts, and decisions held against the record."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, Protocol

from smoke_tui.journal.events.body import DecisionBody
from smoke_tui.journal.events.codec import encode
from smoke_tui.journal.events.event import Event, event_of, storable
from smoke_tui.journal.file import Journal
from smoke_tui.journal.stream import EventListener, Fact, IncomingFact, TextDelta
from smoke_tui.redaction import Secret
from smoke_tui.structs import replace
from smoke_tui.world.conversation import PendingRequest

RESUMED: Final = "session.resumed"


class RecordEndedError(Exception):
    """The record stops while the engine still waits: the session was not finished."""


class ResumptionError(Exception):
    """Here the program ended, and another resumed the session: the engine starts anew."""


class Policy(Protocol):
    """How decisions are held against the record, and which recorded fact comes next.

    Where nothing follows, each method raises `RecordEndedError`, or `ResumptionError` where another program
    resumed the session. What else a policy raises ends the replay.
    """

    def begin(self) -> Event:
        """The fact that a program's part of the record begins with."""

    def decide(self, event: Event) -> Event:
        """The event to pass on for a decision of the engine."""

    def next_fact(self) -> Event:
        """The fact to deliver, its `re` the number of today's request."""

    def finish(self) -> None:
        """Check what is left of the record when the engine has come to its end."""


class RecordedStream:
    """Delivers recorded facts, one whenever the engine is idle; its policy judges decisions."""

    def __init__(
        self, journal: Journal, listeners: Sequence[EventListener], policy: Policy
    ) -> None:
        self._journal = journal
        self._listeners = listeners
        self._policy = policy
        self._seq = 0
        self._time = ("", 0)
        self._routes: dict[int | None, Callable[[Fact], None]] = {}
        self._failure: Exception | None = None

    @property
    def now(self) -> str:
        """The time of the latest fact, ISO 8601 UTC."""
        return self._time[0]

    @property
    def now_ms(self) -> int:
        """The same, in milliseconds since the session opened."""
        return self._time[1]

    def post(self, incoming: IncomingFact) -> None:
        """Ignore a new fact; a fault of our own shows as a divergence by itself."""

    def signal(self, delta: TextDelta) -> None:
        """Ignore pieces of an answer; the whole answer is in the record."""

    def route(self, seq: int | None, receiver: Callable[[Fact], None] | None) -> None:
        """Say who takes the facts that answer request `seq`, None: that answer none."""
        if receiver is None:
            self._routes.pop(seq, None)
        else:
            self._routes[seq] = receiver

    def begin(self) -> Event:
        """Let in the fact that a program begins with: the session opened, or was resumed.

        Raises:
            RecordEndedError: there is nothing more.
        """
        self._failure = None
        self._routes.clear()
        return self._let_in(self._policy.begin())

    def decide(
        self,
        body: DecisionBody,
        *,
        step: str | None = None,
        attempt: int | None = None,
        request_seq: int | None = None,
    ) -> Event:
        """Hold a decision against the record, and return the event that stands for it."""
        # A step may catch what the policy raises; the first failure stays the one that is shown.
        if self._failure is not None:
            raise self._failure
        data, place = storable(encode(body)), (self._seq, *self._time)
        event = event_of(place, body.kind, data, step, attempt, request_seq)
        try:
            event = self._policy.decide(event)
        except Exception as failure:
            self._failure = failure
            raise
        return self._pass_on(event)

    def deliver(self) -> bool:
        """Let the next recorded fact in; True, since there is one or the policy raises."""
        if self._failure is not None:
            raise self._failure
        event = self._let_in(self._policy.next_fact())
        receiver = self._routes.get(event.request_seq)
        if receiver is not None:
            receiver(Fact(event, recorded_secrets(event), evidence_of(self._journal, event)))
        return True

    def finish(self) -> None:
        """Check what is left of the record when the engine has come to its end.

        Raises:
            Resumption: another program resumed the session.
        """
        self._policy.finish()

    def _let_in(self, fact: Event) -> Event:
        self._time = (fact.time, fact.ms)
        return self._pass_on(replace(fact, seq=self._seq))

    def _pass_on(self, event: Event) -> Event:
        self._seq += 1
        for listener in self._listeners:
            listener.on_event(event)
        return event


class RecordedWorld:
    """Takes requests and does nothing: their answers are in the journal."""

    def begin(self, pending: PendingRequest) -> None:
        """Ignore a request; it is in the stream already, and so will be its answer."""

    def end(self, seq: int) -> None:
        """Ignore that nobody waits any more."""


def recorded_secrets(event: Event) -> dict[str, Secret]:
    """The secrets of a recorded fact: names and public parts, no values."""
    return {
        name: Secret(None, kind=secret.kind, ref=secret.ref, public=secret.public)
        for name, secret in event.secrets.items()
    }


def evidence_of(journal: Journal, event: Event) -> dict[str, bytes]:
    """The evidence that a recorded fact names.

    Raises:
        JournalError: it is missing, or is not what it was.
    """
    return {name: journal.evidence(blob.sha256) for name, blob in event.blobs.items()}
