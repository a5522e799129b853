"""A recorded session decided anew: the recorded facts, today's decisions, and where they differ.

Unlike a strict replay it goes on past a difference for as long as the engine asks the world for
the same things in the same order, so that it shows what today's rules make of an old session.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from smoke_tui.journal.events.event import Event
from smoke_tui.journal.events.requests import QuestionAsked, Requested, StopRequested
from smoke_tui.replay.agreement import same_bodies
from smoke_tui.replay.stream import RESUMED, RecordEndedError, ResumptionError
from smoke_tui.structs import Struct, replace

BINDING: Final = ("request", "release")
"""Decisions that the world has to hear in the recorded order."""


class AnotherPathError(Exception):
    """The engine asked for something that was not recorded here; the text says what."""


class Difference(Struct, frozen=True):
    """A decision as it was recorded and as it is made today; None where there is none."""

    recorded: Event | None
    today: Event | None

    @property
    def step(self) -> str | None:
        """The step that the decision is of."""
        event = self.today or self.recorded
        return event.step if event is not None else None


class Collect:
    """Collects the decisions that differ; its methods raise `AnotherPathError` where requests do."""

    def __init__(self, events: Sequence[Event]) -> None:
        self._events = events
        self._at = 0
        self._today_of: dict[int | None, int] = {}
        self._recorded: list[Event] = []
        self._decided: list[Event] = []
        self.differences: list[Difference] = []

    def begin(self) -> Event:
        """The next event, whatever it is."""
        self._compare()
        if self._at >= len(self._events):
            raise RecordEndedError
        return self._take()

    def decide(self, event: Event) -> Event:
        """Today's decision; a request or release has to be the recorded one."""
        if event.kind in BINDING:
            self._bind(event)
        else:
            self._check_not_cut_short()
            self._decided.append(event)
        return event

    def next_fact(self) -> Event:
        """The next recorded fact; what was decided before it is compared."""
        while not self._at_fact():
            recorded = self._take()
            if recorded.kind in BINDING:
                raise AnotherPathError(
                    f"nothing was asked for where the record has {_text_of(recorded)}"
                )
            self._recorded.append(recorded)
        self._compare()
        self._check_goes_on()
        event = self._take()
        return replace(event, request_seq=self._today_of.get(event.request_seq, event.request_seq))

    def finish(self) -> None:
        """No fact of the record may be left over."""
        while not self._at_fact():
            self._recorded.append(self._take())
        self._compare()
        if self._at < len(self._events):
            self._check_goes_on()
            raise AnotherPathError(
                f"the walk has ended where the record has {_text_of(self._events[self._at])}"
            )

    def _take(self) -> Event:
        self._at += 1
        return self._events[self._at - 1]

    def _at_fact(self) -> bool:
        """Whether the next event is a fact, or there is none."""
        return self._at >= len(self._events) or self._events[self._at].is_fact

    def _check_goes_on(self) -> None:
        if self._at >= len(self._events):
            raise RecordEndedError
        if self._events[self._at].kind == RESUMED:
            raise ResumptionError

    def _check_not_cut_short(self) -> None:
        """Where the program ended between two decisions, the rest of them is not in the record.

        Raises:
            RecordEndedError, Resumption: the decision at hand would be the first of the rest.
        """
        ahead = self._at
        while ahead < len(self._events) and not self._events[ahead].is_fact:
            ahead += 1
        ended = ahead >= len(self._events)
        if not ended and self._events[ahead].kind != RESUMED:
            return
        left = [e for e in self._events[self._at : ahead] if e.kind not in BINDING]
        closed = any(e.kind == "session.closed" for e in (*self._recorded, *left))
        if closed or len(self._decided) < len(self._recorded) + len(left):
            return
        self._recorded += left
        self._at = ahead
        self._compare()
        self._check_goes_on()

    def _bind(self, event: Event) -> None:
        """Find the recorded request or release that this is."""
        while self._at < len(self._events) and not self._events[self._at].is_fact:
            recorded = self._take()
            if recorded.kind not in BINDING:
                self._recorded.append(recorded)
                continue
            if not self._asks_the_same(recorded, event):
                raise AnotherPathError(
                    f"{_text_of(event)} where the record has {_text_of(recorded)}"
                )
            if event.kind == "request":
                self._today_of[recorded.seq] = event.seq
            return
        self._check_goes_on()
        raise AnotherPathError(f"{_text_of(event)} where nothing was asked for")

    def _asks_the_same(self, recorded: Event, event: Event) -> bool:
        """Whether the world was asked for this then; how a question was worded is no matter."""
        if (recorded.kind, recorded.step) != (event.kind, event.step):
            return False
        if event.kind == "release":
            return self._today_of.get(recorded.request_seq or -1) == event.request_seq
        match recorded.body, event.body:
            case QuestionAsked() as then, QuestionAsked() as now:
                return then.question == now.question
            case StopRequested(of_then), StopRequested(of_now):
                return self._today_of.get(of_then) == of_now
        return same_bodies(recorded, event)

    def _compare(self) -> None:
        """Between two facts: what was decided then, and what is decided today."""
        for index in range(max(len(self._recorded), len(self._decided))):
            recorded = self._recorded[index] if index < len(self._recorded) else None
            today = self._decided[index] if index < len(self._decided) else None
            if not _same(recorded, today):
                self.differences.append(Difference(recorded, today))
        self._recorded, self._decided = [], []


def _same(a: Event | None, b: Event | None) -> bool:
    """Whether two decisions are the same, whatever their numbers."""
    if a is None or b is None:
        return a is b
    return (a.kind, a.step, a.attempt) == (b.kind, b.step, b.attempt) and same_bodies(a, b)


def _text_of(event: Event) -> str:
    port = f" of {event.body.port}" if isinstance(event.body, Requested) else ""
    return f"`{event.kind}`{port} (step {event.step}, event {event.seq})"
