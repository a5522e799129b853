"""Read a scenario's two inputs: strictly, each problem with file, line and key."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Final, NoReturn

from smoke_tui.judging.goldens.canonical import problem_in
from smoke_tui.judging.goldens.scenario import (
    CHALLENGE_PACK,
    INPUT_FILES,
    OFFSET_KINDS,
    SCRIPTED_USER_TURNS,
    SEGMENT_KINDS,
    AgentScript,
    Audio,
    Check,
    Json,
    Scenario,
    ScriptedUserTurn,
    StructuredOutput,
    ToolCall,
    ToolScript,
    TraceIds,
)
from smoke_tui.judging.json_fields import Document, Fields, JsonShapeError
from smoke_tui.regex import regex

SCHEMA: Final = "smoke-challenge-pack/1"
DAY_MS: Final = 86_400_000
"""The longest offset or duration."""

_KEY: Final = regex(r"[a-z][a-z0-9_]*")
_TIME: Final = regex(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
_COMMENT: Final = regex(r"^[ \t]*#.*$", re.MULTILINE)

YamlReader = Callable[[str], Document]
"""Reads YAML that is no JSON; it raises `JsonShapeError` for what it can't read."""


class ScenarioError(ValueError):
    """An input can't be read; the text says in which file, line and key, and why."""


def read_scenario(inputs: Mapping[str, bytes], place: str, read_yaml: YamlReader) -> Scenario:
    """Read both inputs.

    Args:
        inputs: The bytes of each file by its name.
        place: The folder, for messages.
        read_yaml: Reads a pack that is YAML and no JSON.

    Raises:
        ScenarioError: an input is missing, no JSON (or YAML), or a value is missing or wrong.
    """
    name = CHALLENGE_PACK
    try:
        pack = _pack_document(_text(inputs, name), read_yaml)
        _refuse_unfit(pack)
        root = pack.root
        name = SCRIPTED_USER_TURNS
        turns = Document(_text(inputs, name))
        _refuse_unfit(turns)
        turn = _turn(turns)
        name = CHALLENGE_PACK
        return _scenario(root, turn, inputs)
    except JsonShapeError as error:
        raise ScenarioError(f"{place}/{name}:{error.line}: {error.problem}") from None


def _text(inputs: Mapping[str, bytes], name: str) -> str:
    content = inputs.get(name)
    if content is None:
        raise JsonShapeError(
            1, f"the file is missing; a scenario takes {' and '.join(INPUT_FILES)}"
        )
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise JsonShapeError(line, f"byte {error.start} is no UTF-8 text") from None
    if text.startswith("\ufeff"):
        raise JsonShapeError(1, "it begins with a byte order mark; save it without one")
    return text


def _pack_document(text: str, read_yaml: YamlReader) -> Document:
    """JSON with lines of comments is YAML that takes no library."""
    without_comments = _COMMENT.sub("", text)
    if without_comments.lstrip().startswith("{"):
        return Document(without_comments)
    return read_yaml(text)


def _refuse_unfit(document: Document) -> None:
    problem = problem_in(document.value)
    if problem is not None:
        raise document.error(*problem)


def _turn(document: Document) -> ScriptedUserTurn:
    turns = document.root_list
    if len(turns) != 1:
        path = (1,) if turns else ()
        raise document.error(
            path,
            f"a scenario has one scripted turn, got {len(turns)}; make a scenario of each "
            "(`smoke-tui new NAME --from golden`)",
        )
    (fields,) = turns
    audio = ("audio_artifact_ref", "audio_format", "audio_channel", "duration_ms")
    fields.only("turn_id", "text", "language", *audio, "occurred_at_offset_ms")
    return ScriptedUserTurn(
        turn_id=_filled(fields, "turn_id"),
        text=_filled(fields, "text"),
        language=_filled(fields, "language"),
        audio=Audio(
            _filled(fields, "audio_artifact_ref"),
            _filled(fields, "audio_format"),
            _filled(fields, "audio_channel"),
            _milliseconds(fields, "duration_ms"),
        ),
        occurred_at_offset_ms=_milliseconds(fields, "occurred_at_offset_ms"),
    )


def _scenario(root: Fields, turn: ScriptedUserTurn, inputs: Mapping[str, bytes]) -> Scenario:
    schema = root.text("schema")
    if schema != SCHEMA:
        raise root.error("schema", f"expected {SCHEMA!r}, got {schema!r}")
    root.only("schema", "scenario", "trace", "agent", "tool", "offsets_ms", "checks")
    head = root.inner("scenario")
    head.only("key", "seed")
    key = head.text("key")
    if not _KEY.fullmatch(key):
        raise head.error("key", f"expected small letters, digits and _, got {key!r}")
    return Scenario(
        key=key,
        seed=head.count("seed"),
        ids=_ids(root.inner("trace")),
        turn=turn,
        agent=_agent(root.inner("agent")),
        tool=_tool(root.inner("tool")),
        offsets_ms=_offsets(root.inner("offsets_ms"), turn),
        checks=_checks(root),
        source_files={name: hashlib.sha256(inputs[name]).hexdigest() for name in INPUT_FILES},
    )


def _ids(fields: Fields) -> TraceIds:
    fields.only("trace_id", "run_id", "run_agent_id", "base_time")
    return TraceIds(
        _filled(fields, "trace_id"),
        _filled(fields, "run_id"),
        _filled(fields, "run_agent_id"),
        _base_time(fields),
    )


def _base_time(fields: Fields) -> datetime:
    text = fields.text("base_time")
    try:
        if not _TIME.fullmatch(text):
            raise ValueError
        moment = datetime.fromisoformat(text).astimezone(UTC)
    except ValueError:
        moment = None
    # Offsets are added to it, and the calendar ends.
    if moment is None or moment.year > 9000:
        raise fields.error(
            "base_time", f"expected a time such as 2026-05-13T10:00:00Z, got {text!r}"
        )
    return moment


def _agent(fields: Fields) -> AgentScript:
    fields.only("tool_call", "text", "audio", "structured_output")
    audio, structured = fields.inner("audio"), fields.inner("structured_output")
    audio.only("artifact_ref", "format", "channel", "duration_ms")
    structured.only("schema_ref", "output")
    return AgentScript(
        tool_call=_call(fields.inner("tool_call")),
        text=_filled(fields, "text"),
        audio=Audio(
            _filled(audio, "artifact_ref"),
            _filled(audio, "format"),
            _filled(audio, "channel"),
            _milliseconds(audio, "duration_ms"),
        ),
        structured_output=StructuredOutput(
            _filled(structured, "schema_ref"), _values(structured, "output")
        ),
    )


def _tool(fields: Fields) -> ToolScript:
    fields.only("expected_call", "result")
    return ToolScript(_call(fields.inner("expected_call")), _values(fields, "result"))


def _call(fields: Fields) -> ToolCall:
    fields.only("call_id", "tool_name", "arguments")
    return ToolCall(
        _filled(fields, "call_id"), _filled(fields, "tool_name"), _values(fields, "arguments")
    )


def _offsets(fields: Fields, turn: ScriptedUserTurn) -> Mapping[str, int]:
    fields.only(*OFFSET_KINDS)
    offsets: dict[str, int] = {}
    least, before = turn.occurred_at_offset_ms, "the user's turn begins"
    for kind in OFFSET_KINDS:
        offset = _milliseconds(fields, kind)
        if offset < least:
            raise fields.error(kind, f"{offset} is before {least}, when {before}")
        offsets[kind] = offset
        least, before = offset, f"{kind} happens"
    return offsets


def _checks(root: Fields) -> tuple[Check, ...]:
    checks: list[Check] = []
    for fields in root.inner_list("checks"):
        fields.only("key", "segment", "field", "expected")
        key, field = _filled(fields, "key"), _filled(fields, "field")
        if any(check.key == key for check in checks):
            raise fields.error("key", f"there is another check {key!r}")
        if "expected" not in fields.raw():
            _missing(fields)
        expected = fields.raw()["expected"]
        checks.append(
            Check(
                key, fields.text("segment", SEGMENT_KINDS), tuple(field.split(".")), _json(expected)
            )
        )
    if not checks:
        raise root.error("checks", "a scorecard without a check would pass whatever happens")
    return tuple(checks)


def _missing(fields: Fields) -> NoReturn:
    raise fields.error("expected", "the key 'expected' is missing")


def _filled(fields: Fields, key: str) -> str:
    value = fields.text(key)
    if not value.strip():
        raise fields.error(key, "it is empty")
    return value


def _milliseconds(fields: Fields, key: str) -> int:
    value = fields.count(key)
    if value > DAY_MS:
        raise fields.error(key, f"expected at most {DAY_MS} (a day), got {value}")
    return value


def _values(fields: Fields, key: str) -> Mapping[str, Json]:
    return {name: _json(value) for name, value in fields.inner(key).raw().items()}


def _json(value: object) -> Json:
    """A value that `problem_in` has passed, with its type."""
    plain: Json = json.loads(json.dumps(value))
    return plain
