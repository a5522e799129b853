"""A recorded session decided anew: the recorded facts, today's decisions, and where they differ.

Unlike a replay it goes on past a difference for as long as the engine asks the world for the same
things in the same order, so that it can tell what today's rules make of an old session.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from smoke_tui.journal.events import Event, storable
from smoke_tui.journal.file import Journal
from smoke_tui.journal.stream import EventListener, Fact
from smoke_tui.replay.agreement import same_data
from smoke_tui.replay.strict import (
    RESUMED,
    PastStream,
    RecordEnds,
    Resumption,
    blobs_of,
    stand_ins,
)

BINDING = ("request", "release")
"""Decisions that the world has to hear in the recorded order."""


class AnotherWay(Exception):
    """The engine asked for something that was not recorded here; the text says what."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A decision as it was recorded and as it is made today; None where there is none."""

    recorded: Event | None
    today: Event | None

    @property
    def step(self) -> str | None:
        event = self.today or self.recorded
        return event.step if event is not None else None


class RedecidingStream(PastStream):
    """Gives out recorded facts whenever the engine is idle, and keeps what it decides."""

    def __init__(self, journal: Journal, watchers: list[EventListener]) -> None:
        self._journal = journal
        self._recorded: Sequence[Event] = journal.events
        self._watchers = watchers
        self._at = 0
        self._seq = 0
        self._time = ("", 0)
        self._routes = {}
        self._mine: dict[int, int] = {}
        self._old: list[Event] = []
        self._new: list[Event] = []
        self._failed: Exception | None = None
        self.unsolicited = lambda fact: None
        self.differences: list[Difference] = []

    def begin(self) -> Event:
        """Let in the fact that a walk begins with.

        Raises:
            RecordEnds: there is nothing more.
        """
        self._failed = None
        self._routes.clear()
        self._compare()
        if self._at >= len(self._recorded):
            raise RecordEnds
        event = self._take()
        self._time = (event.t, event.ms)
        return self._pass_on(replace(event, seq=self._seq))

    def decide(
        self,
        ev: str,
        data: Mapping[str, Any],
        *,
        step: str | None = None,
        n: int | None = None,
        re: int | None = None,
    ) -> Event:
        if self._failed is not None:
            raise self._failed
        event = Event(self._seq, *self._time, ev, step, n, re, storable(data))
        if ev in BINDING:
            self._bind(event)
        else:
            self._not_cut_short()
            self._new.append(event)
        return self._pass_on(event)

    def _not_cut_short(self) -> None:
        """Where the program ended between two decisions, the rest of them is not in the record.

        Raises:
            RecordEnds, Resumption: this one would be the first of the rest.
        """
        ahead = self._at
        while ahead < len(self._recorded) and not self._recorded[ahead].is_fact:
            ahead += 1
        ended = ahead >= len(self._recorded)
        if not ended and self._recorded[ahead].ev != RESUMED:
            return
        left = [e for e in self._recorded[self._at : ahead] if e.ev not in BINDING]
        closed = any(e.ev == "session.closed" for e in (*self._old, *left))
        if closed or len(self._new) < len(self._old) + len(left):
            return
        self._old += left
        self._at = ahead
        self._compare()
        self._fail(RecordEnds() if ended else Resumption())

    def _bind(self, event: Event) -> None:
        """Find the recorded request or release that this is."""
        while self._at < len(self._recorded):
            recorded = self._recorded[self._at]
            if recorded.is_fact:
                break
            self._at += 1
            if recorded.ev not in BINDING:
                self._old.append(recorded)
                continue
            if not self._same(recorded, event):
                self._fail(AnotherWay(f"{_words(event)} where the record has {_words(recorded)}"))
            if event.ev == "request":
                self._mine[recorded.seq] = event.seq
            return
        if self._at < len(self._recorded) and self._recorded[self._at].ev == RESUMED:
            self._fail(Resumption())
        if self._at >= len(self._recorded):
            self._fail(RecordEnds())
        self._fail(AnotherWay(f"{_words(event)} where nothing was asked for"))

    def _same(self, recorded: Event, event: Event) -> bool:
        """Whether the world was asked for this then; how a question was worded is no matter."""
        if (recorded.ev, recorded.step) != (event.ev, event.step):
            return False
        if event.ev == "release":
            return self._mine.get(recorded.re or -1) == event.re
        if event.data["port"] == "operator":
            return bool(recorded.data.get("kind") == event.data["kind"])
        if event.data.get("op") == "stop" and recorded.data.get("op") == "stop":
            return self._mine.get(recorded.data.get("of", -1)) == event.data.get("of")
        return same_data(recorded.data, event.data)

    def _fail(self, error: Exception) -> None:
        self._failed = error
        raise error

    def deliver(self) -> bool:
        if self._failed is not None:
            raise self._failed
        while self._at < len(self._recorded) and not self._recorded[self._at].is_fact:
            recorded = self._take()
            if recorded.ev in BINDING:
                raise AnotherWay(f"nothing was asked for where the record has {_words(recorded)}")
            self._old.append(recorded)
        self._compare()
        if self._at >= len(self._recorded):
            raise RecordEnds
        if self._recorded[self._at].ev == RESUMED:
            raise Resumption
        event = self._take()
        re = self._mine.get(event.re, event.re) if event.re is not None else None
        self._time = (event.t, event.ms)
        event = self._pass_on(replace(event, seq=self._seq, re=re))
        self.dispatch(Fact(event, stand_ins(event), blobs_of(self._journal, event)))
        return True

    def finished(self) -> None:
        """The engine has come to its end; whatever is left of the record differs.

        Raises:
            Resumption: another program went on from here.
        """
        while self._at < len(self._recorded) and not self._recorded[self._at].is_fact:
            self._old.append(self._take())
        self._compare()
        if self._at < len(self._recorded):
            if self._recorded[self._at].ev == RESUMED:
                raise Resumption
            raise AnotherWay(
                f"the walk has ended where the record has {_words(self._recorded[self._at])}"
            )

    def _take(self) -> Event:
        self._at += 1
        return self._recorded[self._at - 1]

    def _compare(self) -> None:
        """Between two facts: what was decided then, and what is decided today."""
        old, new = self._old, self._new
        for index in range(max(len(old), len(new))):
            a = old[index] if index < len(old) else None
            b = new[index] if index < len(new) else None
            if not _same(a, b):
                self.differences.append(Difference(a, b))
        self._old, self._new = [], []

    def _pass_on(self, event: Event) -> Event:
        self._seq += 1
        for watcher in self._watchers:
            watcher.on_event(event)
        return event


def _same(a: Event | None, b: Event | None) -> bool:
    """Whether two decisions are the same, whatever their numbers."""
    if a is None or b is None:
        return a is b
    return (a.ev, a.step, a.n) == (b.ev, b.step, b.n) and same_data(a.data, b.data)


def _words(event: Event) -> str:
    port = f" of {event.data['port']}" if event.ev == "request" else ""
    return f"`{event.ev}`{port} (step {event.step}, event {event.seq})"
