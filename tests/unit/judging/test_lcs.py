"""The banded rows decide what a plain table decides."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smoke_tui.judging.lcs import may_match
from smoke_tui.judging.matching import match

texts = st.text(alphabet="ab", max_size=40) | st.text(alphabet="abcd\ud800🙂", max_size=60)


def longest(a: str, b: str) -> int:
    """The length of the longest common subsequence, by the plain table."""
    row = [0] * (len(b) + 1)
    for character in a:
        before, row = row, [0]
        for place, other in enumerate(b):
            row.append(
                before[place] + 1 if character == other else max(before[place + 1], row[place])
            )
    return row[-1]


@given(texts, texts)
@settings(max_examples=300)
def test_it_is_the_plain_table(a: str, b: str) -> None:
    length = longest(a, b)
    assert [needed for needed in range(62) if may_match(a, b, needed)] == list(range(length + 1))


@pytest.mark.parametrize("seed", range(12))
def test_windows_move_over_longer_texts(seed: int) -> None:
    """Of more than 256 rows, so that there are several windows."""
    chance = random.Random(seed)
    a = "".join(chance.choice("abc") for _ in range(900))
    b = "".join(character for character in a if chance.random() > 0.05 * (seed % 4))
    cut = chance.randrange(len(b))
    b = b[:cut] + "".join(chance.choice("abc") for _ in range(seed * 12)) + b[cut:]
    length = longest(a, b)
    for needed in (length - 40, length - 1, length):
        assert may_match(a, b, needed) is True
    for needed in (length + 1, length + 2, length + 40):
        assert may_match(a, b, needed) is False


@given(texts, texts)
def test_it_is_never_shorter_than_what_difflib_matches(a: str, b: str) -> None:
    assert may_match(a, b, match(a, b).at_least)


def test_the_budget_is_counted() -> None:
    a, b = "ab" * 200, "ba" * 150 + "c" * 99
    assert may_match(a, b, 250, budget=100) is None
    assert may_match(a, b, 250) is True
    assert may_match("xy" + a, "zw" + b, 10**6, budget=0) is False, "lengths alone decide"
