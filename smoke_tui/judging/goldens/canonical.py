"""Canonical JSON, and values that it can hold."""

from __future__ import annotations

import json
from collections.abc import Iterator
from math import isfinite
from typing import Final

from smoke_tui.judging.goldens.scenario import Json

MAX_DEPTH: Final = 40
MAX_WHOLE: Final = 2**63 - 1
"""Larger numbers are not the same in every JSON reader."""


def canonical_json(value: Json) -> bytes:
    """The one text of a value: keys sorted, one value a line, UTF-8, a final newline."""
    text = json.dumps(
        value,
        indent=2,
        separators=(",", ": "),
        sort_keys=True,
        ensure_ascii=False,
        allow_nan=False,
    )
    return text.encode() + b"\n"


def problem_in(value: object) -> tuple[tuple[str | int, ...], str] | None:
    """The first place in a value that canonical JSON can't hold, and why; None where there is none.

    Python's JSON reader takes halves of surrogate pairs, infinite numbers as 1e999, and any depth.
    """
    return next(_problems(value, ()), None)


def _problems(
    value: object, path: tuple[str | int, ...]
) -> Iterator[tuple[tuple[str | int, ...], str]]:
    if len(path) > MAX_DEPTH:
        yield path, f"it is nested more than {MAX_DEPTH} levels deep"
        return
    match value:
        case None | bool():
            return
        case str():
            if not _is_text(value):
                yield path, "it holds half of a surrogate pair, which is no character"
        case int():
            if abs(value) > MAX_WHOLE:
                yield path, f"a whole number is at most {MAX_WHOLE}"
        case float():
            if not isfinite(value):
                yield path, "a number has to be finite"
        case list():
            for index, item in enumerate(value):
                yield from _problems(item, (*path, index))
        case dict():
            for key, item in value.items():
                if not isinstance(key, str) or not _is_text(key):
                    yield path, f"the key {key!a} is no text"
                else:
                    yield from _problems(item, (*path, key))
        case _:
            yield path, f"a value of the type {type(value).__name__} is none of JSON's"


def _is_text(text: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in text)
