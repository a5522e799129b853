"""A judge's answer is PASS, FAIL with a reason, or a violation of the format."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smoke_tui.judging.verdict import VIOLATIONS, parse_verdict
from tests.helpers.judge_answers import VIOLATING

PASSES = ("PASS", "PASS\n", "PASS \t\r\n")

FAILS = (
    ("FAIL: it is rude", "it is rude", True),
    ("FAIL: it is rude\n", "it is rude", False),
    ("FAIL:  two blanks", "two blanks", False),
    ("FAIL: the log says FAIL: timeout", "the log says FAIL: timeout", True),
    ("FAIL: first\n\nsecond line", "first\n\nsecond line", True),
    ("FAIL: [bold]not markup[/bold] \x1b[31m", "[bold]not markup[/bold] \x1b[31m", True),
    ("FAIL: it should have PASSED", "it should have PASSED", True),
    ("FAIL: 不是问候", "不是问候", True),
)


@pytest.mark.parametrize("text", PASSES)
def test_a_pass(text: str) -> None:
    verdict = parse_verdict(text)
    assert (verdict.verdict, verdict.reason, verdict.violation) == ("PASS", None, None)
    assert verdict.exact == (text == "PASS")


@pytest.mark.parametrize(("text", "reason", "exact"), FAILS)
def test_a_fail_with_its_whole_reason(text: str, reason: str, exact: bool) -> None:
    verdict = parse_verdict(text)
    assert (verdict.verdict, verdict.reason, verdict.exact) == ("FAIL", reason, exact)


@pytest.mark.parametrize(("text", "kind"), VIOLATING)
def test_anything_else_is_a_violation(text: str, kind: str) -> None:
    verdict = parse_verdict(text)
    assert (verdict.verdict, verdict.violation) == ("FORMAT VIOLATION", kind)
    assert verdict.reason is None
    assert not verdict.exact
    assert verdict.raw == text


def test_every_kind_of_violation_is_shown_by_an_example() -> None:
    assert {kind for _, kind in VIOLATING} | {"incomplete-response"} == set(VIOLATIONS)


@pytest.mark.parametrize("status", ["incomplete", "failed", "in_progress", "cut", ""])
def test_only_a_completed_response_is_read(status: str) -> None:
    verdict = parse_verdict("PASS", status=status)
    assert (verdict.verdict, verdict.violation) == ("FORMAT VIOLATION", "incomplete-response")


@given(st.text(st.sampled_from("PASFIL: \n\t<>reason\u00a0\x00x1"), max_size=12))
def test_nothing_but_the_word_passes(text: str) -> None:
    verdict = parse_verdict(text)
    assert (verdict.verdict == "PASS") == (text.rstrip(" \t\r\n") == "PASS")
    assert (verdict.violation is None) == (verdict.verdict != "FORMAT VIOLATION")
    if verdict.verdict == "FAIL":
        assert text.startswith("FAIL: ")
        assert verdict.reason
        assert verdict.reason in text


@pytest.mark.parametrize("start", ["PASS", "FAIL: ", "", "PASS\nFAIL: "])
@pytest.mark.parametrize("filling", ["\n", "x", "PASS\n", "\u0301"])
def test_an_answer_of_any_size_is_read(start: str, filling: str) -> None:
    text = start + filling * 1_000_000 + "."
    verdict = parse_verdict(text)
    assert verdict.verdict != "PASS"
    assert verdict.raw == text
