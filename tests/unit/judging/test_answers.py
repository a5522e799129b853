"""A case's two answers: which parts are compared, and what marks a single call is left out."""

from __future__ import annotations

from smoke_tui.judging.answers import compare_answers, without_nonce
from smoke_tui.judging.drift import RecordedAnswer, Threshold

CALL = {"name": "echo", "arguments": '{"text": "smoke-0123456789"}'}
OTHER = {"name": "echo", "arguments": {"text": "smoke-abcdef0123"}}


def test_nonces_are_neutral() -> None:
    assert without_nonce("a smoke-0123456789 b smoke-xyz") == "a smoke-… b smoke-xyz"
    recorded = RecordedAnswer("smoke-0123456789", (CALL,))
    drift = compare_answers(
        "r/s", "b.json", Threshold(), recorded, RecordedAnswer("smoke-abcdef0123", (OTHER,))
    )
    assert drift.drifted is False
    assert drift.text is not None
    assert drift.text.ratio == 1


def test_only_what_is_asked_for_is_compared() -> None:
    recorded, new = RecordedAnswer("a", (CALL,)), RecordedAnswer("b", ())
    text = compare_answers("r/s", "b", Threshold(0.0, "runbook"), recorded, new, parts=["text"])
    assert text.calls is None
    assert text.drifted is False
    calls = compare_answers("r/s", "b", Threshold(), recorded, new, parts=["calls"])
    assert calls.text is None
    assert calls.drifted is True


def test_an_answer_without_a_text_is_an_empty_one() -> None:
    drift = compare_answers("r/s", "b", Threshold(), RecordedAnswer("a"), RecordedAnswer(None))
    assert drift.drifted is True
    assert drift.calls is not None
    assert drift.calls.drifted is False


def test_a_deep_object_is_a_difference_and_no_crash() -> None:
    deep: object = "smoke-0123456789"
    for _ in range(5_000):
        deep = [deep]
    answer = RecordedAnswer("a", ({"name": "x", "arguments": {"deep": deep}},))
    assert compare_answers("r/s", "b", Threshold(), answer, answer).drifted is True
