"""The eight comparisons: two runs with each other, byte for byte, and with the goldens."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Final

from smoke_tui.judging.goldens.canonical import canonical_json, problem_in
from smoke_tui.judging.goldens.scenario import (
    AGENT_TEXT,
    INPUT_FILES,
    SCORECARD,
    STRUCTURED_OUTPUT,
    TOOL_CALL,
    TOOL_RESULT,
    TRACE,
    Json,
)
from smoke_tui.structs import Struct

_AROUND: Final = 60
"""Bytes of a line that are shown before and behind the first differing one."""


class Difference(Struct, frozen=True):
    """Where two texts first differ."""

    offset: int
    """The first differing byte, counted from 0; of a text that ends there, its length."""
    line: int
    place: str
    """The key in a JSON text, such as `metrics[turn_count].value`; else empty."""
    want: bytes
    """The line of the first text around the byte; the second's in `got`."""
    got: bytes
    column: int
    """Where in `want` and `got` the byte stands."""


class Comparison(Struct, frozen=True):
    """One of the eight: what both runs made, and what the golden holds."""

    name: str
    file: str
    run_1: bytes
    run_2: bytes
    golden: bytes | None
    problem: str = ""
    """Why there is no golden to compare with."""
    of_inputs: bool = False
    """Whether nothing was run: both sides are the golden's trace with the inputs as they are."""

    @property
    def equal(self) -> bool:
        """Whether all three are the same bytes."""
        return self.golden is not None and self.run_1 == self.run_2 == self.golden

    @property
    def between_runs(self) -> Difference | None:
        """Where the second run differs from the first."""
        return first_difference(self.run_1, self.run_2)

    @property
    def to_golden(self) -> Difference | None:
        """Where the first run differs from the golden; None also without a golden."""
        return None if self.golden is None else first_difference(self.golden, self.run_1)


def compare_runs(
    run_1: Mapping[str, bytes], run_2: Mapping[str, bytes], goldens: Mapping[str, bytes]
) -> tuple[Comparison, ...]:
    """Make the eight comparisons of the generated files of two runs and the goldens."""
    comparisons = []
    for name, file, part_of in _COMPARISONS:
        golden, problem = None, f"there is no {file}"
        if file in goldens:
            try:
                golden, problem = part_of(goldens[file]), ""
            except ValueError as error:
                problem = f"{file} can't be compared: {error}"
        comparisons.append(
            Comparison(name, file, part_of(run_1[file]), part_of(run_2[file]), golden, problem)
        )
    return tuple(comparisons)


def changed_inputs(inputs: Mapping[str, bytes], goldens: Mapping[str, bytes]) -> Comparison | None:
    """The comparison `trace` of inputs that can't be run; None where they are as in the golden.

    The golden's trace holds the sha256 of the inputs that it was made from, so a change of an input
    is seen there whatever the change is.
    """
    golden = goldens.get(TRACE)
    if golden is None:
        return None
    try:
        value = _read(golden)
        if not isinstance(value, dict):
            return None
        value["source_files"] = {
            name: f"sha256:{hashlib.sha256(inputs[name]).hexdigest()}"
            for name in INPUT_FILES
            if name in inputs
        }
    except ValueError:
        return None
    least = canonical_json(value)
    return (
        None
        if least == golden
        else Comparison("trace", TRACE, least, least, golden, of_inputs=True)
    )


def first_difference(want: bytes, got: bytes) -> Difference | None:
    """Where two texts first differ; None where they are the same."""
    if want == got:
        return None
    shortest = min(len(want), len(got))
    offset = next((at for at in range(shortest) if want[at] != got[at]), shortest)
    start = max(want.rfind(b"\n", 0, offset) + 1, offset - _AROUND)
    while start < offset and _continues(want[start]):
        start += 1
    return Difference(
        offset=offset,
        line=want.count(b"\n", 0, offset) + 1,
        place=_place(want, got),
        want=_rest_of_line(want, start, offset),
        got=_rest_of_line(got, start, offset),
        column=offset - start,
    )


def _rest_of_line(text: bytes, start: int, offset: int) -> bytes:
    """From `start` to the end of the line of `offset`, its line end included."""
    end = text.find(b"\n", offset)
    end = min(len(text) if end < 0 else end + 1, offset + _AROUND)
    while offset + 1 < end < len(text) and _continues(text[end]):
        end -= 1
    return text[start:end]


def _continues(byte: int) -> bool:
    """Whether a byte stands inside a character of UTF-8."""
    return byte & 0xC0 == 0x80


def _place(want: bytes, got: bytes) -> str:
    """The key whose values first differ, where both texts are JSON."""
    try:
        return _differing(_read(want), _read(got), "")
    except ValueError:
        return ""


def _differing(want: Json, got: Json, place: str) -> str:
    if isinstance(want, dict) and isinstance(got, dict):
        for key in sorted({*want, *got}):
            inner = f"{place}.{key}" if place else key
            if key not in want or key not in got:
                return inner
            if canonical_json(want[key]) != canonical_json(got[key]):
                return _differing(want[key], got[key], inner)
        return ""
    if isinstance(want, list) and isinstance(got, list):
        for index, pair in enumerate(zip(want, got, strict=False)):
            if canonical_json(pair[0]) != canonical_json(pair[1]):
                return _differing(*pair, f"{place}[{_name_of(pair[0], index)}]")
        return f"{place}[{min(len(want), len(got))}]" if len(want) != len(got) else ""
    return place


def _name_of(item: Json, index: int) -> str:
    """What an item of a list is called: by its own key where it has one."""
    if isinstance(item, dict):
        for key in ("key", "segment_id"):
            name = item.get(key)
            if isinstance(name, str):
                return name
    return str(index)


def _read(text: bytes) -> Json:
    """A JSON text.

    Raises:
        ValueError: it is none.
    """
    try:
        value: Json = json.loads(text.decode())
    except UnicodeDecodeError as error:
        raise ValueError(f"byte {error.start} is no UTF-8 text") from None
    except RecursionError:
        raise ValueError("it is nested too deep") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"no JSON in line {error.lineno}: {error.msg}") from None
    problem = problem_in(value)
    if problem is not None:
        raise ValueError(problem[1])
    return value


def _whole(text: bytes) -> bytes:
    return text


def _timestamps(text: bytes) -> bytes:
    """The times of a trace's segments, each in a line."""
    trace = _read(text)
    segments = trace.get("segments") if isinstance(trace, dict) else None
    if not isinstance(segments, list):
        raise ValueError("it has no list `segments`")
    times = [item.get("occurred_at") if isinstance(item, dict) else None for item in segments]
    return b"".join(canonical_json(time) for time in times)


def _arguments(text: bytes) -> bytes:
    """The arguments of a tool call."""
    call = _read(text)
    if not isinstance(call, dict) or "arguments" not in call:
        raise ValueError("it has no `arguments`")
    return canonical_json(call["arguments"])


_COMPARISONS: Final[tuple[tuple[str, str, Callable[[bytes], bytes]], ...]] = (
    ("trace", TRACE, _whole),
    ("scorecard", SCORECARD, _whole),
    ("timestamps", TRACE, _timestamps),
    ("tool args", TOOL_CALL, _arguments),
    ("tool call", TOOL_CALL, _whole),
    ("tool result", TOOL_RESULT, _whole),
    ("agent text", AGENT_TEXT, _whole),
    ("structured output", STRUCTURED_OUTPUT, _whole),
)
"""Each with its file, and what of the file is compared."""
