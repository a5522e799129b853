"""The judge's prompts hold both texts as they are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smoke_tui.judging.judge_prompts import HUMAN_PROMPT, SYSTEM_PROMPT, JudgePrompts


def test_the_default_prompts_ask_for_exactly_two_forms() -> None:
    assert JudgePrompts().problem() is None
    assert "You can only respond with EXACTLY:" in SYSTEM_PROMPT
    assert "'FAIL: <reason>'" in HUMAN_PROMPT


def test_what_a_text_holds_is_never_filled_in_again() -> None:
    filled = JudgePrompts().filled("{actual} {0} {{x}}", "{expected_behavior}")
    assert "Expected Behavior: {actual} {0} {{x}}\n" in filled
    assert "Actual Output: {expected_behavior}\n" in filled


@given(st.text(max_size=30), st.text(max_size=30))
def test_both_texts_are_in_it_to_the_byte(expected: str, actual: str) -> None:
    before, _, rest = HUMAN_PROMPT.partition("{expected_behavior}")
    between, _, after = rest.partition("{actual}")
    assert JudgePrompts().filled(expected, actual) == before + expected + between + actual + after


@pytest.mark.parametrize(
    ("human", "problem"),
    [
        ("{actual}", "the human prompt holds {expected_behavior} 0 times; it has to hold it once"),
        (
            "{actual} {expected_behavior} {actual}",
            "the human prompt holds {actual} 2 times; it has to hold it once",
        ),
    ],
)
def test_a_template_that_lacks_a_text_is_refused(human: str, problem: str) -> None:
    assert JudgePrompts(human=human).problem() == problem


def test_other_braces_are_text() -> None:
    prompts = JudgePrompts(human="{x} {expected_behavior} {actual} {")
    assert prompts.filled("a", "b") == "{x} a b {"
    assert prompts.sha256 != JudgePrompts().sha256
