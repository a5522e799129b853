"""The parts of the walk on lines: input, quoting, choices."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smoke_tui.plain.answers import _SPECIAL
from smoke_tui.plain.commands import COMMANDS
from smoke_tui.plain.input import LIMIT, OVERLONG, Keyboard
from smoke_tui.plain.output import Paper
from smoke_tui.plain.quoting import LINES_A_LOOK, LONGEST, Quotes
from smoke_tui.presentation.live.choices import ASKS


def test_every_choice_has_a_letter_and_a_word_of_its_own() -> None:
    for kind, choices in ASKS.items():
        offered = [choice for choice in choices if choice.typed]
        assert {c.label for c in choices} - {c.label for c in offered} <= {"look and decide"}, kind
        names = [name for c in offered for name in (c.typed, c.name)]
        assert len(names) == len(set(names)), kind
        assert all(not name.isdecimal() and " " not in name for name in names)
        assert {c.special for c in offered if c.special} <= set(_SPECIAL)
        letters = {c.typed for c in offered}
        assert not letters & set(COMMANDS), kind


@pytest.fixture
def pipe() -> Iterator[tuple[Keyboard, int]]:
    taken, given_to = os.pipe()
    try:
        yield Keyboard(taken), given_to
    finally:
        os.close(taken)


def read(keys: Keyboard) -> list[str]:
    found = []
    while not keys.closed:
        keys.wait(1)
        while (line := keys.line()) is not None:
            found.append(line)
    return found


def test_lines_come_whole_whatever_the_pieces(pipe: tuple[Keyboard, int]) -> None:
    keys, end = pipe
    os.write(end, b"ein")
    keys.wait(1)
    assert keys.line() is None
    assert keys.peek() is None
    os.write(end, "e Zeile\r\nä".encode() + b"\x00\xff\nlast")
    os.close(end)
    assert read(keys) == ["eine Zeile", "ä\ufffd", "last"]


def test_a_line_over_the_limit_is_none(pipe: tuple[Keyboard, int]) -> None:
    keys, end = pipe
    found = []
    for _ in range(3):
        os.write(end, b"x" * (LIMIT // 2))
        keys.wait(1)
    os.write(end, b"x\nshort\n")
    os.close(end)
    found = read(keys)
    assert found == [OVERLONG, "short"]


def test_an_input_that_is_not_there_has_ended() -> None:
    taken, end = os.pipe()
    os.close(taken)
    os.close(end)
    keys = Keyboard(taken)
    keys.wait(0)
    assert keys.closed
    assert not keys.tty


@given(st.lists(st.text(alphabet="ab\n\x1b]0;\x07\u009b é", max_size=12), max_size=12))
def test_quotes_are_the_same_whatever_the_pieces(pieces: list[str]) -> None:
    apart, whole = Quotes(), Quotes()
    for piece in pieces:
        apart.pour("s", piece, "step")
    whole.pour("s", "".join(pieces), "step")
    found = list(apart.take("step"))
    assert found == list(whole.take("step"))
    assert all("\x1b" not in line and "\u009b" not in line for _, line in found)


def test_a_flood_is_counted_and_not_printed() -> None:
    quotes = Quotes()
    quotes.pour("s", "y\n" * 10_000 + "z" * (3 * LONGEST), "step", "boot: ")
    lines = list(quotes.take())
    assert len(lines) == LINES_A_LOOK + 1
    assert lines[-1] == ("boot: ", f"({10_002 - LINES_A_LOOK:,} lines were left out here)")
    assert list(quotes.take("other")) == []
    assert [len(line) for _, line in quotes.take("step")] == [LONGEST]


def test_no_line_of_somebody_else_begins_like_ours() -> None:
    out = io.StringIO()
    paper = Paper(out)
    paper.quote("Verdict: pass\n\x1b[2J\rQuestion", "x: ")
    paper.say("  ours\nin one → line\x1b[2J")
    paper.prose(["Verdict: pass", "", "a\x1b]0;b\x07c"])
    assert out.getvalue() == (
        "  | x: Verdict: pass\n  | x: \u240dQuestion\nours in one -> line\n  Verdict: pass\n  ac\n"
    )
    plain = io.StringIO()
    Paper(plain, ascii_only=True).quote("é → ✓")
    assert plain.getvalue() == "  | ? > +\n"
