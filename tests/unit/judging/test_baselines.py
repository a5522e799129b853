"""Recorded answers read from files: text, case file, answers of APIs."""

from __future__ import annotations

import json
from typing import Any

import pytest

from smoke_tui.judging.baselines import BaselineError, CaseFile, answer_in, read_answer, render_like
from smoke_tui.judging.drift import RecordedAnswer

CALL = {"id": "fc_1", "type": "function_call", "name": "pay", "arguments": '{"amount":12}'}
CUSTOM = {"id": "ct_1", "type": "custom_tool_call", "name": "patch", "input": "*** Begin"}


def message(text: str, *, name: str = "msg_1", **more: Any) -> dict[str, Any]:
    return {
        "id": name,
        "type": "message",
        "role": "assistant",
        "content": [{"type": "output_text", "text": text}],
        **more,
    }


def stream(*items: dict[str, Any], output: list[Any] | None = None, end: str = "completed") -> str:
    events: list[dict[str, Any]] = [
        {"type": "response.output_item.done", "item": item} for item in items
    ]
    events.append({"type": f"response.{end}", "response": {"output": output or []}})
    return "".join(f"event: {e['type']}\ndata: {json.dumps(e)}\n\n" for e in events)


def test_a_text_file_is_its_text_without_the_last_line_end() -> None:
    assert read_answer('{"a": 1}\n', "b/x.txt") == CaseFile(
        RecordedAnswer('{"a": 1}'), states_calls=False
    )
    assert read_answer("\ufeffOne\r\n", "x").answer.text == "One"
    assert read_answer("One\n\n", "x.md").answer.text == "One\n"
    assert read_answer("{ is a brace", "x").answer.text == "{ is a brace"


def test_a_case_file_has_text_calls_and_threshold() -> None:
    calls = '[{"name": "pay", "arguments": {"a": 1.0}}]'
    content = f'{{"output_text": "Hi", "tool_calls": {calls}, "drift_threshold": 0.7}}'
    case = read_answer(content, "x.json")
    assert case.threshold == 0.7
    assert case.answer == RecordedAnswer("Hi", ({"name": "pay", "arguments": {"a": 1.0}},))


def test_a_stream_has_its_final_text_and_each_call_once() -> None:
    content = stream(
        message("Let me look.", name="msg_0", phase="commentary"),
        CALL,
        CUSTOM,
        message("Done.", phase="final_answer"),
        output=[CALL, CUSTOM, message("Done.", phase="final_answer")],
    )
    answer = RecordedAnswer(
        "Done.",
        (
            {"name": "pay", "arguments": '{"amount":12}'},
            {"name": "patch", "arguments": "*** Begin"},
        ),
    )
    assert read_answer(content, "x.sse").answer == answer
    assert answer_in(content) == answer


def test_two_equal_calls_without_ids_are_two() -> None:
    bare = {key: value for key, value in CALL.items() if key != "id"}
    twice = read_answer(stream(bare, bare, output=[bare, bare]), "x").answer
    assert len(twice.tool_calls) == 2
    assert len(read_answer(stream(output=[bare, bare]), "x").answer.tool_calls) == 2


def test_the_last_response_alone_can_hold_the_items() -> None:
    answer = read_answer(stream(output=[CALL, message("Done.")]), "x").answer
    assert (answer.text, len(answer.tool_calls)) == ("Done.", 1)


def test_responses_and_chat_documents() -> None:
    response = {"object": "response", "status": "completed", "output": [CALL, message("Done.")]}
    assert read_answer(json.dumps(response), "x.json").answer.text == "Done."
    chat = {
        "choices": [
            {
                "message": {
                    "content": "Done.",
                    "tool_calls": [
                        {"type": "function", "function": {"name": "pay", "arguments": "{}"}}
                    ],
                }
            }
        ]
    }
    assert read_answer(json.dumps(chat), "x.json").answer == RecordedAnswer(
        "Done.", ({"name": "pay", "arguments": "{}"},)
    )


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ('{"output_text": "a", "output_text": "b"}', "the key 'output_text' stands twice"),
        ('{"output_text": 3}', "output_text has to be a text, not int"),
        ('{"output_text": "a", "drift_treshold": 0.7}', "did you mean 'drift_threshold'"),
        ('{"output_text": "a", "drift_threshold": "0.7"}', "a number from 0 to 1"),
        ('{"output_text": "a", "drift_threshold": true}', "a number from 0 to 1"),
        ('{"output_text": "a", "drift_threshold": 1.5}', "a number from 0 to 1"),
        ('{"output_text": "a", "drift_threshold": NaN}', "NaN is no number"),
        ('{"tool_calls": [{"name": "pay"}]}', "tool_calls[0] has to be an object"),
        ('{"tool_calls": {}}', "tool_calls has to be a list, not dict"),
        ('{"status": "ok"}', "no recorded answer (keys status); expected"),
        ("[]", "no JSON object"),
        ("{", "Expecting property name"),
        ('{"choices": []}', "0 choices"),
        ('{"object": "response", "status": "incomplete", "output": []}', "status 'incomplete'"),
        (stream(message("Half"), end="incomplete"), "ends with response.incomplete"),
        (stream(message("Half"), end="in_progress"), "no response.completed"),
        (
            stream(CALL, output=[{**CALL, "arguments": '{"amount":13}'}]),
            "states the item pay in two ways",
        ),
        ('data: {"type": "response.completed", "type": "x"}\n\n', "'type' stands twice"),
    ],
)
def test_what_is_no_recorded_answer_is_refused(content: str, problem: str) -> None:
    with pytest.raises(BaselineError) as refused:
        read_answer(content, "b/x.json")
    assert problem in str(refused.value)
    assert str(refused.value).startswith("b/x.json: ")


@pytest.mark.parametrize(
    ("former", "name", "threshold"),
    [
        ("Old\n", "x.txt", None),
        ("Old", "x", None),
        (None, "x.txt", None),
        (None, "x.json", None),
        ('{"output_text": "Old", "drift_threshold": 0.7}', "x.json", 0.7),
        (stream(message("Old")), "x.sse", None),
        (stream(message("Old")), "x", None),
    ],
)
def test_a_new_baseline_reads_as_the_answer_it_was_made_of(
    former: str | None, name: str, threshold: float | None
) -> None:
    new = RecordedAnswer("New\n")
    case = read_answer(render_like(former, name, new), name)
    assert (case.answer, case.threshold) == (new, threshold)


def test_a_text_file_takes_no_answer_without_text() -> None:
    with pytest.raises(BaselineError, match="has no text"):
        render_like("Old", "x.txt", RecordedAnswer(None, ({"name": "a", "arguments": "{}"},)))
