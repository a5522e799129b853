"""The words that differ: exact in what they add up to, and as a person would mark them."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smoke_tui.judging.word_diff import Piece, word_diff

texts = (
    st.text(alphabet="ab c.\r\n\t", max_size=60)
    | st.text(max_size=60)
    | st.lists(st.sampled_from(["the ", "price ", "is 1", "2 ", ". ", "\n", "\r\n", "中文"]))
    .map("".join)
)  # fmt: skip


def marked(recorded: str, new: str) -> str:
    """The pieces in one line."""
    return "".join(
        piece.new
        if piece.equal
        else (f"[-{piece.recorded}-]" if piece.recorded else "")
        + (f"{{+{piece.new}+}}" if piece.new else "")
        for piece in word_diff(recorded, new)
    )


@given(texts, texts)
def test_the_pieces_are_both_texts(recorded: str, new: str) -> None:
    pieces = word_diff(recorded, new)
    assert "".join(piece.recorded for piece in pieces) == recorded
    assert "".join(piece.new for piece in pieces) == new
    assert all(before.equal != after.equal for before, after in pairwise(pieces))
    assert all(piece.recorded or piece.new for piece in pieces)


@given(texts)
def test_equal_texts_are_one_piece(text: str) -> None:
    assert word_diff(text, text) == ((Piece(text, text),) if text else ())
    assert all(piece.equal for piece in word_diff(text, text.replace("\r\n", "\n")))


@pytest.mark.parametrize(
    ("recorded", "new", "expected"),
    [
        ("It costs 12 euros.", "It costs 13 euros.", "It costs [-12-]{+13+} euros."),
        ("a b", "a  b", "a[- -]{+  +}b"),
        ("one two", "one two three", "one two{+ three+}"),
        ("a quick fox ran", "a slow dog ran", "a [-quick fox-]{+slow dog+} ran"),
        ("我喜欢红茶", "我喜欢绿茶", "我喜欢[-红-]{+绿+}茶"),
        ("a\nb\nc", "a\nx\nc", "a\n[-b-]{+x+}\nc"),
        (
            "key=QUJDREVGR0hJSktMTU5PUFFSU1RV",
            "key=QUJDREVGR0hJSkXXTU5PUFFSU1RV",
            "key=QUJDREVGR0hJSk[-tM-]{+XX+}TU5PUFFSU1RV",
        ),
    ],
)
def test_what_a_person_sees(recorded: str, new: str, expected: str) -> None:
    assert marked(recorded, new) == expected


def test_long_texts_end_with_larger_pieces() -> None:
    chance = random.Random(1)
    words = [
        chance.choice(["a", "b", "c", "d"]) + chance.choice([" ", ". "]) for _ in range(12_000)
    ]
    recorded, new = "".join(words), "".join(chance.sample(words, len(words)))
    pieces = word_diff(recorded, new)
    assert "".join(piece.recorded for piece in pieces) == recorded
    assert "".join(piece.new for piece in pieces) == new
