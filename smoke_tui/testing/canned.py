"""Canned answers: the table of a fake provider, in Python or in a JSON file, checked."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, NoReturn

from smoke_tui.regex import regex
from smoke_tui.structs import Struct
from smoke_tui.testing.provider import LLMToolCall

Key = tuple[str, str]
"""Purpose and content class."""

_FIELDS: Final = ("text", "tool_calls", "pieces")
_CALL_FIELDS: Final = ("name", "arguments")
_PIECE: Final = regex(r"\S*\s*")


class CannedTableError(ValueError):
    """A table of canned answers is invalid; the text says where, what was expected, and what is."""


class CannedAnswer(Struct, frozen=True):
    """An answer that a fake provider gives.

    `pieces` are the text as it is streamed; None streams it word by word.

    Raises:
        ValueError: the pieces do not make up the text.
    """

    text: str
    tool_calls: tuple[LLMToolCall, ...] = ()
    pieces: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        if self.pieces is not None and "".join(self.pieces) != self.text:
            raise ValueError(f"the pieces make up {''.join(self.pieces)!r}, not {self.text!r}")

    def streamed(self) -> tuple[str, ...]:
        """The text in the pieces it is streamed in; none is empty."""
        pieces = _PIECE.findall(self.text) if self.pieces is None else self.pieces
        return tuple(piece for piece in pieces if piece)


def check_table(canned: Mapping[Key, str | CannedAnswer]) -> dict[Key, CannedAnswer]:
    """The table with every answer in full.

    Raises:
        CannedTableError: a key is no pair of texts, or an answer is neither text nor CannedAnswer.
    """
    table: dict[Key, CannedAnswer] = {}
    for key, answer in canned.items():
        _check_key(key)
        if isinstance(answer, str):
            answer = CannedAnswer(answer)
        if not isinstance(answer, CannedAnswer):
            raise CannedTableError(
                f"the canned answer of {key}: expected a text or a CannedAnswer, "
                f"got {type(answer).__name__}"
            )
        table[key] = answer
    return table


def _check_key(key: object) -> None:
    if (
        isinstance(key, tuple)
        and len(key) == 2
        and all(isinstance(part, str) and part.strip() for part in key)
    ):
        return
    raise CannedTableError(
        f"the key {key!r} of a canned answer: expected a pair of texts (purpose, content_class)"
    )


# --- from a file ----------------------------------------------------------------------------


def read_canned(path: str | os.PathLike[str]) -> dict[Key, CannedAnswer]:
    """Read a JSON file: `{PURPOSE: {CONTENT_CLASS: ANSWER}}`.

    An answer is its text, or `{"text": …, "tool_calls": [{"name": …, "arguments": {…}}],
    "pieces": […]}` without what it does not have.

    Raises:
        CannedTableError: the file can't be read or is invalid; the text names file and key.
    """
    return dict(_CannedFile(Path(path)).rows())


class _Object(list[tuple[str, object]]):
    """A JSON object as its pairs, in which a key may stand twice."""


class _CannedFile:
    """A file of canned answers that is being read; errors name the file and the key."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def _fail(self, key: str, problem: str) -> NoReturn:
        raise CannedTableError(f"{self._path}: {key}{': ' if key else ''}{problem}")

    def rows(self) -> Iterator[tuple[Key, CannedAnswer]]:
        """The answers by their pairs."""
        content = self._object("", self._parse(), 'an object {"PURPOSE": {"CONTENT_CLASS": …}}')
        if not content:
            self._fail("", "it holds no canned answer")
        for purpose, answers in content.items():
            self._name("", "purpose", purpose)
            classes = self._object(purpose, answers, 'an object {"CONTENT_CLASS": …}')
            if not classes:
                self._fail(purpose, "it holds no canned answer")
            for content_class, answer in classes.items():
                self._name(purpose, "content class", content_class)
                yield (purpose, content_class), self._answer(f"{purpose}.{content_class}", answer)

    def _parse(self) -> object:
        try:
            text = self._path.read_text(encoding="utf-8-sig")
            content: object = json.loads(
                text, object_pairs_hook=_Object, parse_constant=self._refuse_constant
            )
        except CannedTableError:
            raise
        except OSError as error:
            self._fail("", f"can't be read: {error.strerror or error}")
        except UnicodeDecodeError:
            self._fail("", "expected UTF-8 text")
        except json.JSONDecodeError as error:
            self._fail("", f"line {error.lineno}, column {error.colno}: no JSON: {error.msg}")
        except ValueError as error:
            self._fail("", f"no JSON that can be read: {error}")
        except RecursionError:
            self._fail("", "it is nested too deeply")
        return content

    def _refuse_constant(self, name: str) -> NoReturn:
        self._fail("", f"{name} is no JSON value")

    def _object(self, key: str, value: object, expected: str) -> dict[str, object]:
        if not isinstance(value, _Object):
            self._fail(key, f"expected {expected}, got {_kind(value)}")
        fields: dict[str, object] = {}
        for name, content in value:
            if name in fields:
                self._fail(f"{key}.{name}".lstrip("."), "it is there twice; keep one of both")
            fields[name] = content
        return fields

    def _name(self, key: str, what: str, name: str) -> None:
        if not name.strip():
            self._fail(key, f"expected the name of a {what} as a key, got {name!r}")

    def _answer(self, key: str, value: object) -> CannedAnswer:
        if isinstance(value, str):
            return CannedAnswer(value)
        fields = self._object(key, value, 'a text or an object with "text"')
        self._only(key, fields, _FIELDS)
        text = self._text(f"{key}.text", fields.get("text"))
        calls = self._list(f"{key}.tool_calls", fields.get("tool_calls", []))
        pieces = fields.get("pieces")
        try:
            return CannedAnswer(
                text,
                tuple(self._call(f"{key}.tool_calls[{n}]", call) for n, call in enumerate(calls)),
                None
                if pieces is None
                else tuple(
                    self._text(f"{key}.pieces[{n}]", piece)
                    for n, piece in enumerate(self._list(f"{key}.pieces", pieces))
                ),
            )
        except CannedTableError:
            raise
        except ValueError as error:
            self._fail(f"{key}.pieces", str(error))

    def _call(self, key: str, value: object) -> LLMToolCall:
        fields = self._object(key, value, 'an object with "name" and "arguments"')
        self._only(key, fields, _CALL_FIELDS)
        name = self._text(f"{key}.name", fields.get("name"))
        place = f"{key}.arguments"
        arguments = self._object(place, fields.get("arguments", _Object()), "an object")
        return LLMToolCall(name, {k: self._value(f"{place}.{k}", v) for k, v in arguments.items()})

    def _value(self, key: str, value: object) -> object:
        """A JSON value with its objects as dictionaries."""
        if isinstance(value, _Object):
            return {
                name: self._value(f"{key}.{name}", content)
                for name, content in self._object(key, value, "an object").items()
            }
        if isinstance(value, list):
            return [self._value(f"{key}[{n}]", content) for n, content in enumerate(value)]
        return value

    def _only(self, key: str, fields: Mapping[str, object], allowed: tuple[str, ...]) -> None:
        for name in fields:
            if name not in allowed:
                self._fail(f"{key}.{name}", f"unknown; expected one of {', '.join(allowed)}")

    def _text(self, key: str, value: object) -> str:
        if not isinstance(value, str):
            self._fail(key, f"expected a text, got {_kind(value)}")
        return value

    def _list(self, key: str, value: object) -> list[object]:
        if isinstance(value, _Object) or not isinstance(value, list):
            self._fail(key, f"expected a list, got {_kind(value)}")
        return value


def _kind(value: object) -> str:
    """What a JSON value is, for a message."""
    if value is None:
        return "nothing"
    if isinstance(value, _Object):
        return "an object"
    if isinstance(value, list):
        return "a list"
    return f"the text {value!r}" if isinstance(value, str) else json.dumps(value)
