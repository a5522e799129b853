"""Any byte of any of the eight files: the failure names the comparison and the first byte."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smoke_tui.judging.goldens.comparison import compare_runs, first_difference
from smoke_tui.judging.goldens.scenario import (
    AGENT_TEXT,
    CHALLENGE_PACK,
    GENERATED_FILES,
    INPUT_FILES,
    SCORECARD,
    TOOL_CALL,
    TRACE,
)
from tests.helpers.scenarios import SHIPPED, changed, evaluated, files_of

FILES = files_of(SHIPPED)
NAMES = {
    "trace",
    "scorecard",
    "timestamps",
    "tool args",
    "tool call",
    "tool result",
    "agent text",
    "structured output",
}


@settings(max_examples=300)
@given(st.sampled_from(INPUT_FILES), st.floats(0, 1, exclude_max=True), st.integers(1, 255))
def test_any_byte_of_an_input(name: str, share: float, change: int) -> None:
    content = bytearray(FILES[name])
    content[int(share * len(content))] ^= change
    evaluation = evaluated({**FILES, name: bytes(content)})
    assert not evaluation.equal
    failed = [comparison for comparison in evaluation.comparisons if not comparison.equal]
    assert "trace" in [comparison.name for comparison in failed]
    for comparison in failed:
        difference = comparison.to_golden
        assert difference is not None
        at = difference.offset
        assert comparison.golden is not None
        assert comparison.golden[:at] == comparison.run_1[:at]
        assert comparison.golden[at : at + 1] != comparison.run_1[at : at + 1]
    if evaluation.runs is None:
        assert evaluation.problem.startswith(f"pack/{name}:") or "tool call" in evaluation.problem


@settings(max_examples=200)
@given(st.sampled_from(GENERATED_FILES), st.floats(0, 1, exclude_max=True), st.integers(1, 255))
def test_any_byte_of_a_golden(name: str, share: float, change: int) -> None:
    content = bytearray(FILES[name])
    at = int(share * len(content))
    content[at] ^= change
    evaluation = evaluated({**FILES, name: bytes(content)})
    assert not evaluation.equal
    assert evaluation.outdated == (name,)
    whole = next(
        comparison
        for comparison in evaluation.comparisons
        if comparison.file == name and comparison.name not in ("timestamps", "tool args")
    )
    assert whole.to_golden is not None
    assert whole.to_golden.offset == at
    assert whole.to_golden.want[whole.to_golden.column] == content[at]


@settings(max_examples=200)
@given(st.sampled_from(sorted(FILES)), st.integers(0, 4000), st.binary(max_size=3))
def test_longer_and_shorter_files(name: str, at: int, inserted: bytes) -> None:
    content = FILES[name][:at] + inserted + FILES[name][at + 1 :]
    assert evaluated({**FILES, name: content}).equal == (content == FILES[name])


@pytest.mark.parametrize("name", GENERATED_FILES)
def test_a_golden_that_is_missing_is_a_difference(name: str) -> None:
    files = {key: content for key, content in FILES.items() if key != name}
    evaluation = evaluated(files)
    assert not evaluation.equal
    assert evaluation.outdated == (name,)
    problems = [c.problem for c in evaluation.comparisons if not c.equal]
    assert problems
    assert set(problems) == {f"there is no {name}"}


def test_a_blank_in_an_input_is_a_difference_of_the_trace_alone() -> None:
    evaluation = evaluated(changed(CHALLENGE_PACK, "# JSON", "#  JSON"))
    (failed,) = (comparison for comparison in evaluation.comparisons if not comparison.equal)
    assert failed.to_golden is not None
    assert (failed.name, failed.to_golden.place) == ("trace", "source_files.challenge_pack.yaml")


def test_the_comparisons_have_eight_names() -> None:
    assert {comparison.name for comparison in evaluated(FILES).comparisons} == NAMES


def test_arguments_and_times_are_compared_by_themselves() -> None:
    call = json.loads(FILES[TOOL_CALL])
    call["call_id"] = "call-2"
    trace = json.loads(FILES[TRACE])
    trace["segments"][4]["occurred_at"] = "2026-05-13T10:00:06Z"
    files = {
        **FILES,
        TOOL_CALL: json.dumps(call, indent=1).encode(),
        TRACE: json.dumps(trace).encode(),
    }
    evaluation = evaluated(files)
    failed = {c.name: c.to_golden for c in evaluation.comparisons if not c.equal}
    assert list(failed) == ["trace", "timestamps", "tool call"]
    times = failed["timestamps"]
    assert times is not None
    assert (times.line, times.want, times.got) == (
        5,
        b'"2026-05-13T10:00:06Z"\n',
        b'"2026-05-13T10:00:05Z"\n',
    )


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"[", "no JSON in line 1"),
        (b"\xff", "byte 0 is no UTF-8 text"),
        (b"[]", "no list `segments`"),
        (b"[" * 100_000, "expected_trace.json can't be compared"),
        (b'{"segments": "\\ud800"}', "surrogate"),
    ],
)
def test_a_golden_that_is_no_trace(content: bytes, problem: str) -> None:
    comparisons = {c.name: c for c in evaluated({**FILES, TRACE: content}).comparisons}
    assert not comparisons["timestamps"].equal
    assert problem in comparisons["timestamps"].problem
    assert not comparisons["trace"].equal


def test_runs_that_differ_are_a_difference_whatever_the_golden_is() -> None:
    made = {name: FILES[name] for name in GENERATED_FILES}
    for golden in (b"one\n", b"other\n"):
        second = {**made, AGENT_TEXT: b"other\n"}
        first = {**made, AGENT_TEXT: b"one\n"}
        comparison = compare_runs(first, second, {**made, AGENT_TEXT: golden})[6]
        assert not comparison.equal
        assert comparison.between_runs is not None
        assert (comparison.between_runs.want, comparison.between_runs.got) == (b"one\n", b"other\n")


@pytest.mark.parametrize(
    ("want", "got", "offset", "line", "column"),
    [
        (b"", b"x", 0, 1, 0),
        (b"a\nb", b"a\nb\n", 3, 2, 1),
        (b"a\nbc\n", b"a\nbd\n", 3, 2, 1),
        ("é".encode(), "è".encode(), 1, 1, 1),
        (b"x" * 500 + b"a", b"x" * 500 + b"b", 500, 1, 60),
    ],
)
def test_where_two_texts_first_differ(
    want: bytes, got: bytes, offset: int, line: int, column: int
) -> None:
    difference = first_difference(want, got)
    assert difference is not None
    assert (difference.offset, difference.line, difference.column) == (offset, line, column)
    assert first_difference(want, want) is None


def test_the_place_of_a_difference() -> None:
    def place(want: object, got: object) -> str:
        difference = first_difference(json.dumps(want).encode(), json.dumps(got).encode())
        return difference.place if difference is not None else "same"

    assert place({"a": {"b": [1, 2]}}, {"a": {"b": [1, 3]}}) == "a.b[1]"
    assert place({"a": [{"key": "k", "v": 1}]}, {"a": [{"key": "k", "v": 1.0}]}) == "a[k].v"
    assert place({"a": 1}, {"b": 1}) == "a"
    assert place({"a": [1]}, {"a": [1, 2]}) == "a[1]"
    assert place(True, 1) == ""
    assert first_difference(FILES[SCORECARD], b"{") is not None
