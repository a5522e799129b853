"""How the tool calls of a new answer differ from the recorded ones: equal or not, never a ratio.

Their number and order count, and of each its name and its arguments. What marks a single call,
such as its `call_id`, does not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Final, TypeAlias

from smoke_tui.judging.drift import ToolCallDrift
from smoke_tui.judging.json_values import (
    NotANumber,
    UnreadableJsonError,
    Value,
    from_object,
    inert,
    quoted,
    read_json,
    shown,
)
from smoke_tui.structs import Struct

MAX_DIFFERENCES: Final = 20
"""Differences that are listed; the others are counted."""

LONGEST_VALUE: Final = 120
LONGEST_PATH: Final = 160


class _Missing(Struct, frozen=True):
    """What stands where one side has nothing."""


class _RawText(Struct, frozen=True):
    """Arguments that compare as text, and why."""

    text: str
    why: str


_MISSING: Final = _Missing()

_Side: TypeAlias = "Value | _Missing | _RawText"


def tool_call_drift(
    recorded: Sequence[Mapping[str, object]], new: Sequence[Mapping[str, object]]
) -> ToolCallDrift:
    """Compare the tool calls of a new answer with the recorded ones.

    A call has `name` and `arguments`, or holds both under `function`. Arguments are the JSON text
    that was sent, or the object; text that is no JSON or repeats a key compares as text.
    """
    differences = _differences(recorded, new)
    listed = list(islice(differences, MAX_DIFFERENCES))
    more = sum(1 for _ in differences)
    if more:
        listed.append(f"and {more:,} more")
    return ToolCallDrift(bool(listed), tuple(listed))


def _differences(
    recorded: Sequence[Mapping[str, object]], new: Sequence[Mapping[str, object]]
) -> Iterator[str]:
    for index in range(max(len(recorded), len(new))):
        at = f"[{index}]"
        if index >= len(new):
            yield f"{at}: missing; recorded was {_summary(recorded[index])}"
        elif index >= len(recorded):
            yield f"{at}: not recorded; new is {_summary(new[index])}"
        else:
            old_name, old_arguments = _parts(recorded[index])
            new_name, new_arguments = _parts(new[index])
            if isinstance(old_name, _Missing) and isinstance(new_name, _Missing):
                yield f"{at}.name: missing on both sides, so this is not a tool call"
            yield from _compared(f"{at}.name", old_name, new_name)
            yield from _compared(f"{at}.arguments", old_arguments, new_arguments)


def _parts(call: Mapping[str, object]) -> tuple[_Side, _Side]:
    """Name and arguments of a call; `input` is what a call of a custom tool has for arguments."""
    inner = call.get("function")
    call = inner if isinstance(inner, Mapping) else call
    name = _object(call["name"]) if "name" in call else _MISSING
    key = "arguments" if "arguments" in call else "input"
    if key not in call:
        return name, _MISSING
    arguments = call[key]
    return name, _text(arguments) if isinstance(arguments, str) else _object(arguments)


def _text(arguments: str) -> _Side:
    try:
        return read_json(arguments)
    except UnreadableJsonError as error:
        return _RawText(arguments, str(error))


def _object(value: object) -> _Side:
    try:
        return from_object(value)
    except UnreadableJsonError as error:
        # Equal to nothing: there is no text of it that was sent.
        return NotANumber(f"a value that is {error}")


def _compared(path: str, recorded: _Side, new: _Side) -> Iterator[str]:
    """Differences between two values, in the order of the recorded one."""
    rest: list[tuple[str, _Side, _Side]] = [(path, recorded, new)]
    while rest:
        at, old, now = rest.pop()
        if isinstance(old, dict) and isinstance(now, dict):
            keys = [*old, *(key for key in now if key not in old)]
            rest += [
                (_below(at, key), old.get(key, _MISSING), now.get(key, _MISSING))
                for key in reversed(keys)
            ]
        elif isinstance(old, list) and isinstance(now, list):
            rest += [
                (
                    f"{at}[{index}]",
                    old[index] if index < len(old) else _MISSING,
                    now[index] if index < len(now) else _MISSING,
                )
                for index in range(max(len(old), len(now)) - 1, -1, -1)
            ]
        elif not _equal(old, now):
            yield f"{_short_path(at)}: {_value(old)} → {_value(now)}{_reason(old, now)}"


def _equal(old: _Side, new: _Side) -> bool:
    if isinstance(old, _RawText) and isinstance(new, _RawText):
        return old.text == new.text
    # No value is a number of Python's, where 1 == 1.0 == True.
    return old == new


def _reason(old: _Side, new: _Side) -> str:
    why = [side.why for side in (old, new) if isinstance(side, _RawText)]
    if why:
        return f" (compared as text: {why[0]})"
    if isinstance(old, NotANumber) or isinstance(new, NotANumber):
        return " (not a JSON value: equal to nothing)"
    return ""


def _below(path: str, key: str) -> str:
    return f"{path}.{key}" if key.isidentifier() else f"{path}[{quoted(key)}]"


def _short_path(path: str) -> str:
    path = inert(path)
    if len(path) <= LONGEST_PATH:
        return path
    return f"{path[: LONGEST_PATH // 2]}…{path[-LONGEST_PATH // 2 :]}"


def _value(side: _Side) -> str:
    match side:
        case _Missing():
            return "missing"
        case _RawText(text):
            return shown(text, LONGEST_VALUE)
        case _:
            return shown(side, LONGEST_VALUE)


def _summary(call: Mapping[str, object]) -> str:
    name, arguments = _parts(call)
    return f"{_value(name)} with {_value(arguments)}"
