"""The inputs of a new scenario: another conversation than the shipped one, to be changed."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from typing import Final

from smoke_tui.judging.goldens.pack import SCHEMA
from smoke_tui.judging.goldens.scenario import CHALLENGE_PACK, SCRIPTED_USER_TURNS, Json
from smoke_tui.regex import regex

NAME: Final = regex(r"[a-z][a-z0-9_-]{0,59}")
"""What a scenario may be called."""

_CALL: Final[Json] = {
    "call_id": "call-move-001",
    "tool_name": "delivery_api",
    "arguments": {"order_id": "order-5150", "new_date": "2026-06-02", "window": "morning"},
}
_COMMENTS: Final = {
    "scenario": "`seed` stands in the scorecard and changes nothing else: nothing is drawn by chance.",
    "trace": "What the trace begins with; the fake clock adds its offsets to `base_time`.",
    "agent": "What the fake agent does in answer to the scripted turn.",
    "tool": "The call that the fake tool expects, and its result. Any other call is an error.",
    "offsets_ms": "When each segment happens, in milliseconds from `base_time`.",
    "checks": "The scorecard: a field of a segment of the trace, and the value it has to hold.",
}


def template_inputs(name: str) -> Mapping[str, bytes]:
    """The two inputs of a new scenario of this name, by their file names."""
    pack = "\n".join(
        [
            f"# The scenario {name}. Change it, then: smoke-tui golden {name} --update",
            "# JSON with lines of comments, which is YAML too.",
            "{",
            ",\n".join(_entry(key, value) for key, value in _pack(name).items()),
            "}",
            "",
        ]
    )
    turns = json.dumps(_TURNS, indent=2, ensure_ascii=False) + "\n"
    return {CHALLENGE_PACK: pack.encode(), SCRIPTED_USER_TURNS: turns.encode()}


def _entry(key: str, value: Json) -> str:
    comment = f"  # {_COMMENTS[key]}\n" if key in _COMMENTS else ""
    text = json.dumps(value, indent=2, ensure_ascii=False).replace("\n", "\n  ")
    return f"{comment}  {json.dumps(key)}: {text}"


def _pack(name: str) -> dict[str, Json]:
    return {
        "schema": SCHEMA,
        "scenario": {"key": name.replace("-", "_"), "seed": 7},
        "trace": {
            "trace_id": f"trace-{name}-seed-7",
            "run_id": str(uuid.uuid5(uuid.NAMESPACE_URL, f"run/{name}")),
            "run_agent_id": str(uuid.uuid5(uuid.NAMESPACE_URL, f"agent/{name}")),
            "base_time": "2026-06-01T08:30:00Z",
        },
        "agent": {
            "tool_call": _CALL,
            "text": "Done: your parcel comes on Tuesday, 2 June, in the morning.",
            "audio": {
                "artifact_ref": "audio/agent-turn-001.wav",
                "format": "wav",
                "channel": "agent",
                "duration_ms": 3100,
            },
            "structured_output": {
                "schema_ref": "delivery.change/1",
                "output": {"change": "moved", "order_id": "order-5150", "date": "2026-06-02"},
            },
        },
        "tool": {
            "expected_call": _CALL,
            "result": {"status": "moved", "order_id": "order-5150", "fee_cents": 0},
        },
        "offsets_ms": {
            "transcript_final": 3000,
            "tool_call": 3400,
            "tool_result": 4100,
            "text_output": 4900,
            "audio_output": 5200,
            "structured_output": 5200,
            "timing_marker": 5300,
        },
        "checks": [
            {
                "key": "delivery_moved",
                "segment": "tool_result",
                "field": "result.status",
                "expected": "moved",
            },
            {
                "key": "tool_name",
                "segment": "tool_call",
                "field": "tool_name",
                "expected": "delivery_api",
            },
            {
                "key": "no_fee",
                "segment": "tool_result",
                "field": "result.fee_cents",
                "expected": 0,
            },
        ],
    }


_TURNS: Final[Json] = [
    {
        "turn_id": "turn-001",
        "text": "I am not at home tomorrow. Could my parcel come on Tuesday morning?",
        "language": "en-GB",
        "audio_artifact_ref": "audio/caller-turn-001.wav",
        "audio_format": "wav",
        "audio_channel": "caller",
        "duration_ms": 2500,
        "occurred_at_offset_ms": 300,
    }
]
