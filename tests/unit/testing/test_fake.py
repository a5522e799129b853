"""The fake provider: canned answers by purpose and content class."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smoke_tui.testing import (
    CannedAnswer,
    CannedMissError,
    CannedTableError,
    FakeLLMProvider,
    LLMAnswer,
    LLMCall,
    LLMProvider,
    LLMToolCall,
    LLMUsage,
)

SEED = {
    ("scoring", "PLATFORM"): "score=8.5; reasoning=...",
    ("reasoning", "OPERATIONS"): "diagnosis=...",
}


def complete(fake: FakeLLMProvider, purpose: str, content_class: str, **more: Any) -> LLMAnswer:
    return asyncio.run(
        fake.complete("Rate this.", purpose=purpose, content_class=content_class, **more)
    )


def test_it_answers_by_purpose_and_content_class() -> None:
    fake = FakeLLMProvider(canned=SEED)
    assert complete(fake, "scoring", "PLATFORM").text == "score=8.5; reasoning=..."
    assert complete(fake, "reasoning", "OPERATIONS").text == "diagnosis=..."


def test_it_is_a_provider_that_is_not_live() -> None:
    fake = FakeLLMProvider(canned=SEED)
    provider: LLMProvider = fake
    assert isinstance(provider, LLMProvider)
    assert (provider.kind, provider.live) == ("fake", False)


def test_it_costs_exactly_nothing() -> None:
    usage = complete(FakeLLMProvider(canned=SEED), "scoring", "PLATFORM").usage
    assert usage == LLMUsage("fake", 0, 0, 0, 0, Decimal(0))
    assert not usage.live


@pytest.mark.parametrize("kind", ["fake", "replay", "rehearsal"])
@pytest.mark.parametrize("cost", [Decimal("0.000001"), None])
def test_no_cost_can_be_written_to_what_reached_no_provider(kind: Any, cost: Any) -> None:
    with pytest.raises(ValueError, match=f"a {kind} costs nothing"):
        LLMUsage(kind, cost_usd=cost)


@pytest.mark.parametrize(
    ("asked", "nearest"),
    [
        (("scoring", "PLATFROM"), ("scoring", "PLATFORM")),
        (("Reasoning", "operations"), ("reasoning", "OPERATIONS")),
        (("scoring", "OPERATIONS"), ("reasoning", "OPERATIONS")),
        (("diagnosis", "OPERATION"), ("reasoning", "OPERATIONS")),
    ],
)
def test_a_miss_names_the_pair_and_the_nearest_keys(
    asked: tuple[str, str], nearest: tuple[str, str]
) -> None:
    fake = FakeLLMProvider(canned=SEED)
    with pytest.raises(CannedMissError) as miss:
        complete(fake, *asked)
    assert miss.value.key == asked
    assert miss.value.nearest[0] == nearest
    assert str(miss.value).startswith(f"no canned answer for {asked}")
    assert str(nearest) in str(miss.value)


def test_of_many_keys_the_three_nearest_are_named() -> None:
    fake = FakeLLMProvider({("scoring", f"CLASS{n}"): "x" for n in range(40)})
    with pytest.raises(CannedMissError) as miss:
        complete(fake, "scoring", "CLASS3X")
    assert miss.value.nearest[0] == ("scoring", "CLASS3")
    assert len(miss.value.nearest) == 3


def test_a_miss_of_an_empty_table_is_an_error_as_well() -> None:
    with pytest.raises(CannedMissError, match="none, the table is empty"):
        complete(FakeLLMProvider({}), "scoring", "PLATFORM")


def test_what_was_asked_is_recorded_in_order_with_misses() -> None:
    fake = FakeLLMProvider(canned=SEED)
    complete(fake, "reasoning", "OPERATIONS", instructions="Be brief.")
    with pytest.raises(CannedMissError):
        complete(fake, "reasoning", "PLATFORM")
    assert fake.calls == (
        LLMCall("reasoning", "OPERATIONS", "Rate this.", "Be brief."),
        LLMCall("reasoning", "PLATFORM", "Rate this."),
    )
    assert fake.unused == (("scoring", "PLATFORM"),)


def test_the_text_is_streamed_word_by_word() -> None:
    pieces: list[str] = []
    answer = complete(FakeLLMProvider(SEED), "scoring", "PLATFORM", on_text=pieces.append)
    assert pieces == list(answer.pieces) == ["score=8.5; ", "reasoning=..."]


def test_pieces_and_tool_calls_can_be_canned() -> None:
    call = LLMToolCall("refund", {"amount": 12})
    fake = FakeLLMProvider({("a", "B"): CannedAnswer("a text", (call,), ("a t", "ext"))})
    answer = complete(fake, "a", "B")
    assert answer.pieces == ("a t", "ext")
    assert answer.tool_calls == (call,)


@given(st.text())
def test_pieces_make_up_any_text(text: str) -> None:
    pieces = CannedAnswer(text).streamed()
    assert "".join(pieces) == text
    assert all(pieces)


def test_pieces_that_make_up_another_text_are_refused() -> None:
    with pytest.raises(ValueError, match="the pieces make up 'a', not 'ab'"):
        CannedAnswer("ab", pieces=("a",))


@pytest.mark.parametrize("key", ["scoring", ("scoring",), ("a", "b", "c"), ("a", " "), ("a", 1)])
def test_a_key_that_is_no_pair_of_texts_is_refused(key: Any) -> None:
    with pytest.raises(CannedTableError, match="expected a pair of texts"):
        FakeLLMProvider({key: "x"})


def test_an_answer_that_is_no_text_is_refused() -> None:
    table: Any = {("a", "B"): 3}
    with pytest.raises(CannedTableError, match=r"\('a', 'B'\): expected a text .* got int"):
        FakeLLMProvider(table)
