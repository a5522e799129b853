"""The rehearsal: an issuer, a Codex backend, a stand-in stack and a scripted operator.

Loopback only, nothing spent, nothing proven.
"""

from smoke_tui.rehearsal.postgres.postgres import NoPostgres
from smoke_tui.rehearsal.provider.server import Seen
from smoke_tui.rehearsal.rehearsal import Rehearsal
from smoke_tui.rehearsal.scenarios.lookup import UnknownScenario, list_scenarios
from smoke_tui.rehearsal.scenarios.scenario import (
    RehearsalError,
    Scenario,
)

__all__ = [
    "NoPostgres",
    "Rehearsal",
    "RehearsalError",
    "Scenario",
    "Seen",
    "UnknownScenario",
    "list_scenarios",
]
