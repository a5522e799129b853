"""Nothing that moves, asks or hides gets through to a terminal."""

from __future__ import annotations

import re
import sys
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smoke_tui.redaction import Cleaner, clean

CASES = [
    ("plain é 漢 ␍\n\ttext", "plain é 漢 ␍\n\ttext"),
    ("a\x1b[31;1mred\x1b[0m", "ared"),
    ("a\x1b[?1049h\x1b[2J\x1b[6nb", "ab"),
    ("a\x1b[1 qb", "ab"),
    ("a\x9b31mb", "ab"),
    ("a\x1b]52;c;Zm9v\x07b", "ab"),
    ("a\x1b]0;title\x1b\\b", "ab"),
    ("a\x1b]8;;http://x\x9cb", "ab"),
    ("a\x9d0;title\x07b", "ab"),
    ("a\x1bPq#0;1\x1b\\b", "ab"),
    ("a\x90q\x9cb", "ab"),
    ("a\x1b_Gf=100;AAAA\x1b\\b", "ab"),
    ("a\x1b^pm\x1b\\b\x1bXsos\x1b\\c", "abc"),
    ("a\x1bcb", "ab"),
    ("a\x1b(Bb", "ab"),
    ("a\x1b#8b", "ab"),
    ("a\x1b\x1b[31mb", "ab"),
    ("a\x1b]0;never ends\nnext", "a\nnext"),
    ("a\x1b]0;never ends\r\nnext", "a\nnext"),
    ("a\x1b[31\nb", "a\nb"),
    ("a\x1b[", "a"),
    ("a\x1b", "a"),
    ("a\x1b]0;x", "a"),
    ("FAIL\rPASS", "FAIL␍PASS"),
    ("a\r", "a␍"),
    ("a\r\r\nb", "a␍\nb"),
    ("FAIL\b\b\b\bPASS\x07\x00\x7f\x85", "FAILPASS"),
    ("a\u202eb\u200dc\ufeff\u2028", "a<U+202E>b<U+200D>c<U+FEFF><U+2028>"),
    ("\U000e0041", "<U+E0041>"),
    ("a\ud800b\udfff", "a\ufffdb\ufffd"),
]
SOUP = st.text(
    st.sampled_from("\x1b[]PX^_\\cm0;? #(\x07\x18\x9b\x9d\x9c\x90\r\n\tab\u202e\ud800\x7f"),
    max_size=30,
)
ANY = st.text(st.characters() | st.sampled_from("\x1b\x9b\r\n"), max_size=30)


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_cases(text: str, expected: str) -> None:
    assert clean(text) == expected


@settings(max_examples=150, deadline=None)
@given(SOUP | ANY)
def test_only_harmless_characters_come_out(text: str) -> None:
    out = clean(text)
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]", out)
    assert not any(unicodedata.category(c) in ("Cf", "Cc", "Cs") for c in out if c not in "\n\t")
    assert clean(out) == out


@settings(max_examples=150, deadline=None)
@given(SOUP, st.lists(st.integers(0, 30), max_size=5))
def test_chunking_does_not_matter(text: str, cuts: list[int]) -> None:
    cuts = sorted(min(cut, len(text)) for cut in cuts)
    cleaner = Cleaner()
    out = "".join(
        cleaner.feed(text[a:b]) for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)
    )
    assert out + cleaner.flush() == clean(text)


def test_every_format_character_is_spelled_out() -> None:
    for code in range(sys.maxunicode + 1):
        if unicodedata.category(chr(code)) in ("Cf", "Zl", "Zp"):
            assert clean(chr(code)) == f"<U+{code:04X}>"


def test_one_line() -> None:
    assert clean("a\nb\r\nc\td", keep_newlines=False) == "a␊b␊c\td"


def test_an_endless_sequence_is_not_stored() -> None:
    cleaner = Cleaner()
    assert cleaner.feed("\x1b]52;c;") == ""
    assert all(cleaner.feed("A" * 10_000) == "" for _ in range(20))
    assert cleaner.feed("A\nlog goes on") == "\nlog goes on"
    assert sum(sys.getsizeof(getattr(cleaner, name)) for name in Cleaner.__slots__) < 20_000
