"""``{{ name }}`` in commands, URLs and values: names only, no expressions."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

NAME_PATTERN = r"[a-z][a-z0-9_]{0,40}"
BUNDLE = "bundle"

_TEMPLATE = re.compile(r"\{\{([^{}\n]*)\}\}|\{\{")
_NAME = re.compile(rf"{NAME_PATTERN}\Z|{BUNDLE}(\.[A-Za-z0-9_]{{1,40}})+\Z")


@dataclass(frozen=True)
class Setting:
    """A value that the settings give and that a template may name.

    ``many`` says that it stands for several words, and so only for a whole word of a command.
    """

    name: str
    default: str | tuple[str, ...] | None
    many: bool
    about: str


SETTINGS: Mapping[str, Setting] = MappingProxyType(
    {
        setting.name: setting
        for setting in (
            Setting("project", None, False, "the checkout of the product under test"),
            Setting("stack_url", "http://127.0.0.1:3000", False, "where the stack answers"),
            Setting("model", None, False, "the model that is asked for"),
        )
    }
)
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


def fill(text: str, value_of: Callable[[str], str]) -> str:
    """The text with each template replaced; what was filled in is not read again."""
    parts: list[str] = []
    done = 0
    for found in scan(text):
        if found.name is None:
            continue
        parts += (text[done : found.start], value_of(found.name))
        done = found.end
    return "".join((*parts, text[done:]))
