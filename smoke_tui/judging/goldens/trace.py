"""The trace of a conversation: eight segments, in one order, each with its actor and time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final, Literal

from smoke_tui.judging.goldens.fakes import AgentResponse, FakeClock, MediaFrame
from smoke_tui.judging.goldens.scenario import (
    AUDIO_INPUT,
    OFFSET_KINDS,
    TEXT_OUTPUT,
    TIMING_MARKER,
    Audio,
    Json,
    Scenario,
    ScriptedUserTurn,
)
from smoke_tui.structs import Struct, asdict

Actor = Literal["user", "system", "agent", "tool", "evaluator"]

SCHEMA_VERSION: Final = 1
MARKER: Final = "end_of_speech_to_first_agent_text"

_ACTORS: Final[Mapping[str, Actor]] = {
    "transcript_final": "system",
    "tool_call": "agent",
    "tool_result": "tool",
    TEXT_OUTPUT: "agent",
    "structured_output": "agent",
    TIMING_MARKER: "evaluator",
}
_PAYLOAD_KEYS: Final = {
    AUDIO_INPUT: "audio",
    "transcript_final": "transcript",
    TEXT_OUTPUT: "text",
    "audio_output": "audio",
}


class Segment(Struct, frozen=True):
    """One thing that happened."""

    sequence_number: int
    kind: str
    actor: Actor
    occurred_at: str
    payload: Mapping[str, Json]

    @property
    def segment_id(self) -> str:
        """Its name in the trace."""
        return _segment_id(self.sequence_number)

    @property
    def payload_key(self) -> str:
        """The key that its payload has in the trace."""
        return _PAYLOAD_KEYS.get(self.kind, self.kind)

    def value(self) -> Json:
        """The segment as it stands in the trace."""
        return {
            "segment_id": self.segment_id,
            "sequence_number": self.sequence_number,
            "kind": self.kind,
            "actor": self.actor,
            "occurred_at": self.occurred_at,
            self.payload_key: dict(self.payload),
        }


class Trace(Struct, frozen=True):
    """Everything that happened in a conversation."""

    trace_id: str
    run_id: str
    run_agent_id: str
    segments: tuple[Segment, ...]
    source_files: Mapping[str, str]

    def segment(self, kind: str) -> Segment | None:
        """The first segment of a kind."""
        return next((segment for segment in self.segments if segment.kind == kind), None)

    def value(self) -> Json:
        """The trace as JSON.

        `source_files` comes behind `segments`: where a change of an input changes what happened,
        that is the first difference.
        """
        return {
            "schema_version": SCHEMA_VERSION,
            "trace_id": self.trace_id,
            "run_id": self.run_id,
            "run_agent_id": self.run_agent_id,
            "segments": [segment.value() for segment in self.segments],
            "source_files": {
                name: f"sha256:{digest}" for name, digest in self.source_files.items()
            },
        }


def milliseconds_between(earlier: str, later: str) -> int:
    """The time from one moment of a trace to another."""
    difference = datetime.fromisoformat(later) - datetime.fromisoformat(earlier)
    return (
        difference.days * 86_400_000 + difference.seconds * 1000 + difference.microseconds // 1000
    )


def speech_to_text_ms(segments: tuple[Segment, ...]) -> int | None:
    """From the end of the user's speech to the agent's first text, by the segments alone."""
    speech = next((segment for segment in segments if segment.kind == AUDIO_INPUT), None)
    text = next((segment for segment in segments if segment.kind == TEXT_OUTPUT), None)
    if speech is None or text is None:
        return None
    duration = speech.payload["duration_ms"]
    assert isinstance(duration, int)
    return milliseconds_between(speech.occurred_at, text.occurred_at) - duration


def trace_of(
    scenario: Scenario,
    turn: ScriptedUserTurn,
    response: AgentResponse,
    frames: tuple[MediaFrame, MediaFrame],
    clock: FakeClock,
) -> Trace:
    """The trace of one turn and its answer."""
    user, agent = frames
    segments = [Segment(1, AUDIO_INPUT, user.actor, user.occurred_at, _audio(user.audio))]
    for kind in OFFSET_KINDS:
        payload: Mapping[str, Json]
        if kind == "audio_output":
            actor: Actor = agent.actor
            occurred_at, payload = agent.occurred_at, _audio(agent.audio)
        else:
            actor = _ACTORS[kind]
            occurred_at = clock.at_offset(scenario.offsets_ms[kind])
            payload = (
                {"key": MARKER, "value_ms": speech_to_text_ms(tuple(segments))}
                if kind == TIMING_MARKER
                else _payload(kind, turn, response)
            )
        segments.append(Segment(len(segments) + 1, kind, actor, occurred_at, payload))
    ids = scenario.ids
    return Trace(ids.trace_id, ids.run_id, ids.run_agent_id, tuple(segments), scenario.source_files)


def _payload(kind: str, turn: ScriptedUserTurn, response: AgentResponse) -> Mapping[str, Json]:
    match kind:
        case "transcript_final":
            return {
                "text": turn.text,
                "language": turn.language,
                # The transcript of a script is what was scripted.
                "confidence": 1,
                "source_segment_id": _segment_id(1),
            }
        case "tool_call":
            call = response.tool_call
            return {
                "call_id": call.call_id,
                "tool_name": call.tool_name,
                "arguments": dict(call.arguments),
            }
        case "tool_result":
            result = response.tool_result
            return {
                "call_id": result.call_id,
                "tool_name": result.tool_name,
                "result": dict(result.result),
            }
        case "structured_output":
            structured = response.structured_output
            return {"schema_ref": structured.schema_ref, "output": dict(structured.output)}
        case _:
            return {"text": response.text, "language": response.language}


def _audio(audio: Audio) -> Mapping[str, Json]:
    return asdict(audio)


def _segment_id(number: int) -> str:
    return f"seg-{number:03d}"
