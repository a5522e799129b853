"""Paths into a JSON document: ``output[0].content.text``, ``["odd key"].id``."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

PATH_PATTERN = (
    r'^([A-Za-z0-9_-]+|\[[0-9]{1,6}\]|\["[^"\\]+"\])'
    r'(\.[A-Za-z0-9_-]+|\[[0-9]{1,6}\]|\["[^"\\]+"\])*$'
)
_WHOLE = re.compile(PATH_PATTERN.rstrip("$") + r"\Z")
_PART = re.compile(r'\[(?P<index>[0-9]+)\]|\["(?P<quoted>[^"\\]+)"\]|\.?(?P<key>[A-Za-z0-9_-]+)')


def parse_path(text: str) -> tuple[str | int, ...]:
    """The keys and indices of a path, outermost first.

    Raises ValueError when the text is no path.
    """
    if _WHOLE.match(text) is None:
        raise ValueError('a path is written like "output[0].text"')
    return tuple(
        int(part["index"]) if part["index"] else part["quoted"] or part["key"]
        for part in _PART.finditer(text)
    )


def dig(document: Any, text: str) -> tuple[bool, Any]:
    """Whether the path leads somewhere in the document, and what stands there."""
    here = document
    for part in parse_path(text):
        if isinstance(part, str):
            known = isinstance(here, Mapping) and part in here
        else:
            listed = isinstance(here, Sequence) and not isinstance(here, str | bytes)
            known = listed and part < len(here)
        if not known:
            return False, None
        here = here[part]
    return True, here
