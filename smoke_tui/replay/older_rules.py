"""A record of older rules decided by today's: its facts, asked for in today's order and words.

Where today's rules ask for the same thing in another form or order, the recorded answer is theirs.
Only what was never asked for then can't be answered: it is not in the record.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from smoke_tui.journal.events import Event, storable
from smoke_tui.journal.file import Journal
from smoke_tui.journal.stream import EventListener, Fact
from smoke_tui.replay.agreement import same_data
from smoke_tui.replay.redecide import AnotherWay
from smoke_tui.replay.strict import (
    RESUMED,
    PastStream,
    RecordEnds,
    Resumption,
    blobs_of,
    stand_ins,
)

Named = Callable[[Mapping[str, Any]], object]

_WHAT: Final[Mapping[str, Named]] = {
    "operator": lambda data: data.get("kind"),
    "http": lambda data: [data.get("method"), data.get("url")],
    "ledger": lambda data: data.get("op"),
    "process": lambda data: data.get("argv"),
    "draw": lambda data: data.get("name"),
    "env": lambda data: [data.get("name"), data.get("command")],
    "file": lambda data: [data.get("op"), data.get("path")],
    "document": lambda data: data.get("source"),
    "price": lambda data: data.get("model"),
    "clipboard": lambda data: bool(data.get("clear")),
    "listen": lambda data: None,
    "browser": lambda data: None,
    "codex-cli": lambda data: None,
    "keep-bundle": lambda data: None,
    "timer": lambda data: None,
}
"""By port: what makes two requests the same question to the world, whatever their form."""


class OlderRulesStream(PastStream):
    """Gives out recorded facts to whoever asks for them today, and keeps what is decided."""

    def __init__(self, journal: Journal, watchers: list[EventListener]) -> None:
        self._journal = journal
        self._left = list(journal.events)
        self._watchers = watchers
        self._seq = 0
        self._time = ("", 0)
        self._routes = {}
        self._mine: dict[int, int] = {}
        self._failed: Exception | None = None
        self.unsolicited = lambda fact: None

    def begin(self) -> Event:
        """Let in the fact that a walk begins with.

        Raises:
            RecordEnds: there is nothing more.
        """
        self._failed = None
        self._routes.clear()
        while self._left and self._left[0].ev not in ("session.opened", RESUMED):
            self._left.pop(0)
        if not self._left:
            raise RecordEnds
        return self._give(self._left.pop(0))

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
        if ev == "session.closed" and not any(e.ev == ev for e in self._ahead()):
            # The program ended before it came to this; so does what is decided again.
            self._fail(Resumption() if self._resumes() else RecordEnds())
        if ev == "request":
            self._bind(event)
        return self._pass_on(event)

    def deliver(self) -> bool:
        if self._failed is not None:
            raise self._failed
        asked = next(
            (e for e in self._ahead() if e.is_fact and (e.re is None or e.re in self._mine)), None
        )
        if asked is None:
            raise Resumption if self._resumes() else RecordEnds
        self._left.remove(asked)
        event = self._give(asked)
        self.dispatch(Fact(event, stand_ins(event), blobs_of(self._journal, event)))
        return True

    def finished(self) -> None:
        """The engine has come to its end; what it did not ask for is left out.

        Raises:
            Resumption: another program went on from here.
        """
        if self._resumes():
            raise Resumption

    def _ahead(self) -> list[Event]:
        """What is left of this program's part of the record."""
        for at, event in enumerate(self._left):
            if event.ev == RESUMED:
                return self._left[:at]
        return self._left

    def _resumes(self) -> bool:
        return any(event.ev == RESUMED for event in self._left)

    def _bind(self, event: Event) -> None:
        """Find the recorded request that this is."""
        alike = [e for e in self._ahead() if e.ev == "request" and self._same(e, event)]
        found = next((e for e in alike if e.data == event.data), alike[0] if alike else None)
        if found is None:
            if not any(e.is_fact for e in self._ahead()):
                self._fail(Resumption() if self._resumes() else RecordEnds())
            self._fail(AnotherWay(_words(event)))
            return
        self._left.remove(found)
        self._mine[found.seq] = event.seq

    def _same(self, recorded: Event, event: Event) -> bool:
        """Whether the world was asked for this then, in whatever words."""
        if (recorded.step, recorded.n) != (event.step, event.n):
            return False
        then, now = recorded.data, event.data
        if then.get("port") != now["port"]:
            return False
        if now.get("op") == "stop" or then.get("op") == "stop":
            return (
                then.get("op") == now.get("op") and self._mine.get(then.get("of", -1)) == now["of"]
            )
        what = _WHAT.get(str(now["port"]))
        if what is None:
            return same_data(then, now)
        return same_data(what(then), what(now))

    def _fail(self, error: Exception) -> None:
        self._failed = error
        raise error

    def _give(self, recorded: Event) -> Event:
        """A recorded fact as one of today's events; time never goes back."""
        self._time = max((recorded.t, recorded.ms), self._time, key=lambda time: time[1])
        re = self._mine.get(recorded.re) if recorded.re is not None else None
        return self._pass_on(
            replace(recorded, seq=self._seq, t=self._time[0], ms=self._time[1], re=re)
        )

    def _pass_on(self, event: Event) -> Event:
        self._seq += 1
        for watcher in self._watchers:
            watcher.on_event(event)
        return event


def _words(event: Event) -> str:
    data = event.data
    of = {
        "http": f"{data.get('method')} {data.get('url')}",
        "operator": f"an answer to `{data.get('kind')}`",
    }.get(str(data["port"]), f"an answer of the {data['port']}")
    return f"{of} (step {event.step}, try {event.n})"
