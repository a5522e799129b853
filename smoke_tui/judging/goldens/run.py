"""One run of a scenario: everything that is generated, as bytes."""

from __future__ import annotations

from collections.abc import Mapping

from smoke_tui.judging.goldens.canonical import canonical_json
from smoke_tui.judging.goldens.fakes import (
    FakeClock,
    FakeMediaTransport,
    FakeToolEndpoint,
    FakeUserSimulator,
    FakeVoiceAgentDeployment,
)
from smoke_tui.judging.goldens.scenario import (
    AGENT_TEXT,
    SCORECARD,
    STRUCTURED_OUTPUT,
    TOOL_CALL,
    TOOL_RESULT,
    TRACE,
    Scenario,
)
from smoke_tui.judging.goldens.scorecard import Scorecard, scorecard_of
from smoke_tui.judging.goldens.trace import Trace, trace_of
from smoke_tui.structs import Struct


class ScenarioRun(Struct, frozen=True):
    """What a run made: the trace, its scorecard, and the generated files by their names."""

    trace: Trace
    scorecard: Scorecard
    files: Mapping[str, bytes]


def run_scenario(scenario: Scenario) -> ScenarioRun:
    """Run a scenario with its fakes; the same scenario gives the same bytes.

    Raises:
        UnexpectedToolCallError: the agent calls the tool otherwise than the tool expects.
    """
    clock = FakeClock(scenario.ids.base_time)
    tool = FakeToolEndpoint(scenario.tool)
    agent = FakeVoiceAgentDeployment(scenario.agent, tool)
    media = FakeMediaTransport()
    turn = FakeUserSimulator([scenario.turn]).turns()[0]
    heard = media.receive_user_audio(turn, clock.at_offset(turn.occurred_at_offset_ms))
    response = agent.respond(turn)
    spoken = media.send_agent_audio(response, clock.at_offset(scenario.offsets_ms["audio_output"]))
    trace = trace_of(scenario, turn, response, (heard, spoken), clock)
    scorecard = scorecard_of(trace, scenario.key, scenario.seed, scenario.checks)
    payloads = {segment.kind: dict(segment.payload) for segment in trace.segments}
    return ScenarioRun(
        trace,
        scorecard,
        {
            TRACE: canonical_json(trace.value()),
            SCORECARD: canonical_json(scorecard.value()),
            TOOL_CALL: canonical_json(payloads["tool_call"]),
            TOOL_RESULT: canonical_json(payloads["tool_result"]),
            AGENT_TEXT: response.text.encode() + b"\n",
            STRUCTURED_OUTPUT: canonical_json(payloads["structured_output"]),
        },
    )
