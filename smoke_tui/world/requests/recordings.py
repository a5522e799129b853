"""Requests for recorded exchanges: list cases, replay, send and record, what was written."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import ClassVar

from smoke_tui.journal.events.facts import HttpAnswered
from smoke_tui.journal.events.machine_facts import CasesListed, RecordingReplayed, RecordingWritten
from smoke_tui.journal.events.values import RecordedCase
from smoke_tui.journal.stream import Fact
from smoke_tui.world.requests.base import UNSHOWN, Query
from smoke_tui.world.requests.http import Exchange, HttpRequest, exchange_of


@dataclass(frozen=True, slots=True)
class ListCases(Query[CasesListed]):
    """The cases of a folder or case file below the project's; with `names` only these."""

    port_name: ClassVar[str] = "recording"
    pack: str
    names: tuple[str, ...] = ()

    def shown(self) -> dict[str, object]:
        """The operation, the folder, and the names."""
        return {"op": "cases", "path": self.pack, "names": list(self.names)}

    def answer(self, fact: Fact) -> CasesListed:
        """The cases, or why there are none."""
        return fact.expect(CasesListed)


@dataclass(frozen=True, slots=True)
class ReplayRecording(Query[Exchange]):
    """A recorded exchange of a case, by its number; nothing that waits for a review is replayed."""

    port_name: ClassVar[str] = "recording"
    path: str
    number: int

    def shown(self) -> dict[str, object]:
        """The operation, and which exchange."""
        return {"op": "replay", "path": self.path, "number": self.number}

    def answer(self, fact: Fact) -> Exchange:
        """The recorded exchange; `error` is `no-recording` where there is none."""
        replayed = fact.expect(RecordingReplayed)
        error = "no-recording" if replayed.problem else None
        answered = HttpAnswered(
            replayed.status,
            replayed.headers,
            replayed.chunks,
            replayed.ms,
            error,
            replayed.problem or "",
        )
        return exchange_of(fact, answered)


@dataclass(frozen=True, slots=True)
class RecordedCall(HttpRequest):
    """A request whose exchange is recorded for a case, in a record mode other than none."""

    case: RecordedCase | None = field(default=None, metadata=UNSHOWN)
    mode: str = field(default="once", metadata=UNSHOWN)
    model: str = field(default="", metadata=UNSHOWN)

    def shown(self) -> dict[str, object]:
        """As an HTTP request, with the case's name."""
        return HttpRequest.shown(self) | {"recording": self.case.name if self.case else None}


def recorded_call(request: HttpRequest, case: RecordedCase, mode: str, model: str) -> RecordedCall:
    """The same request, to be recorded for a case."""
    values = {each.name: getattr(request, each.name) for each in fields(HttpRequest)}
    return RecordedCall(**values, case=case, mode=mode, model=model)


@dataclass(frozen=True, slots=True)
class RecordingResult(Query[RecordingWritten]):
    """What has been written of a case's exchanges in this try, and that no more come."""

    port_name: ClassVar[str] = "recording"
    path: str

    def shown(self) -> dict[str, object]:
        """The operation and the path."""
        return {"op": "result", "path": self.path}

    def answer(self, fact: Fact) -> RecordingWritten:
        """What was written, or why nothing was."""
        return fact.expect(RecordingWritten)
