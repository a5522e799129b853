"""Lines of standard input, whole whatever the pieces."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from smoke_tui.plain.input import LIMIT, OVERLONG, Keyboard


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
