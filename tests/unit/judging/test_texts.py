"""The verdict on two texts: exact where it is given, certain where it is given early."""

from __future__ import annotations

from difflib import SequenceMatcher

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smoke_tui.judging import text_drift

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
