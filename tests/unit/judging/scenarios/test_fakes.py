"""The fakes by themselves."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from smoke_tui.judging.goldens.fakes import (
    FakeClock,
    FakeMediaTransport,
    FakeToolEndpoint,
    FakeUserSimulator,
    FakeVoiceAgentDeployment,
    UnexpectedToolCallError,
)
from smoke_tui.judging.goldens.scenario import (
    AgentScript,
    Audio,
    ScriptedUserTurn,
    StructuredOutput,
    ToolCall,
    ToolScript,
)
from smoke_tui.structs import replace

CALL = ToolCall("c-1", "lookup", {"id": 1})
SCRIPT = ToolScript(CALL, {"ok": True})
TURN = ScriptedUserTurn("t-1", "Hello", "de-DE", Audio("u.wav", "wav", "caller", 900), 100)
AGENT = AgentScript(CALL, "Hi", Audio("a.wav", "wav", "agent", 5), StructuredOutput("s/1", {}))


@pytest.mark.parametrize(
    ("offset", "shown"),
    [
        (0, "2026-12-31T23:59:59Z"),
        (1, "2026-12-31T23:59:59.001Z"),
        (1000, "2027-01-01T00:00:00Z"),
        (86_400_000, "2027-01-01T23:59:59Z"),
    ],
)
def test_a_clock_adds_offsets(offset: int, shown: str) -> None:
    assert FakeClock(datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC)).at_offset(offset) == shown


@pytest.mark.parametrize(
    "call",
    [
        replace(CALL, call_id="c-2"),
        replace(CALL, tool_name="Lookup"),
        replace(CALL, arguments={"id": 1.0}),
        replace(CALL, arguments={"id": True}),
        replace(CALL, arguments={}),
        replace(CALL, arguments={"id": 1, "more": None}),
    ],
)
def test_a_tool_answers_the_expected_call_alone(call: ToolCall) -> None:
    tool = FakeToolEndpoint(SCRIPT)
    with pytest.raises(UnexpectedToolCallError) as caught:
        tool.call(call)
    assert f"got {call.call_id}/{call.tool_name} {{" in str(caught.value)
    assert not tool.calls
    assert tool.call(CALL).result == {"ok": True}
    assert tool.calls == (CALL,)


def test_an_agent_calls_its_tool_and_answers() -> None:
    tool = FakeToolEndpoint(SCRIPT)
    response = FakeVoiceAgentDeployment(AGENT, tool).respond(FakeUserSimulator([TURN]).turns()[0])
    assert (response.text, response.language, response.tool_result.call_id) == (
        "Hi",
        "de-DE",
        "c-1",
    )
    assert tool.calls == (CALL,)
    media = FakeMediaTransport()
    media.receive_user_audio(TURN, "a")
    media.send_agent_audio(response, "b")
    assert [(f.actor, f.audio.artifact_ref, f.occurred_at) for f in media.frames] == [
        ("user", "u.wav", "a"),
        ("agent", "a.wav", "b"),
    ]


def test_an_agent_with_another_call_than_the_tool_expects() -> None:
    agent = replace(AGENT, tool_call=replace(CALL, call_id="c-9"))
    with pytest.raises(UnexpectedToolCallError, match=r"expected c-1/lookup .* got c-9/lookup"):
        FakeVoiceAgentDeployment(agent, FakeToolEndpoint(SCRIPT)).respond(TURN)
