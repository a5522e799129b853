"""Where a session's calls really went: read from the addresses that were used, never from a claim."""

from __future__ import annotations

from smoke_tui.config.session_config import is_provider
from smoke_tui.journal.events.requests import HttpRequested
from smoke_tui.journal.state import State
from smoke_tui.runbook.kinds import KINDS


def elsewhere(state: State) -> str | None:
    """An address that is not the provider's and that a session used in its place; None: none is.

    A rehearsal uses such addresses, whatever its record calls it.
    """
    for config in state.configs:
        for address in (config.codex_url, config.issuer):
            if not is_provider(address):
                return str(address)
    for request in state.requests.values():
        step_state = state.steps.get(request.step or "")
        if (
            isinstance(request.body, HttpRequested)
            and step_state is not None
            and step_state.kind in KINDS
            and KINDS[step_state.kind].asks_provider_alone
            and not is_provider(request.body.url)
        ):
            return request.body.url
    return None
