"""Scenario goldens: a scripted conversation with fakes, run the same way every time. Pure.

Two inputs make a scenario, six files are generated from it. Nothing here reads a file, a clock,
the environment or the network.
"""

from smoke_tui.judging.goldens.evaluation import Evaluation, evaluate
from smoke_tui.judging.goldens.fakes import (
    FakeClock,
    FakeMediaTransport,
    FakeToolEndpoint,
    FakeUserSimulator,
    FakeVoiceAgentDeployment,
    UnexpectedToolCallError,
)
from smoke_tui.judging.goldens.pack import ScenarioError, read_scenario
from smoke_tui.judging.goldens.run import ScenarioRun, run_scenario

__all__ = [
    "Evaluation",
    "FakeClock",
    "FakeMediaTransport",
    "FakeToolEndpoint",
    "FakeUserSimulator",
    "FakeVoiceAgentDeployment",
    "ScenarioError",
    "ScenarioRun",
    "UnexpectedToolCallError",
    "evaluate",
    "read_scenario",
    "run_scenario",
]
