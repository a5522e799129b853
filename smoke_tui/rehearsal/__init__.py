"""The rehearsal: an issuer, a Codex backend, a stand-in stack and a scripted operator.

Loopback only, nothing spent, nothing proven.
"""

from smoke_tui.rehearsal.errors import RehearsalError
from smoke_tui.rehearsal.front import Seen
from smoke_tui.rehearsal.postgres import NoPostgres
from smoke_tui.rehearsal.rehearsal import Rehearsal
from smoke_tui.rehearsal.scenario import Scenario
from smoke_tui.rehearsal.scenarios import UnknownScenario, list_scenarios

__all__ = [
    "NoPostgres",
    "Rehearsal",
    "RehearsalError",
    "Scenario",
    "Seen",
    "UnknownScenario",
    "list_scenarios",
]
