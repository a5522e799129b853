"""``{{ name }}`` in commands, URLs and values: names only, no expressions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

NAME_PATTERN = r"[a-z][a-z0-9_]{0,40}"
BUNDLE = "bundle"

_TEMPLATE = re.compile(r"\{\{([^{}\n]*)\}\}|\{\{")
_NAME = re.compile(rf"{NAME_PATTERN}\Z|{BUNDLE}(\.[A-Za-z0-9_]{{1,40}})+\Z")


SETTINGS: Mapping[str, str] = MappingProxyType(
    {
        "project": "the checkout of the product under test",
        "stack_url": "where the stack answers",
        "model": "the model that is asked for",
    }
)
"""Values that the settings give and that a template may name."""

OF_KINDS: Mapping[str, tuple[str, ...]] = MappingProxyType({"turn": ("nonce",)})
"""Values that a step of some kind gives to its own templates; a capture of that name goes first."""

RESERVED = frozenset({*SETTINGS, BUNDLE})


@dataclass(frozen=True)
class Found:
    """A template in a text; ``name`` is None where it is no plain name."""

    name: str | None
    start: int
    end: int
    raw: str


def scan(text: str) -> Iterator[Found]:
    """Every template in the text, the malformed ones too."""
    for match in _TEMPLATE.finditer(text):
        yield _found(match)


def at(text: str, start: int) -> Found | None:
    """The template that begins at this offset of the text."""
    match = _TEMPLATE.match(text, start)
    return None if match is None else _found(match)


def _found(match: re.Match[str]) -> Found:
    inner = (match[1] or "").strip()
    return Found(inner if _NAME.match(inner) else None, match.start(), match.end(), match[0])


def names(text: str) -> tuple[str, ...]:
    """The names that the text's templates ask for, in order."""
    return tuple(found.name for found in scan(text) if found.name is not None)


def written(name: str) -> str:
    """The template of a name, as ``Command.argv`` holds it."""
    return f"{{{{ {name} }}}}"
