"""Tool calls are equal or not: their number, order, names and arguments by type and value."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smoke_tui.judging.drift import ToolCallDrift
from smoke_tui.judging.tool_calls import tool_call_drift

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=12,
)  # fmt: skip


def compared(recorded: object, new: object) -> ToolCallDrift:
    """One call of each side with these arguments."""
    return tool_call_drift(
        [{"name": "pay", "arguments": recorded}], [{"name": "pay", "arguments": new}]
    )


@pytest.mark.parametrize(
    ("recorded", "new"),
    [
        ('{"a": 1.0}', '{"a": 1.00}'),
        ('{"a": 1e400}', '{"a": 10e399}'),
        ('{"a": 0.1}', {"a": 0.1}),
        ('{"a": 1, "b": 2}', '{ "b":2,"a":1 }'),
        ('{"a": "\\u00e9"}', '{"a": "é"}'),
        ('{"a": ' + "1" * 9_000 + "}", '{"a":' + "1" * 9_000 + "}"),
        ("not JSON", "not JSON"),
        ('{"a": 1, "a": 2}', '{"a": 1, "a": 2}'),
        ("[" * 20_000 + "]" * 20_000, "[" * 20_000 + "]" * 20_000),
    ],
)
def test_equal_arguments(recorded: object, new: object) -> None:
    assert compared(recorded, new) == ToolCallDrift(False)


@pytest.mark.parametrize(
    ("recorded", "new", "difference"),
    [
        ('{"amount": 12}', '{"amount": 13}', "[0].arguments.amount: 12 → 13"),
        ('{"a": 1}', '{"a": 1.0}', "[0].arguments.a: 1 → 1.0"),
        ('{"a": 1}', '{"a": "1"}', '[0].arguments.a: 1 → "1"'),
        ('{"a": 1}', '{"a": true}', "[0].arguments.a: 1 → true"),
        ('{"a": 1.0}', '{"a": true}', "[0].arguments.a: 1.0 → true"),
        ('{"a": 0}', '{"a": false}', "[0].arguments.a: 0 → false"),
        ('{"a": null}', "{}", "[0].arguments.a: null → missing"),
        ('{"a": [1, 2]}', '{"a": [1]}', "[0].arguments.a[1]: 2 → missing"),
        ("{}", "[]", "[0].arguments: {} → []"),
        ('{"a b": 1}', '{"a b": 2}', '[0].arguments["a b"]: 1 → 2'),
        ('{"a": "\x7f\\u202e"}', "{}", '[0].arguments.a: "\\u007f\\u202e" → missing'),
        (
            '{"a": NaN}',
            '{"a": NaN}',
            "[0].arguments.a: NaN → NaN (not a JSON value: equal to nothing)",
        ),
        (
            {"a": float("inf")},
            '{"a": 1e400}',
            "[0].arguments.a: Infinity → 1e400 (not a JSON value: equal to nothing)",
        ),
        ("{", "{ ", '[0].arguments: "{" → "{ " (compared as text: not JSON)'),
        (
            '{"a":1,"a":1}',
            '{"a":1}',
            '[0].arguments: "{\\"a\\":1,\\"a\\":1}" → {"a": 1} (compared as text: a key stands in it '
            "twice)",
        ),
    ],
)
def test_different_arguments(recorded: object, new: object, difference: str) -> None:
    assert compared(recorded, new) == ToolCallDrift(True, (difference,))


def test_the_order_of_a_list_counts() -> None:
    assert compared("[1, 2]", "[2, 1]").differences == (
        "[0].arguments[0]: 1 → 2",
        "[0].arguments[1]: 2 → 1",
    )


def test_number_and_order_of_calls_count() -> None:
    first, second = {"name": "a", "arguments": "{}"}, {"name": "b", "arguments": '{"x": 1}'}
    assert tool_call_drift([first, second], [first]).differences == (
        '[1]: missing; recorded was "b" with {"x": 1}',
    )
    assert tool_call_drift([first], [first, second]).differences == (
        '[1]: not recorded; new is "b" with {"x": 1}',
    )
    assert tool_call_drift([first, second], [second, first]).drifted
    assert not tool_call_drift([], []).drifted


def test_what_marks_a_single_call_does_not_count() -> None:
    flat = {"type": "function_call", "id": "fc_1", "call_id": "call_1", "name": "a"}
    chat = {"id": "call_2", "function": {"name": "a", "arguments": {"x": [1]}}}
    assert not tool_call_drift([{**flat, "arguments": '{"x": [1]}'}], [chat]).drifted


def test_calls_without_names_or_arguments_never_pass_unseen() -> None:
    assert tool_call_drift([{}], [{}]).drifted
    assert tool_call_drift([{"name": "a"}], [{"name": "a", "arguments": "{}"}]).drifted
    custom = {"name": "patch", "input": "x"}
    assert tool_call_drift([custom], [{**custom, "input": "y"}]).drifted
    assert compared({"a": {1, 2}}, {"a": {1, 2}}).drifted, "a value that JSON lacks"


def test_deep_nesting_is_a_difference_and_no_crash() -> None:
    deep: object = 1
    for _ in range(5_000):
        deep = [deep]
    assert compared({"a": deep}, {"a": deep}).drifted
    assert compared("[" * 5_000, "[" * 5_001).drifted


def test_differences_are_bounded() -> None:
    many = compared(list(range(1_000)), list(range(1, 1_001)))
    assert len(many.differences) == 21
    assert many.differences[-1] == "and 980 more"
    long = compared({"k" * 9_000: "x" * 9_000}, {"k" * 9_000: "y" * 9_000})
    assert len(long.differences[0]) < 500


@given(values)
def test_a_value_equals_itself_as_text_and_as_an_object(value: object) -> None:
    assert not compared({"v": value}, {"v": value}).drifted
    assert not compared(json.dumps(value), json.dumps(value, indent=2)).drifted
    assert not compared(json.dumps({"v": value}), {"v": value}).drifted


@given(values, values)
def test_values_with_different_json_differ(one_value: object, other: object) -> None:
    same = json.dumps(one_value, sort_keys=True) == json.dumps(other, sort_keys=True)
    assert compared({"v": one_value}, {"v": other}).drifted is not same
