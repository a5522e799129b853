"""The live `Ledger` port: what may be asked, and its answer as a fact."""

from __future__ import annotations

from smoke_tui.journal.events.machine_facts import LedgerRead
from smoke_tui.structs import Struct
from smoke_tui.world.live.ledger.postgresql import ask
from smoke_tui.world.ports import PortAnswer
from smoke_tui.world.requests.ledger import ReadLedger
from smoke_tui.world.values import PLACEHOLDER_PROBLEM, holds_placeholder, render, secrets_in


class LiveLedger(Struct, frozen=True):
    """Reads the ledger at the address that was given, None where none was."""

    address: str | None

    async def read(self, request: ReadLedger) -> PortAnswer:
        """Its clock, or its rows; no secret and no placeholder leaves in a question."""
        if any(secret.scrub for secret in secrets_in(request.match)):
            return _unread("a secret would stand in the question")
        asked = request.shown() | {"match": render(request.match)}
        if holds_placeholder(asked):
            return _unread(PLACEHOLDER_PROBLEM)
        return PortAnswer(LedgerRead(**await ask(self.address, asked)))


def _unread(problem: str) -> PortAnswer:
    return PortAnswer(LedgerRead(f"it was not asked: {problem}"))
