"""Canned answers from a JSON file: what is wrong with one is an error with file and key."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest

from smoke_tui.testing import (
    CannedAnswer,
    CannedMissError,
    CannedTableError,
    FakeLLMProvider,
    LLMToolCall,
    read_canned,
)
from smoke_tui.testing.fixtures import SAMPLE


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "canned.json"


def test_the_sample_holds_the_two_answers_of_the_runbook() -> None:
    assert read_canned(SAMPLE) == {
        ("scoring", "PLATFORM"): CannedAnswer("score=8.5; reasoning=..."),
        ("reasoning", "OPERATIONS"): CannedAnswer("diagnosis=..."),
    }


def test_an_answer_with_tool_calls_and_pieces(path: Path) -> None:
    path.write_text(
        '{"refund": {"BILLING": {"text": "Done.", "pieces": ["Do", "ne."], "tool_calls": '
        '[{"name": "refund", "arguments": {"lines": [{"amount": 12}], "note": null}}]}}}'
    )
    call = LLMToolCall("refund", {"lines": [{"amount": 12}], "note": None})
    assert read_canned(path) == {
        ("refund", "BILLING"): CannedAnswer("Done.", (call,), ("Do", "ne."))
    }


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("", "line 1, column 1: no JSON: Expecting value"),
        ('{"a": {"B": "x" "y"}}', "line 1, column 17: no JSON"),
        ("[]", "expected an object"),
        ("{}", "it holds no canned answer"),
        ('{"a": {}}', "a: it holds no canned answer"),
        ('{"a": "x"}', """a: expected an object {"CONTENT_CLASS": …}, got the text 'x'"""),
        ('{"": {"B": "x"}}', "expected the name of a purpose as a key, got ''"),
        ('{"a": {" ": "x"}}', "a: expected the name of a content class as a key, got ' '"),
        ('{"a": {"B": 3}}', 'a.B: expected a text or an object with "text", got 3'),
        ('{"a": {"B": null}}', "a.B: expected a text or an object with"),
        ('{"a": {"B": ["x"]}}', "a.B: expected a text or an object with"),
        ('{"a": {"B": {}}}', "a.B.text: expected a text, got nothing"),
        ('{"a": {"B": {"text": true}}}', "a.B.text: expected a text, got true"),
        ('{"a": {"B": {"text": "x", "tex": 1}}}', "a.B.tex: unknown; expected one of text"),
        (
            '{"a": {"B": {"text": "x", "pieces": "x"}}}',
            "a.B.pieces: expected a list, got the text 'x'",
        ),
        (
            '{"a": {"B": {"text": "x", "pieces": ["x", 1]}}}',
            "a.B.pieces[1]: expected a text, got 1",
        ),
        (
            '{"a": {"B": {"text": "x", "pieces": ["y"]}}}',
            "a.B.pieces: the pieces make up 'y', not 'x'",
        ),
        (
            '{"a": {"B": {"text": "x", "tool_calls": {}}}}',
            "a.B.tool_calls: expected a list, got an object",
        ),
        (
            '{"a": {"B": {"text": "x", "tool_calls": [{"arguments": {}}]}}}',
            "a.B.tool_calls[0].name: expected a text, got nothing",
        ),
        (
            '{"a": {"B": {"text": "x", "tool_calls": [{"name": "f", "arguments": []}]}}}',
            "a.B.tool_calls[0].arguments: expected an object, got a list",
        ),
        (
            '{"a": {"B": {"text": "x", "tool_calls": [{"name": "f", "args": {}}]}}}',
            "a.B.tool_calls[0].args: unknown; expected one of name, arguments",
        ),
        ('{"a": {"B": NaN}}', "NaN is no JSON value"),
        ('{"a": {"B": ' + "9" * 5000 + "}}", "no JSON that can be read"),
        ("[" * 100_000, "it is nested too deeply"),
    ],
)
def test_what_is_wrong_is_named_with_file_and_key(path: Path, content: str, problem: str) -> None:
    path.write_text(content)
    with pytest.raises(CannedTableError, match="^" + re.escape(f"{path}: {problem}")):
        read_canned(path)


@pytest.mark.parametrize(
    ("content", "key"),
    [
        ('{"a": {"B": "x", "B": "x"}}', "a.B"),
        ('{"a": {"B": "x"}, "a": {"C": "x"}}', "a"),
        ('{"a": {"B": {"text": "x", "text": "x"}}}', "a.B.text"),
        (
            '{"a": {"B": {"text": "", "tool_calls": [{"name": "f", "arguments": '
            '{"x": {"y": 1, "y": 2}}}]}}}',
            "a.B.tool_calls[0].arguments.x.y",
        ),
    ],
)
def test_a_key_that_is_there_twice_is_refused(path: Path, content: str, key: str) -> None:
    path.write_text(content)
    with pytest.raises(CannedTableError, match=re.escape(f"{path}: {key}: it is there twice")):
        read_canned(path)


def test_a_file_that_cannot_be_read_is_named(path: Path) -> None:
    with pytest.raises(CannedTableError, match=re.escape(f"{path}: can't be read: No such file")):
        read_canned(path)
    path.write_bytes(b"\xff\xfe{}")
    with pytest.raises(CannedTableError, match=re.escape(f"{path}: expected UTF-8 text")):
        read_canned(path)


def test_a_miss_names_the_file(path: Path) -> None:
    path.write_text('{"scoring": {"PLATFORM": "x"}}')
    fake = FakeLLMProvider.from_file(path)
    with pytest.raises(CannedMissError, match=re.escape(f"in {path}; the nearest")):
        asyncio.run(fake.complete("?", purpose="scoring", content_class="ORG"))
