"""Strict JSON: every problem with its key and its line."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from smoke_tui.judging.json_fields import Document, Fields, JsonShapeError

TEXT = """{
 "a": "x {\\"no\\": [1]}",
 "list": [
  {"n": 1},
  {"n": 0.5,
   "deep": {"k": true}}
 ]
}
"""


@pytest.mark.parametrize(
    ("read", "line", "problem"),
    [
        (lambda f: f.text("list"), 3, "list: expected a string"),
        (lambda f: f.text("a", ("y",)), 2, "a: expected one of y"),
        (lambda f: f.text("b"), 1, "document: the key 'b' is missing"),
        (lambda f: f.number("a"), 2, "a: expected a number"),
        (lambda f: f.only("a"), 3, "list: unknown key; expected a"),
        (lambda f: [i.text("n") for i in f.inner_list("list")], 4, "list[0].n: expected a string"),
        (
            lambda f: [i.number("n", above=0.5) for i in f.inner_list("list")][1:],
            5,
            "list[1].n: expected a number above 0.5",
        ),
        (
            lambda f: list(f.inner_list("list"))[1].inner("deep").number("k"),
            6,
            "list[1].deep.k: expected a number",
        ),
        (lambda f: list(f.inner_list("list"))[1].inner("n"), 5, "list[1].n: expected an object"),
        (lambda f: f.texts("list"), 3, "list: expected a list of strings"),
        (lambda f: f.count("a"), 2, "a: expected a whole number"),
    ],
)
def test_a_problem_has_its_key_and_line(
    read: Callable[[Fields], object], line: int, problem: str
) -> None:
    with pytest.raises(JsonShapeError) as caught:
        read(Document(TEXT).root)
    assert (caught.value.line, caught.value.problem[: len(problem)]) == (line, problem)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", 1),
        ('{\n"a": 1\n"b": 2}', 3),
        ('{"a": 1,\n "a": 2}', 2),
        ('{"b": 1,\n "a": NaN}', 2),
        ("[" * 100_000, 1),
        ("[]", 1),
        (f"[{10**4000}{10**4000}]", 1),
        ('{"a": 1} x', 1),
    ],
)
def test_what_is_no_json_object_is_refused(text: str, line: int) -> None:
    with pytest.raises(JsonShapeError) as caught:
        assert Document(text).root
    assert caught.value.line == line
