"""Positions of keys and values in a table."""

from __future__ import annotations

import tomllib
from typing import Any

from smoke_tui.runbook.schema.positions import Path, Positions

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
