"""Paths into a JSON document: `output[0].content.text`, `["odd key"].id`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from smoke_tui.regex import regex

PATH_PATTERN = (
    r'^([A-Za-z0-9_-]+|\[[0-9]{1,6}\]|\["[^"\\]+"\])'
    r'(\.[A-Za-z0-9_-]+|\[[0-9]{1,6}\]|\["[^"\\]+"\])*$'
)
_WHOLE = regex(PATH_PATTERN.rstrip("$") + r"\Z")
_PART = regex(r'\[(?P<index>[0-9]+)\]|\["(?P<quoted>[^"\\]+)"\]|\.?(?P<key>[A-Za-z0-9_-]+)')


def parse_path(text: str) -> tuple[str | int, ...]:
    """The keys and indexes of a path, outermost first.

    Raises:
        ValueError: the text is not a path.
    """
    if _WHOLE.match(text) is None:
        raise ValueError('a path is written like "output[0].text", without $')
    return tuple(
        int(part["index"]) if part["index"] else part["quoted"] or part["key"]
        for part in _PART.finditer(text)
    )


def dig(document: object, text: str) -> tuple[bool, Any]:
    """Whether the path exists in the document, and the value there."""
    value: Any = document
    for part in parse_path(text):
        if isinstance(part, str):
            exists = isinstance(value, Mapping) and part in value
        else:
            is_list = isinstance(value, Sequence) and not isinstance(value, str | bytes)
            exists = is_list and part < len(value)
        if not exists:
            return False, None
        value = value[part]
    return True, value
