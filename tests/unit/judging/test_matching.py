"""The matching is exactly that of difflib; with a small budget its bounds hold."""

from __future__ import annotations

import random
from collections.abc import Callable
from difflib import SequenceMatcher

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smoke_tui.judging import longest_block
from smoke_tui.judging.longest_block import LongestBlocks, Range
from smoke_tui.judging.matching import match

WORDS = [
    *["a", "price", "is", "twelve", "euros,", "answer.", "tool", "call"],
    "\n",
    "é🙂",
    "中文",
    "\ud800",
]


def edited(text: str, chance: random.Random) -> str:
    """The text with some places changed, left out, doubled or moved."""
    for _ in range(chance.randrange(12)):
        i, j = sorted((chance.randrange(len(text) + 1), chance.randrange(len(text) + 1)))
        j = min(j, i + 9)
        text = chance.choice(
            [text[:i] + text[j:], text[:j] + text[i:], text[j:] + text[i:j] + text[:i], text[::-1]]
        )
    return text


def prose(chance: random.Random, size: int) -> str:
    return " ".join(chance.choice(WORDS) for _ in range(size))


def letters(chance: random.Random, size: int) -> str:
    return "".join(chance.choice("ab") for _ in range(size))


def periodic(chance: random.Random, size: int) -> str:
    return "abcab"[: chance.randint(1, 5)] * size


def fibonacci(chance: random.Random, size: int) -> str:
    before, word = "a", "ab"
    while len(word) < size:
        before, word = word, word + before
    return word[chance.randrange(3) :]


def any_code_points(chance: random.Random, size: int) -> str:
    return "".join(chr(chance.choice([97, 0xE9, 0x1F642, 0xD800, 0xDFFF])) for _ in range(size))


KINDS = [prose, letters, periodic, fibonacci, any_code_points]


def pairs(kind: Callable[[random.Random, int], str], count: int) -> list[tuple[str, str]]:
    chance = random.Random(kind.__name__)
    sides = [kind(chance, chance.randrange(60)) for _ in range(count)]
    return [
        (text, edited(text, chance) if chance.random() < 0.7 else kind(chance, 40))
        for text in sides
    ]


def blocks_of_difflib(a: str, b: str) -> list[tuple[int, int, int]]:
    blocks = SequenceMatcher(None, a, b, False).get_matching_blocks()[:-1]
    return [(block.a, block.b, block.size) for block in blocks]


def joined(blocks: tuple[longest_block.Block, ...]) -> list[tuple[int, int, int]]:
    """Neighbours joined, as `get_matching_blocks` does."""
    result: list[tuple[int, int, int]] = []
    for a, b, size in blocks:
        if result and (a, b) == (result[-1][0] + result[-1][2], result[-1][1] + result[-1][2]):
            a, b, before = result.pop()
            size += before
        result.append((a, b, size))
    return result


@pytest.mark.parametrize("small", [0, 8, longest_block.SMALL])
@pytest.mark.parametrize("kind", KINDS)
def test_blocks_are_those_of_difflib(
    kind: Callable[[random.Random, int], str], small: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every way to a block: with `small` at 0 no range is small enough to be scanned."""
    monkeypatch.setattr(longest_block, "SMALL", small)
    for a, b in pairs(kind, 60):
        matching = match(a, b)
        assert joined(matching.blocks) == blocks_of_difflib(a, b), (a, b)
        assert matching.exact


@pytest.mark.parametrize("kind", KINDS)
def test_longer_texts(kind: Callable[[random.Random, int], str]) -> None:
    chance = random.Random(kind.__name__)
    for size in (150, 300):
        a = kind(chance, size)[: 2 * size]
        for b in (edited(a, chance), kind(chance, size)[: 2 * size]):
            assert joined(match(a, b).blocks) == blocks_of_difflib(a, b), (a, b)


@given(
    st.text(alphabet="abc \n", max_size=80) | st.text(max_size=80),
    st.text(alphabet="abc \n", max_size=80) | st.text(max_size=80),
    st.sampled_from([0, 8, 256]),
)
@settings(max_examples=200)
def test_any_texts(a: str, b: str, small: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(longest_block, "SMALL", small)
        assert joined(match(a, b).blocks) == blocks_of_difflib(a, b)


@pytest.mark.parametrize("kind", KINDS)
def test_bounds_hold_with_any_budget(kind: Callable[[random.Random, int], str]) -> None:
    chance = random.Random(kind.__name__)
    for a, b in pairs(kind, 40):
        matched = match(a, b).at_least
        bounds = [match(a, b, budget=budget) for budget in (0, 1, chance.randrange(9_000), 20_000)]
        assert all(
            part.at_least <= matched <= part.at_most <= min(len(a), len(b)) for part in bounds
        )
        assert bounds[0].blocks == ()


def test_a_used_up_budget_is_not_exact() -> None:
    a, b = prose(random.Random(1), 900), prose(random.Random(2), 900)
    part = match(a, b, budget=100_000)
    assert not part.exact
    assert 0 < part.at_least < part.at_most
    assert part.steps < 1_000_000, "a range begun is finished, but no more"


def test_steps_are_the_same_each_time() -> None:
    a, b = prose(random.Random(1), 900), prose(random.Random(2), 900)
    assert match(a, b).steps == match(a, b).steps > 10_000


def test_of_equal_blocks_the_earliest_is_taken() -> None:
    finder = LongestBlocks("xab-abx", "ab.ab")
    assert finder.longest(Range(0, 7, 0, 5, 5)) == (1, 0, 2)
    assert finder.longest(Range(2, 7, 1, 5, 4)) == (4, 3, 2)
    assert LongestBlocks("abc", "xyz").longest(Range(0, 3, 0, 3, 3)) is None


def test_one_letter_ten_thousand_times() -> None:
    matching = match("a" * 10_000, "a" * 5_000 + "b" + "a" * 4_999)
    assert matching.exact
    assert matching.at_least == 9_999
