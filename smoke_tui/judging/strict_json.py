"""JSON without doubt: no key twice in an object, no number that JSON does not have."""

from __future__ import annotations

import json
from typing import NoReturn


def read_json(text: str) -> object:
    """The value of a JSON text.

    Raises:
        ValueError: it is no JSON, an object has a key twice, or a number is not finite.
    """
    try:
        return json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    table = dict(pairs)
    if len(table) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"the key {twice!r} stands twice in one object")
    return table


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no number of JSON")
