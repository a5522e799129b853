"""Words of a command, split as a shell splits them."""

from __future__ import annotations

import shlex
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smoke_tui.runbook.parser.shell_words import argv


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a 'b c' \"d e\" f\\ g", ("a", "b c", "d e", "f g")),
        ("a ''", ("a", "")),
        ("a b#c # d", ("a", "b#c")),
        ("a '$x|y' \"\\$x\" 5$", ("a", "$x|y", "$x", "5$")),
        ("a --x={{name}}/y '{{ n }}'", ("a", "--x={{ name }}/y", "{{ n }}")),
    ],
)
def test_words(text: str, words: tuple[str, ...]) -> None:
    assert argv(text) == words


@pytest.mark.parametrize("text", ["", "a $(b)", "a `b`", "a *.py", "a > b", "a ~", "a & b", "a '"])
def test_no_words(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        argv(text)


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet=string.ascii_letters + " '\"\\-./=\t", max_size=40))
def test_words_are_split_as_a_shell_does(text: str) -> None:
    try:
        mine = argv(f"x{text}")
    except ValueError:
        return
    assert list(mine) == shlex.split(f"x{text}")
