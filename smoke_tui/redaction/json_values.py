"""Redacting parsed JSON: leaves and keys as text, and values that only their key gives away."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Final, Protocol

from smoke_tui.redaction import detectors
from smoke_tui.redaction.secret import Json

#: Deeper values are replaced: a walk of them would exhaust the interpreter's stack.
MAX_DEPTH: Final = 200
TOO_DEEP: Final = "[nested too deep]"


class TextRedactor(Protocol):
    """What the walk needs from the vault."""

    def redact_text(self, text: str) -> str: ...
    def redact_whole(self, text: str, kind: str) -> str: ...
    def redact_cookies(self, text: str) -> str: ...


def walk(value: Json, redactor: TextRedactor, depth: int = 0) -> Json:
    """A copy of `value` with every string and dict key redacted.

    Pairs are judged by their name, in dicts and in lists of [name, value] (headers): all of a value
    under a sensitive key is one secret. A string that is JSON text is judged as text and once more
    as what it says; its layout is kept unless only the second look found something.
    """
    if depth > MAX_DEPTH:
        return TOO_DEEP
    if isinstance(value, str):
        return _leaf(value, redactor, depth)
    if isinstance(value, dict):
        result: dict[str, Json] = {}
        for key, item in value.items():
            result[redactor.redact_text(key)] = _named(key, item, redactor, depth + 1)
        return result
    if isinstance(value, list):
        items: list[Json] = []
        pairs = _pairs(value)
        for item in value:
            if pairs and isinstance(item, list):
                name = str(item[0])
                shown = redactor.redact_text(name)
                items.append([shown, _named(name, item[1], redactor, depth + 1)])
                continue
            items.append(walk(item, redactor, depth + 1))
        return items
    return value


def _pairs(value: list[Json]) -> bool:
    """Headers as a list of [name, value]; a lone list of two strings may be anything."""
    return bool(value) and all(
        isinstance(item, list) and len(item) == 2 and all(isinstance(x, str) for x in item)
        for item in value
    )


def _named(name: str, value: Json, redactor: TextRedactor, depth: int) -> Json:
    rule = _rule(name, redactor)
    if rule is None:
        return walk(value, redactor, depth)
    if isinstance(value, str):
        return rule(redactor.redact_text(value)) if detectors.is_value(value) else value
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        items: list[Json] = []
        for item in value:
            items.append(_named(name, item, redactor, depth))
        return items
    return walk(value, redactor, depth)


def _rule(name: str, redactor: TextRedactor) -> Callable[[str], str] | None:
    if detectors.is_cookie_header(name):
        return redactor.redact_cookies
    if kind := detectors.sensitive_key(name):
        return lambda text: redactor.redact_whole(text, kind)
    return None


def _leaf(text: str, redactor: TextRedactor, depth: int) -> str:
    seen = redactor.redact_text(text)
    if not seen.lstrip().startswith(("{", "[")):
        return seen
    try:
        parsed: Json = json.loads(seen)
    except (ValueError, RecursionError):
        return seen
    walked = walk(parsed, redactor, depth + 1)
    if walked == parsed:
        return seen
    # A second pass finds nothing more, so the new text is as final as an unchanged one.
    return redactor.redact_text(json.dumps(walked, ensure_ascii=False))
