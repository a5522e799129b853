"""How a new recording of a case differs from the accepted one."""

from __future__ import annotations

import json

from smoke_tui.judging.drift import Threshold
from smoke_tui.judging.recording_changes import CaseThreshold, ExchangeText, recording_change
from smoke_tui.structs import replace

MEASURE = CaseThreshold("tests/x.py::test_a", "a.yaml", Threshold())


def stream(text: str, tokens: int = 5) -> str:
    item = {"type": "message", "id": "m", "content": [{"type": "output_text", "text": text}]}
    response = {"id": "r1", "output": [item], "usage": {"total_tokens": tokens}}
    event = {"type": "response.completed", "response": response}
    return f"event: response.completed\ndata: {json.dumps(event)}\n\n"


def exchange(text: str = "hello there", prompt: str = "Say hello.") -> ExchangeText:
    return ExchangeText(
        "POST",
        "https://x.invalid/responses",
        (("Content-Type", "application/json"),),
        json.dumps({"model": "m", "input": [{"content": prompt}]}),
        200,
        (("x-request-id", "1"),),
        stream(text),
    )


def test_equal_recordings_have_no_difference() -> None:
    change = recording_change([exchange()], [exchange()], MEASURE)
    (only,) = change.exchanges
    assert (only.kind, only.fields) == ("equal", ())
    assert change.lowest is not None
    assert change.lowest.drift.drifted is False


def test_fields_of_the_request_are_compared_by_path() -> None:
    change = recording_change([exchange()], [exchange(prompt="Say ho.")], MEASURE)
    (field,) = change.exchanges[0].fields
    assert field.path == "request.body.input[0].content"
    assert (field.old, field.new) == ("Say hello.", "Say ho.")


def test_answers_are_compared_by_ratio_and_the_rest_of_the_stream_by_path() -> None:
    new = replace(exchange(), response_body=stream("good bye", 9))
    change = recording_change([exchange()], [new], MEASURE)
    (field,) = change.exchanges[0].fields
    assert field.path == "response.body.usage.total_tokens"
    (pair,) = change.pairs
    assert pair.drift.drifted is True
    assert (pair.recorded.text, pair.new.text) == ("hello there", "good bye")


def test_the_mark_of_a_single_call_is_no_difference() -> None:
    old, new = exchange(prompt="Say smoke-0123456789"), exchange(prompt="Say smoke-abcdef0123")
    assert recording_change([old], [new], MEASURE).exchanges[0].kind == "equal"


def test_a_number_is_not_its_text() -> None:
    old = replace(exchange(), request_body='{"n": 1}')
    new = replace(exchange(), request_body='{"n": "1"}')
    assert [f.path for f in recording_change([old], [new], MEASURE).exchanges[0].fields] == [
        "request.body.n"
    ]


def test_an_exchange_without_a_counterpart_is_shown_whole() -> None:
    other = replace(exchange("new words"), uri="https://x.invalid/models")
    change = recording_change([exchange()], [exchange(), other], MEASURE)
    added = change.exchanges[1]
    assert (added.kind, added.number) == ("new", 2)
    assert any("new words" in field.new for field in added.fields)
    gone = recording_change([exchange(), other], [exchange()], MEASURE).exchanges[1]
    assert (gone.kind, gone.number) == ("gone", 2)
    assert any("new words" in field.old for field in gone.fields)


def test_the_same_request_twice_pairs_in_order() -> None:
    change = recording_change(
        [exchange("first answer"), exchange("second answer")],
        [exchange("first answer"), exchange("other words")],
        MEASURE,
    )
    assert [e.kind for e in change.exchanges] == ["equal", "changed"]


def test_a_first_recording_has_nothing_to_compare() -> None:
    change = recording_change(None, [exchange()], MEASURE)
    assert change.first
    assert change.pairs == ()
    assert change.lowest is None


def test_a_body_that_became_no_answer_is_shown_whole() -> None:
    new = replace(exchange(), response_body="<html>no</html>", status=403)
    change = recording_change([exchange()], [new], MEASURE)
    fields = {f.path: f for f in change.exchanges[0].fields}
    assert fields["response.status"].new == "403"
    assert fields["response.body"].new == "<html>no</html>"
    assert change.pairs == ()


def test_what_can_not_be_parsed_is_compared_as_text() -> None:
    old, new = (replace(exchange(), request_body=body) for body in ("{broken", "{broken too"))
    (field,) = recording_change([old], [new], MEASURE).exchanges[0].fields
    assert field.path == "request.body"
