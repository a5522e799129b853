"""Strict reading of a JSON document: every problem with its key and its line. Pure."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from typing import Final

Path = tuple[str | int, ...]
"""The keys and indices that lead to a value."""

_DECODER: Final = json.JSONDecoder()
_SPACE: Final = " \t\r\n"


class JsonShapeError(ValueError):
    """A JSON text that is not what it should be; `line` counts from 1."""

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(f"line {line}: {problem}")
        self.line = line
        self.problem = problem


class Document:
    """A parsed JSON text.

    Raises:
        JsonShapeError: it is no JSON, has a key twice in one object, or a number that JSON lacks.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        try:
            self._value: object = json.loads(
                text, object_pairs_hook=_object, parse_constant=_no_constant
            )
        except json.JSONDecodeError as error:
            raise JsonShapeError(error.lineno, f"no JSON: {error.msg}") from None
        except _RefusedError as error:
            line = text.count("\n", 0, max(text.rfind(error.token), 0)) + 1
            raise JsonShapeError(line, str(error)) from None
        except RecursionError:
            raise JsonShapeError(1, "it is nested too deep") from None
        except ValueError as error:
            # A number of more digits than Python reads.
            raise JsonShapeError(1, f"no JSON: {error}") from None

    @property
    def root(self) -> Fields:
        """The object that the document is."""
        return Fields(self, self._value, ())

    def error(self, path: Path, problem: str) -> JsonShapeError:
        """The error of a value, with its key and its line."""
        shown = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
        return JsonShapeError(
            _line_of(self._text, path), f"{shown.lstrip('.') or 'document'}: {problem}"
        )


class Fields:
    """The fields of one JSON object; each is read with the type that it has to have."""

    def __init__(self, document: Document, value: object, path: Path) -> None:
        if not isinstance(value, dict):
            raise document.error(path, f"expected an object, got {_shown(value)}")
        self._document = document
        self._path = path
        self._values: Mapping[str, object] = value

    def only(self, *keys: str) -> None:
        """Refuse keys that are none of these."""
        for key in self._values:
            if key not in keys:
                raise self.error(key, f"unknown key; expected {', '.join(keys)}")

    def error(self, key: str, problem: str) -> JsonShapeError:
        """The error of one field."""
        return self._document.error((*self._path, key), problem)

    def text(self, key: str, choices: Collection[str] = ()) -> str:
        """A string, of these choices where there are any."""
        value = self._value(key)
        if not isinstance(value, str):
            raise self.error(key, f"expected a string, got {_shown(value)}")
        if choices and value not in choices:
            raise self.error(key, f"expected one of {', '.join(choices)}, got {_shown(value)}")
        return value

    def optional_text(self, key: str, choices: Collection[str] = ()) -> str | None:
        """A string, or None."""
        return None if self._value(key) is None else self.text(key, choices)

    def number(self, key: str, *, above: float = -1.0, most: float = 1.0) -> float:
        """A number above one bound and at most another."""
        value = self._value(key)
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or not above < float(str(value)) <= most:
            bounds = f"above {above:g}" if above >= 0 else "of at least 0"
            raise self.error(
                key, f"expected a number {bounds} and at most {most:g}, got {_shown(value)}"
            )
        return float(str(value))

    def count(self, key: str) -> int:
        """A whole number from 0."""
        value = self._value(key)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise self.error(key, f"expected a whole number, got {_shown(value)}")
        return value

    def truth(self, key: str) -> bool:
        """A true or false."""
        value = self._value(key)
        if not isinstance(value, bool):
            raise self.error(key, f"expected true or false, got {_shown(value)}")
        return value

    def optional_truth(self, key: str) -> bool | None:
        """A true or false, or None."""
        return None if self._value(key) is None else self.truth(key)

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of strings."""
        items = self._list(key)
        if not all(isinstance(item, str) for item in items):
            raise self.error(key, "expected a list of strings")
        return tuple(str(item) for item in items)

    def inner(self, key: str) -> Fields:
        """An object."""
        return Fields(self._document, self._value(key), (*self._path, key))

    def optional_inner(self, key: str) -> Fields | None:
        """An object, or None."""
        return None if self._value(key) is None else self.inner(key)

    def inner_list(self, key: str) -> Iterator[Fields]:
        """The objects of a list."""
        for index, item in enumerate(self._list(key)):
            yield Fields(self._document, item, (*self._path, key, index))

    def raw(self) -> Mapping[str, object]:
        """All fields as they are."""
        return self._values

    def _list(self, key: str) -> list[object]:
        value = self._value(key)
        if not isinstance(value, list):
            raise self.error(key, f"expected a list, got {_shown(value)}")
        return value

    def _value(self, key: str) -> object:
        if key not in self._values:
            raise self._document.error(self._path, f"the key {key!r} is missing")
        return self._values[key]


class _RefusedError(ValueError):
    """What the JSON parser takes and this reader does not; `token` is its text."""

    def __init__(self, token: str, problem: str) -> None:
        super().__init__(f"{token}: {problem}")
        self.token = token


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    values: dict[str, object] = {}
    for key, value in pairs:
        if key in values:
            raise _RefusedError(json.dumps(key), "this key stands twice in one object")
        values[key] = value
    return values


def _no_constant(name: str) -> object:
    raise _RefusedError(name, "this is no JSON number")


def _shown(value: object) -> str:
    text = json.dumps(value)
    return text if len(text) <= 60 else f"{text[:57]}…"


def _line_of(text: str, path: Path) -> int:
    """The line of a value in a text that is JSON; of a missing one, the line of what lacks it."""
    position = _skip(text, 0)
    for part in path:
        inner = _member(text, position, part)
        if inner is None:
            break
        position = inner
    return text.count("\n", 0, position) + 1


def _member(text: str, position: int, part: str | int) -> int | None:
    """Where a member of the object or list at a position begins."""
    if text[position] not in "{[":
        return None
    is_object = text[position] == "{"
    position = _skip(text, position + 1)
    index = 0
    while text[position] not in "}]":
        key: object = index
        if is_object:
            key, position = _DECODER.raw_decode(text, position)
            position = _skip(text, _skip(text, position) + 1)
        if key == part:
            return position
        _, position = _DECODER.raw_decode(text, position)
        position = _skip(text, position)
        if text[position] == ",":
            position = _skip(text, position + 1)
        index += 1
    return None


def _skip(text: str, position: int) -> int:
    while position < len(text) and text[position] in _SPACE:
        position += 1
    return position
