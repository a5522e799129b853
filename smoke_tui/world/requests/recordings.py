"""Requests for recorded exchanges: list cases, replay, send and record, what was written."""

from __future__ import annotations

from typing import ClassVar

from smoke_tui.journal.events.facts import HttpAnswered
from smoke_tui.journal.events.machine_facts import CasesListed, RecordingReplayed, RecordingWritten
from smoke_tui.journal.events.values import RecordedCase
from smoke_tui.journal.stream import Fact
from smoke_tui.world.requests.base import Query
from smoke_tui.world.requests.http import Exchange, HttpRequest, exchange_of


class ListCases(Query[CasesListed], frozen=True):
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


class ReplayRecording(Query[Exchange], frozen=True):
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


class RecordedCall(HttpRequest, frozen=True):
    """A request whose exchange is recorded for a case, in a record mode other than none."""

    unshown: ClassVar[tuple[str, ...]] = ("case", "mode", "model")

    case: RecordedCase | None = None
    mode: str = "once"
    model: str = ""

    def shown(self) -> dict[str, object]:
        """As an HTTP request, with the case's name."""
        return HttpRequest.shown(self) | {"recording": self.case.name if self.case else None}


def recorded_call(request: HttpRequest, case: RecordedCase, mode: str, model: str) -> RecordedCall:
    """The same request, to be recorded for a case."""
    values = {name: getattr(request, name) for name in HttpRequest.__struct_fields__}
    return RecordedCall(**values, case=case, mode=mode, model=model)


class RecordingResult(Query[RecordingWritten], frozen=True):
    """What has been written of a case's exchanges in this try, and that no more come."""

    port_name: ClassVar[str] = "recording"
    path: str

    def shown(self) -> dict[str, object]:
        """The operation and the path."""
        return {"op": "result", "path": self.path}

    def answer(self, fact: Fact) -> RecordingWritten:
        """What was written, or why nothing was."""
        return fact.expect(RecordingWritten)
