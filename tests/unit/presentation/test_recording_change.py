"""The difference of two recordings, in lines that leave nothing out."""

from __future__ import annotations

from smoke_tui.judging.recording_changes import recording_change
from smoke_tui.presentation.recording_change import change_lines, change_summary, ratio_summary
from smoke_tui.structs import replace
from tests.unit.judging.test_recording_changes import MEASURE, exchange, stream


def test_what_was_sent_and_answered_comes_before_the_rest() -> None:
    new = replace(
        exchange(prompt="Say ho."),
        response_body=stream("hello here", 9),
        response_headers=(("x-request-id", "2"),),
    )
    change = recording_change([exchange()], [new], MEASURE)
    assert list(change_lines(change, "greeting")) == [
        "greeting: 1 exchange, 1 changed",
        "",
        "Exchange 1: POST https://x.invalid/responses: changed",
        "  request.body.input[0].content: Say hello. → Say ho.",
        "  response.answer: = same: 0.9523 >= 0.85 (default), tool calls equal",
        "  | hello [-there-]{+here+}",
        "  response.headers.x-request-id: 1 → 2",
        "  response.body.usage.total_tokens: 5 → 9",
    ]
    assert ratio_summary(change) == "0.9523 >= 0.85"


def test_long_equal_text_is_folded_and_no_difference_is() -> None:
    same = "word " * 1000
    change = recording_change(
        [exchange(f"{same}old")], [exchange(f"{same}{'new ' * 1000}")], MEASURE
    )
    text = "\n".join(change_lines(change, "x"))
    assert "equal characters) …" in text
    assert text.count("new ") >= 1000
    assert text.count("word ") < 200


def test_a_first_recording_is_shown_by_its_places() -> None:
    change = recording_change(None, [exchange("hello")], MEASURE)
    lines = list(change_lines(change, "greeting"))
    assert change_summary(change) == "a first recording, 1 exchange"
    assert "  request.body.input[0].content: + Say hello." in lines
    assert "  response.answer.text: + hello" in lines
    assert "  response.status: + 200" in lines


def test_control_characters_reach_no_terminal() -> None:
    change = recording_change(
        [exchange()], [exchange("\x1b[31mred\x07", prompt="\x1b]0;title\x07Say")], MEASURE
    )
    assert not any("\x1b" in line or "\x07" in line for line in change_lines(change, "x"))


def test_lines_of_a_long_value_are_marked_one_by_one() -> None:
    change = recording_change(
        [exchange(prompt="first line\nsecond line of the prompt")],
        [exchange(prompt="first line\nanother line of the prompt\nand more")],
        MEASURE,
    )
    lines = list(change_lines(change, "x"))
    at = lines.index("  request.body.input[0].content:")
    assert lines[at + 1] == "  | first line"
    assert lines[at + 2] == "  | [-second-]{+another+} line of the prompt"
    assert lines[at + 3] == "  | {+and more+}"
