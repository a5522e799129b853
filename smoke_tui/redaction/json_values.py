"""Redact parsed JSON: leaves and keys as text, and values that their key identifies."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Final, Protocol

from smoke_tui.redaction import detectors
from smoke_tui.redaction.secret import Json

MAX_DEPTH: Final = 200
"""Levels below which values are replaced, so that recursion can't exhaust the stack."""
TOO_DEEP: Final = "[nested too deep]"


class TextRedactor(Protocol):
    """The methods of `Vault` that redact one text."""

    def redact_text(self, text: str) -> str:
        """`text` without secrets."""

    def redact_whole(self, text: str, kind: str) -> str:
        """`text` replaced as one secret of a kind."""

    def redact_cookies(self, text: str) -> str:
        """A cookie header's value without the cookies' values."""


def walk(value: Json, redactor: TextRedactor, depth: int = 0) -> Json:
    """A copy of `value` with every string and dict key redacted.

    The name of a pair, in dicts and in lists of [name, value] (headers), decides too: the whole
    value under a sensitive key is one secret. A string that is JSON is redacted as text and again as
    parsed JSON; its layout is kept unless the second redaction changed it.
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
        pairs = _are_pairs(value)
        for item in value:
            if pairs and isinstance(item, list):
                name = str(item[0])
                redacted_name = redactor.redact_text(name)
                items.append([redacted_name, _named(name, item[1], redactor, depth + 1)])
                continue
            items.append(walk(item, redactor, depth + 1))
        return items
    return value


def _are_pairs(value: list[Json]) -> bool:
    """Whether a list is headers as [name, value] pairs."""
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
    redacted = redactor.redact_text(text)
    if not redacted.lstrip().startswith(("{", "[")):
        return redacted
    try:
        parsed: Json = json.loads(redacted)
    except (ValueError, RecursionError):
        return redacted
    walked = walk(parsed, redactor, depth + 1)
    if walked == parsed:
        return redacted
    # Redaction is idempotent, so the new text is redacted like an unchanged one.
    return redactor.redact_text(json.dumps(walked, ensure_ascii=False))
