"""The stand-ins of a conversation: clock, user, agent, tool endpoint, media transport.

None of them waits, draws a number, or looks at anything but what it was made with.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

from smoke_tui.judging.goldens.canonical import canonical_json
from smoke_tui.judging.goldens.scenario import (
    AgentScript,
    Audio,
    ScriptedUserTurn,
    StructuredOutput,
    ToolCall,
    ToolResult,
    ToolScript,
)
from smoke_tui.structs import Struct


class UnexpectedToolCallError(Exception):
    """The tool was called otherwise than it expects; the text names both calls."""


class FakeClock:
    """A clock that stands still: it only adds offsets to its base time."""

    def __init__(self, base: datetime) -> None:
        self._base = base

    def at_offset(self, offset_ms: int) -> str:
        """The time at an offset, ISO 8601 UTC; milliseconds only where there are any."""
        moment = self._base + timedelta(milliseconds=offset_ms)
        precision = "milliseconds" if moment.microsecond else "seconds"
        return moment.replace(tzinfo=None).isoformat(timespec=precision) + "Z"


class FakeUserSimulator:
    """A user who says what is scripted."""

    def __init__(self, turns: Sequence[ScriptedUserTurn]) -> None:
        self._turns = tuple(turns)

    def turns(self) -> tuple[ScriptedUserTurn, ...]:
        """Everything the user says, in order."""
        return self._turns


class FakeToolEndpoint:
    """A tool that expects one call and knows its result."""

    def __init__(self, script: ToolScript) -> None:
        self._script = script
        self._calls: list[ToolCall] = []

    @property
    def calls(self) -> tuple[ToolCall, ...]:
        """The calls that were answered."""
        return tuple(self._calls)

    def call(self, call: ToolCall) -> ToolResult:
        """Answer a call.

        Raises:
            UnexpectedToolCallError: its id, name or arguments, byte for byte, are not the expected
                ones.
        """
        expected = self._script.expected_call
        if _bytes_of(call) != _bytes_of(expected):
            raise UnexpectedToolCallError(
                f"unexpected tool call: expected {_shown(expected)}, got {_shown(call)}"
            )
        self._calls.append(call)
        return ToolResult(call.call_id, call.tool_name, self._script.result)


def _bytes_of(call: ToolCall) -> bytes:
    return canonical_json([call.call_id, call.tool_name, dict(call.arguments)])


def _shown(call: ToolCall) -> str:
    arguments = " ".join(canonical_json(dict(call.arguments)).decode().split())
    return f"{call.call_id}/{call.tool_name} {arguments}"


class AgentResponse(Struct, frozen=True):
    """All that an agent has done in answer to a turn."""

    tool_call: ToolCall
    tool_result: ToolResult
    text: str
    language: str
    audio: Audio
    structured_output: StructuredOutput


class FakeVoiceAgentDeployment:
    """An agent that calls its tool, then answers as scripted, in the user's language."""

    def __init__(self, script: AgentScript, tool: FakeToolEndpoint) -> None:
        self._script = script
        self._tool = tool

    def respond(self, turn: ScriptedUserTurn) -> AgentResponse:
        """Answer a turn.

        Raises:
            UnexpectedToolCallError: the tool expects another call than the scripted one.
        """
        script = self._script
        return AgentResponse(
            tool_call=script.tool_call,
            tool_result=self._tool.call(script.tool_call),
            text=script.text,
            language=turn.language,
            audio=script.audio,
            structured_output=script.structured_output,
        )


class MediaFrame(Struct, frozen=True):
    """Sound that went by: whose, when, and its description."""

    actor: Literal["user", "agent"]
    audio: Audio
    occurred_at: str


class FakeMediaTransport:
    """A line that carries no sound, only its description."""

    def __init__(self) -> None:
        self._frames: list[MediaFrame] = []

    @property
    def frames(self) -> tuple[MediaFrame, ...]:
        """What went by, in order."""
        return tuple(self._frames)

    def receive_user_audio(self, turn: ScriptedUserTurn, occurred_at: str) -> MediaFrame:
        """Take the user's sound."""
        return self._carry(MediaFrame("user", turn.audio, occurred_at))

    def send_agent_audio(self, response: AgentResponse, occurred_at: str) -> MediaFrame:
        """Send the agent's sound."""
        return self._carry(MediaFrame("agent", response.audio, occurred_at))

    def _carry(self, frame: MediaFrame) -> MediaFrame:
        self._frames.append(frame)
        return frame
