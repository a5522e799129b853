"""The rehearsal: an issuer, a Codex backend, a stand-in stack and a scripted operator.

It runs on loopback only, spends nothing and proves nothing.
"""

from smoke_tui.rehearsal.postgres.postgres import NoPostgresError
from smoke_tui.rehearsal.provider.server import RecordedRequest
from smoke_tui.rehearsal.rehearsal import Rehearsal
from smoke_tui.rehearsal.scenarios.lookup import UnknownScenarioError, list_scenarios
from smoke_tui.rehearsal.scenarios.scenario import RehearsalError, Scenario

__all__ = [
    "NoPostgresError",
    "RecordedRequest",
    "Rehearsal",
    "RehearsalError",
    "Scenario",
    "UnknownScenarioError",
    "list_scenarios",
]
