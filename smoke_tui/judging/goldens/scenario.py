"""What a scenario is made of, and the names of its eight files."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final, TypeAlias

from smoke_tui.structs import Struct

Json: TypeAlias = "str | int | float | bool | list[Json] | dict[str, Json] | None"

CHALLENGE_PACK: Final = "challenge_pack.yaml"
SCRIPTED_USER_TURNS: Final = "scripted_user_turns.json"
TRACE: Final = "expected_trace.json"
SCORECARD: Final = "expected_scorecard.json"
TOOL_CALL: Final = "expected_tool_call.json"
TOOL_RESULT: Final = "expected_tool_result.json"
AGENT_TEXT: Final = "expected_agent_text_output.txt"
STRUCTURED_OUTPUT: Final = "expected_structured_output.json"

INPUT_FILES: Final = (CHALLENGE_PACK, SCRIPTED_USER_TURNS)
"""Written by people; never by an update."""

GENERATED_FILES: Final = (
    TRACE,
    SCORECARD,
    TOOL_CALL,
    TOOL_RESULT,
    AGENT_TEXT,
    STRUCTURED_OUTPUT,
)
"""The goldens; an update writes these alone."""

AUDIO_INPUT: Final = "audio_input"
TIMING_MARKER: Final = "timing_marker"
TEXT_OUTPUT: Final = "text_output"

OFFSET_KINDS: Final = (
    "transcript_final",
    "tool_call",
    "tool_result",
    TEXT_OUTPUT,
    "audio_output",
    "structured_output",
    TIMING_MARKER,
)
"""Segments whose time the pack gives, in the order of the trace; the first is the user's audio."""

SEGMENT_KINDS: Final = (AUDIO_INPUT, *OFFSET_KINDS)


class Audio(Struct, frozen=True):
    """Sound as its description alone; no sound is stored or played."""

    artifact_ref: str
    format: str
    channel: str
    duration_ms: int


class ScriptedUserTurn(Struct, frozen=True):
    """What the user says, and when they begin."""

    turn_id: str
    text: str
    language: str
    audio: Audio
    occurred_at_offset_ms: int

    @property
    def end_ms(self) -> int:
        """When the user has finished speaking, from the start of the conversation."""
        return self.occurred_at_offset_ms + self.audio.duration_ms


class ToolCall(Struct, frozen=True):
    """A call of a tool."""

    call_id: str
    tool_name: str
    arguments: Mapping[str, Json]


class ToolResult(Struct, frozen=True):
    """What a tool answers to a call."""

    call_id: str
    tool_name: str
    result: Mapping[str, Json]


class StructuredOutput(Struct, frozen=True):
    """What the agent hands on in the form of a schema."""

    schema_ref: str
    output: Mapping[str, Json]


class AgentScript(Struct, frozen=True):
    """What the fake agent does in answer to the user."""

    tool_call: ToolCall
    text: str
    audio: Audio
    structured_output: StructuredOutput


class ToolScript(Struct, frozen=True):
    """The call that the fake tool expects, and its result."""

    expected_call: ToolCall
    result: Mapping[str, Json]


class Check(Struct, frozen=True):
    """One check of the scorecard: a field of a segment has to hold this value."""

    key: str
    segment: str
    field: tuple[str, ...]
    expected: Json


class TraceIds(Struct, frozen=True):
    """The constants that a trace begins with."""

    trace_id: str
    run_id: str
    run_agent_id: str
    base_time: datetime


class Scenario(Struct, frozen=True):
    """Both inputs, read and checked."""

    key: str
    seed: int
    ids: TraceIds
    turn: ScriptedUserTurn
    agent: AgentScript
    tool: ToolScript
    offsets_ms: Mapping[str, int]
    checks: tuple[Check, ...]
    source_files: Mapping[str, str]
    """The sha256 of each input's bytes."""
