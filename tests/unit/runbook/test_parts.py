"""The small parts: durations, paths, templates, words, positions, walks."""

from __future__ import annotations

import shlex
import string
import tomllib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smoke_tui.runbook import json_path, templates
from smoke_tui.runbook.lint.termination import Node, endless_paths
from smoke_tui.runbook.parser.shell_words import argv
from smoke_tui.runbook.quantities import parse_duration, parse_money
from smoke_tui.runbook.schema.positions import Path, Positions


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("2m", 120), ("30s", 30), ("1m30s", 90), ("500ms", 0.5), ("1h1ms", 3600.001), ("24h", 86400)],
)
def test_durations(text: str, seconds: float) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize("text", ["", "2", "s", "2 m", "-1s", "1.5s", "30s1m", "0s", "25h", "٣s"])
def test_no_durations(text: str) -> None:
    with pytest.raises(ValueError, match="a duration"):
        parse_duration(text)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 23), st.integers(0, 59), st.integers(0, 59), st.integers(1, 999))
def test_durations_add_up(hours: int, minutes: int, seconds: int, milliseconds: int) -> None:
    total = ((hours * 60 + minutes) * 60 + seconds) * 1000 + milliseconds
    assert parse_duration(f"{hours}h{minutes}m{seconds}s{milliseconds}ms") == total / 1000


@pytest.mark.parametrize("text", ["", "1,5", "-1", "1e3", "NaN", "$1", "1.", ".5", "1\n"])
def test_no_money(text: str) -> None:
    with pytest.raises(ValueError, match="US dollars"):
        parse_money(text)


def test_paths_into_json() -> None:
    document = {"a": [{"b.c": 1}], "d-e": None}
    assert json_path.parse_path('a[0]["b.c"]') == ("a", 0, "b.c")
    assert json_path.dig(document, 'a[0]["b.c"]') == (True, 1)
    assert json_path.dig(document, "d-e") == (True, None)
    assert json_path.dig(document, "a[1]") == (False, None)
    assert json_path.dig(document, "a.b") == (False, None)
    assert json_path.dig({"a": "text"}, "a[0]") == (False, None)
    for bad in ("", ".a", "a.", "a..b", "a[x]", "a[0", "$.a"):
        with pytest.raises(ValueError, match="a path"):
            json_path.parse_path(bad)


def test_templates_are_names() -> None:
    text = "{{a}}-{{ b }}-{{ a b }}-{{ bundle.access_token }}"
    assert templates.names(text) == ("a", "b", "bundle.access_token")
    assert [found.name for found in templates.scan("{{ A }} {{ x.y }} {{")] == [None, None, None]


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


TOML = '''a = 1 # a comment with "quotes" and [brackets]
"b c".d = { e = [1, "]", { f = 2 }], g.h = 3 }
long = """
[not.a.table] = 1
""\\""""
lit = \'\'\'it's\'\'\'
many = [
  1, # one ]
  "two",
]
[t]
k = 1979-05-27 07:32:00
[[on]]
x = 1
[on.m]
y = 2
[[on]]
x = 3
[[on.sub]]
z = 4
'''


def everything(value: Any, at: Path = ()) -> list[Path]:
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    found = [at] if at else []
    for key, child in inner:
        path = (*at, key)
        found += everything(child, path) if isinstance(child, dict | list) else [path]
    return found


def test_positions_of_every_key_and_value() -> None:
    positions = Positions(TOML)
    assert set(everything(tomllib.loads(TOML))) == {*positions.keys, *positions.values} | {("b c",)}
    assert positions.keys["b c", "d"] == (2, 7)
    assert positions.values["b c", "d", "e", 2, "f"] == (2, 32)
    assert positions.keys["b c", "d", "g", "h"] == (2, 40)
    assert positions.values["many", 1] == (9, 3)
    assert positions.keys["on", 0] == (13, 3)
    assert positions.keys["on", 0, "m", "y"] == (16, 1)
    assert positions.values["on", 1, "x"] == (18, 5)
    assert positions.keys["on", 1, "sub", 0, "z"] == (20, 1)


def test_walks_that_end_and_walks_that_do_not() -> None:
    good = {"a": Node(("f",), 0), "b": Node(("f", "g"), 0), "f": Node((), 1), "g": Node(("f",), 2)}
    assert endless_paths(good) == []
    circle = endless_paths({"a": Node(("f",), 0), "f": Node(("g",), 1), "g": Node(("f",), 1)})
    assert [(walk.steps, walk.is_cycle) for walk in circle] == [(("f", "g", "f"), True)]
    tower = {f"f{n}": Node((f"f{n + 1}",) if n < 4 else (), 5) for n in range(5)}
    assert [walk.start for walk in endless_paths(tower)] == ["f1"]
