"""A record of older rules decided by today's: its facts, asked for in today's order and words.

Where today's rules ask for the same thing in another form or order, the recorded answer is theirs.
Only what was never asked for then can't be answered: it is not in the record.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from smoke_tui.journal.events.event import Event
from smoke_tui.journal.events.requests import (
    HttpRequested,
    OtherRequested,
    QuestionAsked,
    Requested,
    StopRequested,
)
from smoke_tui.replay.agreement import same_data, table_of
from smoke_tui.replay.redecide import AnotherPathError
from smoke_tui.replay.stream import RESUMED, RecordEndedError, ResumptionError
from smoke_tui.structs import replace

_IDENTITY: Final[Mapping[str, tuple[str, ...]]] = {
    "ledger": ("op",),
    "process": ("argv",),
    "draw": ("name",),
    "env": ("name", "command"),
    "file": ("op", "path"),
    "calibration": ("op",),
    "changes": (),
    "recording": ("op", "path"),
    "document": ("source",),
    "price": ("model",),
    "clipboard": ("clear",),
    "listen": (),
    "codex-cli": (),
    "keep-bundle": (),
    "timer": (),
}
"""By port: the parameters that make two requests the same question to the world.

Of a port that is missing here, all of them.
"""


def _identity(body: Requested) -> object:
    """What makes a request the same question to the world, whatever its form."""
    match body:
        case QuestionAsked():
            return body.question
        case HttpRequested():
            return [body.method, body.url]
        case OtherRequested(port, parameters):
            names = _IDENTITY.get(port, tuple(parameters))
            return [parameters.get(name) for name in names]
    return None


class AnyOrder:
    """Gives a recorded fact to whoever asks for it today; decisions are not compared.

    Its methods raise `AnotherPathError` where today's rules ask for what was not recorded.
    """

    def __init__(self, events: Sequence[Event]) -> None:
        self._left = list(events)
        self._time = ("", 0)
        self._today_of: dict[int, int] = {}

    def begin(self) -> Event:
        """The fact that the next program began with."""
        while self._left and self._left[0].kind not in ("session.opened", RESUMED):
            self._left.pop(0)
        if not self._left:
            raise RecordEndedError
        return self._in_todays_order(self._left.pop(0))

    def decide(self, event: Event) -> Event:
        """Today's decision; what a request asks for has to be in the record."""
        if event.kind == "session.closed" and not any(e.kind == event.kind for e in self._ahead()):
            # The program ended before it came to this; so does what is decided again.
            raise self._end()
        if event.kind == "request":
            self._bind(event)
        return event

    def next_fact(self) -> Event:
        """The first fact that answers what was asked for today, or that answers nothing."""
        wanted = next(
            (
                e
                for e in self._ahead()
                if e.is_fact and (e.request_seq is None or e.request_seq in self._today_of)
            ),
            None,
        )
        if wanted is None:
            raise self._end()
        self._left.remove(wanted)
        return self._in_todays_order(wanted)

    def finish(self) -> None:
        """What was not asked for today is left out."""
        if self._resumes():
            raise ResumptionError

    def _ahead(self) -> list[Event]:
        """What is left of this program's part of the record."""
        for at, event in enumerate(self._left):
            if event.kind == RESUMED:
                return self._left[:at]
        return self._left

    def _resumes(self) -> bool:
        return any(event.kind == RESUMED for event in self._left)

    def _end(self) -> Exception:
        return ResumptionError() if self._resumes() else RecordEndedError()

    def _bind(self, event: Event) -> None:
        """Find the recorded request that this is."""
        alike = [e for e in self._ahead() if e.kind == "request" and self._asks_the_same(e, event)]
        table = table_of(event)
        recorded = next((e for e in alike if table_of(e) == table), alike[0] if alike else None)
        if recorded is None:
            if not any(e.is_fact for e in self._ahead()):
                raise self._end()
            raise AnotherPathError(_text_of(event))
        self._left.remove(recorded)
        self._today_of[recorded.seq] = event.seq

    def _asks_the_same(self, recorded: Event, event: Event) -> bool:
        """Whether the world was asked for this then, in whatever words."""
        if (recorded.step, recorded.attempt) != (event.step, event.attempt):
            return False
        then, now = recorded.body, event.body
        if not isinstance(then, Requested) or not isinstance(now, Requested):
            return False
        if isinstance(then, StopRequested) and isinstance(now, StopRequested):
            return self._today_of.get(then.of) == now.of
        if isinstance(then, StopRequested) or isinstance(now, StopRequested):
            return False
        return then.port == now.port and same_data(_identity(then), _identity(now))

    def _in_todays_order(self, recorded: Event) -> Event:
        """A recorded fact as an answer to today's request; time never goes back."""
        self._time = max((recorded.time, recorded.ms), self._time, key=lambda time: time[1])
        re = self._today_of.get(recorded.request_seq) if recorded.request_seq is not None else None
        return replace(recorded, time=self._time[0], ms=self._time[1], request_seq=re)


def _text_of(event: Event) -> str:
    match event.body:
        case HttpRequested():
            request = f"{event.body.method} {event.body.url}"
        case QuestionAsked():
            request = f"an answer to `{event.body.question}`"
        case Requested():
            request = f"an answer of the {event.body.port}"
        case _:
            request = f"`{event.kind}`"
    return f"{request} (step {event.step}, try {event.attempt})"
