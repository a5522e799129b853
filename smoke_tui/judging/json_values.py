"""JSON as values that compare by their types: `1`, `1.0`, `"1"` and `true` all differ."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from math import isfinite
from typing import Final, TypeAlias

from smoke_tui.regex import regex
from smoke_tui.structs import Struct

MAX_DEPTH: Final = 100
"""Levels of nesting that are read: a fixed number, not what the stack of the moment allows."""

_STRING: Final = regex(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_BRACKET: Final = regex(r"[\[\]{}]")
_FLOAT: Final = regex(r"(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?")


class Whole(Struct, frozen=True):
    """A whole number, as its digits: none is too long."""

    digits: str


class Decimals(Struct, frozen=True, eq=False):
    """A number with a fraction or an exponent: `1.0` equals `1.00` and `10e-1`.

    `value` is sign, digits and exponent; two are equal where these are. `text` is how it stood.
    """

    value: tuple[str, str, str]
    text: str

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Decimals) and self.value == other.value

    def __hash__(self) -> int:
        return hash(self.value)


class NotANumber(Struct, frozen=True, eq=False):
    """NaN or an infinity, which JSON does not have; equals nothing, not even itself."""

    word: str


Value: TypeAlias = (
    "str | bool | Whole | Decimals | NotANumber | list[Value] | dict[str, Value] | None"
)


class UnreadableJsonError(ValueError):
    """The text or the object has no value that could be compared; the message says why."""


def read_json(text: str) -> Value:
    """Read a JSON text.

    Raises:
        UnreadableJsonError: It is none, repeats a key, or is nested too deeply.
    """
    _check_depth(text)
    try:
        value: Value = json.loads(
            text,
            object_pairs_hook=_without_repeated_keys,
            parse_int=Whole,
            parse_float=_decimals,
            parse_constant=NotANumber,
        )
    except UnreadableJsonError:
        raise
    except (ValueError, RecursionError) as error:
        raise UnreadableJsonError("not JSON") from error
    return value


def from_object(value: object, depth: int = 0) -> Value:
    """Read a value that was JSON and is made of Python's own types by now.

    Raises:
        UnreadableJsonError: It is of another type, or nested too deeply.
    """
    if depth > MAX_DEPTH:
        raise UnreadableJsonError(f"nested more than {MAX_DEPTH} levels deep")
    match value:
        case None | bool() | str():
            return value
        case int():
            return Whole(_digits(value))
        case float():
            return _decimals(repr(value)) if isfinite(value) else NotANumber(_constant(value))
        case Mapping():
            return {_key(key): from_object(item, depth + 1) for key, item in value.items()}
        case list() | tuple():
            return [from_object(item, depth + 1) for item in value]
        case _:
            raise UnreadableJsonError(f"of the type {type(value).__name__}, which JSON lacks")


def shown(value: Value, longest: int) -> str:
    """A value as JSON in at most so many characters, with nothing in it that acts on a terminal."""
    parts: list[str] = []
    rest: list[Value | _Verbatim] = [value]
    length = 0
    while rest and length <= longest:
        text = _one_level(rest.pop(), rest)
        length += len(text)
        parts.append(text)
    result = inert("".join(parts))
    return result if len(result) <= longest and not rest else f"{result[: longest - 1]}…"


def inert(text: str) -> str:
    """The text with every character that does not print written as its number."""
    return "".join(
        character if character.isprintable() else _escape(character) for character in text
    )


class _Verbatim(Struct, frozen=True):
    """A piece of JSON that stands between values."""

    text: str


def _one_level(value: Value | _Verbatim, rest: list[Value | _Verbatim]) -> str:
    """The text of a value without its parts, which are put on the stack, the first on top."""
    match value:
        case _Verbatim(text) | Decimals(text=text):
            return text
        case Whole(digits):
            return digits
        case NotANumber(word):
            return word
        case list():
            rest.append(_Verbatim("]"))
            for index in range(len(value) - 1, -1, -1):
                rest.append(value[index])
                if index:
                    rest.append(_Verbatim(", "))
            return "["
        case dict():
            rest.append(_Verbatim("}"))
            for index, (key, item) in reversed(list(enumerate(value.items()))):
                rest += (item, _Verbatim(f"{', ' if index else ''}{quoted(key)}: "))
            return "{"
        case _:
            return json.dumps(value, ensure_ascii=False)


def quoted(text: str) -> str:
    """A text as a JSON string."""
    return json.dumps(text, ensure_ascii=False)


def _escape(character: str) -> str:
    return json.dumps(character)[1:-1] if ord(character) > 0x7F else f"\\u{ord(character):04x}"


def _check_depth(text: str) -> None:
    depth = 0
    for bracket in _BRACKET.findall(_STRING.sub("", text)):
        depth += 1 if bracket in "[{" else -1
        if depth > MAX_DEPTH:
            raise UnreadableJsonError(f"nested more than {MAX_DEPTH} levels deep")


def _without_repeated_keys(pairs: Iterable[tuple[str, Value]]) -> dict[str, Value]:
    result: dict[str, Value] = {}
    for key, value in pairs:
        if key in result:
            raise UnreadableJsonError("a key stands in it twice")
        result[key] = value
    return result


def _key(key: object) -> str:
    if not isinstance(key, str):
        raise UnreadableJsonError(f"a key of the type {type(key).__name__}, which JSON lacks")
    return key


def _digits(number: int) -> str:
    """The digits; Python writes no more than some thousands of decimal ones."""
    return str(number) if number.bit_length() < 10_000 else hex(number)


def _constant(number: float) -> str:
    return "NaN" if number != number else "Infinity" if number > 0 else "-Infinity"


def _decimals(text: str) -> Decimals:
    number = _FLOAT.fullmatch(text)
    assert number is not None, text
    sign, whole, fraction, exponent = number.groups(default="")
    digits = (whole + fraction).lstrip("0")
    kept = digits.rstrip("0")
    if not kept:
        return Decimals((sign, "0", "0"), text)
    if len(exponent) > 30:  # nobody's number: equal only where it is written alike
        return Decimals((sign, f"{whole}.{fraction}", exponent), text)
    power = int(exponent or "0") - len(fraction) + len(digits) - len(kept)
    return Decimals((sign, kept, str(power)), text)
