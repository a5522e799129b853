"""Inputs that are wrong: the error names file, line and key."""

from __future__ import annotations

import pytest

from smoke_tui.judging.goldens.scenario import CHALLENGE_PACK, SCRIPTED_USER_TURNS
from tests.helpers.scenarios import SHIPPED, changed, evaluated, files_of

PACK, TURNS = CHALLENGE_PACK, SCRIPTED_USER_TURNS


@pytest.mark.parametrize(
    ("name", "old", "new", "problem"),
    [
        (PACK, '"call-refund-001"', "5", ":17: agent.tool_call.call_id: expected a string, got 5"),
        (PACK, '"seed": 42', '"seed": "42"', ":6: scenario.seed: expected a whole number"),
        (PACK, '"seed": 42', '"seed": -1', ":6: scenario.seed: expected a whole number"),
        (PACK, '"seed": 42', '"seed": true', ":6: scenario.seed: expected a whole number"),
        (PACK, '"seed"', '"sead"', ":6: scenario.sead: unknown key; expected key, seed"),
        (PACK, '"key": "support_b', '"key": "Support-B', ":6: scenario.key: expected small"),
        (PACK, "smoke-challenge-pack/1", "smoke-challenge-pack/9", ":4: schema: expected"),
        (PACK, "10:00:00Z", "10:00:00", ":12: trace.base_time: expected a time such as"),
        (PACK, "05-13T", "13-13T", ":12: trace.base_time: expected a time such as"),
        (PACK, '"2026-05', '"9999-05', ":12: trace.base_time: expected a time such as"),
        (PACK, '"text": "You', '"text": "", "txt": "You', ":27: agent.txt: unknown key"),
        (PACK, "2400", "-1", ":32: agent.audio.duration_ms: expected a whole number"),
        (PACK, "2400", "86400001", ":32: agent.audio.duration_ms: expected at most 86400000"),
        (
            PACK,
            '"tool_result": 4000',
            '"tool_result": 2500',
            ":68: offsets_ms.tool_result: 2500 is",
        ),
        (PACK, '    "tool_result": 4000,\n', "", ":65: offsets_ms: the key 'tool_result' is miss"),
        (
            PACK,
            '"segment": "tool_result"',
            '"segment": "x"',
            ":76: checks[0].segment: expected one",
        ),
        (PACK, '"expected": "created"', '"expect": 1', ":76: checks[0].expect: unknown key"),
        (
            PACK,
            ', "expected": "created"',
            "",
            ":76: checks[0].expected: the key 'expected' is miss",
        ),
        (PACK, '"key": "tool_name"', '"key": "refund_created"', ":77: checks[1].key: there is an"),
        (PACK, "4200", "1e999", ":22: agent.tool_call.arguments.amount_cents: a number has to be"),
        (PACK, "4200", "NaN", ":22: NaN: this is no JSON number"),
        (PACK, "4200", "9" * 30, ":22: agent.tool_call.arguments.amount_cents: a whole number is"),
        (PACK, "4200", "9" * 5000, ":1: no JSON"),
        (PACK, "USD", "\\ud800", ":23: agent.tool_call.arguments.currency: it holds half of a"),
        (PACK, "4200", "[" * 50 + "]" * 50, "it is nested more than 40 levels deep"),
        (PACK, '"amount_cents": 4200,', '"reason": 1,', "this key stands twice in one object"),
        (
            PACK,
            "acct-1001",
            "acct-1002",
            "unexpected tool call: expected call-refund-001/refund_api",
        ),
        (PACK, "# A caller", "x: # A", ":1: no YAML here"),
        (PACK, "# A caller", "\ufeff# A", ":1: it begins with a byte order mark"),
        (TURNS, "1800", "1800.5", ":9: [0].duration_ms: expected a whole number, got 1800.5"),
        (TURNS, '"turn-001"', '"  "', ":3: [0].turn_id: it is empty"),
        (TURNS, "[\n  {", "{", ":11: no JSON"),
        (TURNS, "I see", "\t", ":4: no JSON: Invalid control character"),
        (
            TURNS,
            '_offset_ms": 0',
            '_offset_ms": 2001',
            "is before 2001, when the user's turn begins",
        ),
    ],
)
def test_an_input_that_is_wrong(name: str, old: str, new: str, problem: str) -> None:
    evaluation = evaluated(changed(name, old, new))
    assert evaluation.runs is None
    assert problem in evaluation.problem
    assert evaluation.problem.startswith(f"pack/{PACK if 'is before' in problem else name}:")
    assert [comparison.name for comparison in evaluation.comparisons] == ["trace"]


def test_an_unexpected_call_is_shown_whole() -> None:
    problem = evaluated(changed(PACK, '"amount_cents": 4200', '"amount_cents": 4201')).problem
    assert '"amount_cents": 4200' in problem
    assert '"amount_cents": 4201' in problem


@pytest.mark.parametrize("turns", [0, 2])
def test_there_is_one_turn(turns: int) -> None:
    files = files_of(SHIPPED)
    item = files[TURNS].strip()[1:-1]
    files[TURNS] = b"[" + b",".join([item] * turns) + b"]"
    problem = evaluated(files).problem
    assert f"a scenario has one scripted turn, got {turns}" in problem
    assert problem.startswith(f"pack/{TURNS}:{13 if turns else 1}: ")


@pytest.mark.parametrize("name", [PACK, TURNS])
def test_an_input_that_is_missing_or_no_text(name: str) -> None:
    files = files_of(SHIPPED)
    del files[name]
    assert f"pack/{name}:1: the file is missing" in evaluated(files).problem
    files[name] = b"{}\n\xff"
    assert f"pack/{name}:2: byte 3 is no UTF-8 text" in evaluated(files).problem


def test_a_scorecard_needs_a_check() -> None:
    text = files_of(SHIPPED)[PACK].decode()
    start = text.index('"checks": [') + len('"checks": [')
    problem = evaluated(changed(PACK, text[start : text.rindex("]")], "")).problem
    assert "checks: a scorecard without a check would pass whatever happens" in problem


def test_offsets_below_a_second_and_text_of_every_kind() -> None:
    files = changed(PACK, '"text_output": 5000', '"text_output": 4001')
    files[TURNS] = files[TURNS].replace(b"I see", "ﬁ 中 \\u0000 \\u001b[31m é".encode())
    evaluation = evaluated(files)
    assert evaluation.runs is not None
    first, second = evaluation.runs
    assert first.files == second.files
    times = [segment.occurred_at for segment in first.trace.segments]
    assert times[4] == "2026-05-13T10:00:04.001Z"
    (metric,) = (m for m in first.scorecard.metrics if m.unit == "ms")
    assert metric.value == 2201
