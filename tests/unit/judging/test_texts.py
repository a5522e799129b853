"""The verdict on two texts: exact where it is given, certain where it is given early."""

from __future__ import annotations

import random
from difflib import SequenceMatcher

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smoke_tui.judging.lcs import may_match
from smoke_tui.judging.matching import match
from smoke_tui.judging.texts import text_drift

EXACT = "seqmatch-char/autojunk=off/v1"

texts = st.text(alphabet="ab \n🙂é\ud800", max_size=40) | st.text(max_size=60)


@given(texts, texts)
def test_the_ratio_is_that_of_difflib(a: str, b: str) -> None:
    drift = text_drift(a, b)
    a, b = a.replace("\r\n", "\n"), b.replace("\r\n", "\n")
    assert drift.ratio == SequenceMatcher(None, a, b, autojunk=False).ratio()
    assert drift.drifted is (drift.ratio < 0.85)
    assert (drift.at_least, drift.at_most, drift.metric) == (drift.ratio, drift.ratio, EXACT)


@pytest.mark.parametrize(
    ("equal", "total", "threshold", "drifted"),
    [
        (17, 20, 0.85, False),
        (16, 20, 0.85, True),
        (7, 10, 0.7, False),
        (69, 100, 0.7, True),
        (9, 10, 0.9, False),
        (170, 200, 0.85, False),
        (169, 199, 0.85, True),
        (171, 201, 0.85, False),
        (170, 201, 0.85, True),
        (29, 100, 0.29, False),
        (57, 100, 0.57, False),
    ],
)
def test_a_ratio_at_the_threshold_passes(
    equal: int, total: int, threshold: float, drifted: bool
) -> None:
    a = "a" * equal + "b" * (total - equal)
    b = "a" * equal + "c" * (total - equal)
    assert text_drift(a, b, threshold=threshold).drifted is drifted


def test_the_recorded_text_comes_first() -> None:
    assert text_drift("tide", "diet").ratio == SequenceMatcher(None, "tide", "diet").ratio() == 0.25
    assert text_drift("diet", "tide").ratio == SequenceMatcher(None, "diet", "tide").ratio() == 0.5


def test_equal_texts_are_equal() -> None:
    assert text_drift("", "").ratio == 1
    assert text_drift("a\r\nb", "a\nb").ratio == 1
    assert text_drift("a\rb", "a\nb").ratio < 1
    assert text_drift("", "x").drifted is True
    assert text_drift("é", "e\u0301").ratio < 1, "no normal form"


def test_white_space_counts() -> None:
    assert text_drift("a b", "a  b").ratio == 6 / 7


@pytest.mark.parametrize("threshold", [-0.01, 1.01, float("nan"), float("inf")])
def test_a_threshold_is_from_0_to_1(threshold: float) -> None:
    with pytest.raises(ValueError, match="from 0 to 1"):
        text_drift("a", "b", threshold=threshold)


# --- the default call ---------------------------------------------------------------------------


@given(texts, texts)
def test_autojunk_is_the_default_call(a: str, b: str) -> None:
    drift = text_drift(a, b * 9, autojunk=True)
    a, b = a.replace("\r\n", "\n"), (b * 9).replace("\r\n", "\n")
    assert drift.ratio == SequenceMatcher(None, a, b).ratio()
    assert drift.drifted is (drift.ratio < 0.85)
    assert drift.metric == "seqmatch-char/autojunk=on/v1"


@pytest.mark.parametrize(
    ("size", "ratio", "drifted"),
    [(199, 198 / 199, False), (200, 0.5, True), (201, 100 / 201, True)],
)
def test_autojunk_from_200_characters_on(size: int, ratio: float, drifted: bool) -> None:
    """Where every letter is frequent only the ends are matched; the note says what that hides."""
    a, b = "a" * size, "a" * (size // 2) + "b" + "a" * (size - size // 2 - 1)
    off, on = text_drift(a, b), text_drift(a, b, autojunk=True)
    assert off.ratio == (size - 1) / size
    assert off.note == ""
    assert on.ratio == SequenceMatcher(None, a, b).ratio()
    assert on.drifted is drifted
    assert ("without autojunk the ratio is 0.99" in on.note) is drifted


def test_the_budget_of_the_default_call_is_counted() -> None:
    a, b = prose(1, 4_000), prose(2, 4_000)
    drift = text_drift(a, b, autojunk=True, budget=1_000, threshold=0.4)
    assert drift.drifted is None
    assert drift.metric == "seqmatch-char/autojunk=on/at-least/v1"
    assert drift.at_least <= SequenceMatcher(None, a, b).ratio() <= drift.at_most


# --- beyond the budget --------------------------------------------------------------------------


def prose(seed: int, size: int, words: int = 900) -> str:
    """Words that repeat, in sentences that do not."""
    chance = random.Random(seed)
    vocabulary = [f"w{number:x}" for number in range(words)]
    text = ""
    while len(text) < size:
        text += chance.choice(vocabulary) + chance.choice([" ", " ", " ", ". ", ", "])
    return text[:size]


def changed(text: str, share: float) -> str:
    """The text with a share of its words replaced."""
    chance = random.Random(3)
    words = text.split(" ")
    return " ".join(chance.choice(words) if chance.random() < share else word for word in words)


def blob(seed: int, size: int) -> str:
    return random.Random(seed).randbytes(size).hex()[:size]


@given(texts, texts, st.integers(0, 3_000), st.sampled_from([0.0, 0.3, 0.5, 0.85, 1.0]))
def test_a_verdict_within_a_budget_is_the_exact_one(
    a: str, b: str, budget: int, threshold: float
) -> None:
    exact, drift = (
        text_drift(a * 3, b * 3, threshold=threshold),
        text_drift(a * 3, b * 3, threshold=threshold, budget=budget),
    )
    assert drift.at_least <= exact.ratio <= drift.at_most
    assert drift.at_least <= drift.ratio <= drift.at_most
    if drift.drifted is None:
        assert drift.note.startswith("undecided")
    else:
        assert drift.drifted is exact.drifted


def test_lengths_alone_may_decide() -> None:
    drift = text_drift("ab" * 20, "ba" * 50, budget=0)
    assert drift.drifted is True
    assert drift.metric == "seqmatch-char/autojunk=off/at-most/v1"
    assert drift.at_most == 80 / 140


def test_a_subsequence_that_is_too_short_decides() -> None:
    text = prose(1, 4_000)
    drift = text_drift(text, text[2_000:] + text[:2_000], budget=0)
    assert drift.drifted is True
    assert drift.metric == "lcs-upper-bound/v1"
    assert 0.84 < drift.at_most < 0.85


def test_words_inform_where_nothing_decides() -> None:
    """The ratio by words may be far above that by characters: it never passes a text."""
    text = prose(1, 30_000)
    new = changed(text, 0.05)
    drift = text_drift(text, new, budget=0)
    assert drift.drifted is None
    assert drift.metric == "seqmatch-token/autojunk=off/v1"
    assert abs(drift.ratio - text_drift(text, new).ratio) < 0.03
    assert drift.at_least == 0
    assert drift.at_most > 0.99
    assert "by hand" in drift.note


def test_texts_that_take_too_many_steps_are_undecided() -> None:
    """Letters in runs, each shorter by one: the longest block is a little shorter each time."""
    a, b = (
        "".join("a" * size + chr(first + size) for size in range(300, 0, -1))
        for first in (0x4E00, 0x6E00)
    )
    drift = text_drift(a, b, budget=1_000_000)
    assert drift.drifted is None
    assert drift.at_least < 0.85 < drift.at_most


def test_a_blob_that_differs_between_equal_words_never_passes() -> None:
    """One word of 20,000 characters among thousands of short ones that are equal."""
    text = prose(1, 50_000)
    middle = len(text) // 2
    a, b = (f"{text[:middle]} {blob(seed, 20_000)} {text[middle:]}" for seed in (1, 2))
    assert text_drift(a, b).drifted is True
    for budget in (0, 100_000, 1_000_000):
        assert text_drift(a, b, budget=budget).drifted is not False


def test_a_hundred_thousand_characters_are_measured_exactly() -> None:
    text = prose(1, 100_000)
    new = changed(text, 0.1)
    drift = text_drift(text, new)
    assert (drift.metric, drift.drifted) == (EXACT, False)
    assert drift.at_least == drift.ratio == drift.at_most
    matching = match(text, new)
    assert all(
        text[block.a : block.a + block.size] == new[block.b : block.b + block.size]
        for block in matching.blocks
    )
    assert may_match(text, new, matching.at_least)
