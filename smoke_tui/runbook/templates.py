"""Templates in commands, URLs and values: `{{ name }}`, names only, no expressions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from smoke_tui.regex import regex
from smoke_tui.structs import Struct

NAME_PATTERN = r"[a-z][a-z0-9_]{0,40}"
BUNDLE = "bundle"

_TEMPLATE = regex(r"\{\{([^{}\n]*)\}\}|\{\{")
_NAME = regex(rf"{NAME_PATTERN}\Z|{BUNDLE}(\.[A-Za-z0-9_]{{1,40}})+\Z")


SETTINGS: Mapping[str, str] = MappingProxyType(
    {
        "project": "the checkout of the product under test",
        "stack_url": "where the stack answers",
        "model": "the model that is asked for",
    }
)
"""Values from the settings that a template may name, with their meaning."""

OF_KINDS: Mapping[str, tuple[str, ...]] = MappingProxyType({"turn": ("nonce",)})
"""Values that a step of a kind provides to its own templates; a capture of that name wins."""

RESERVED = frozenset({*SETTINGS, BUNDLE})

STAND_IN = "stand_in"
"""The place of a template in a stand-in, where `{{ minted }}` is a secret made for this rehearsal."""
MINTED = "minted"


class Template(Struct, frozen=True):
    """A template in a text; `name` is None if it is not a plain name."""

    name: str | None
    start: int
    end: int
    raw: str


def scan(text: str) -> Iterator[Template]:
    """Every template in the text, malformed ones too."""
    for match in _TEMPLATE.finditer(text):
        yield _template(match)


def template_at(text: str, start: int) -> Template | None:
    """The template that starts at this offset of the text."""
    match = _TEMPLATE.match(text, start)
    return None if match is None else _template(match)


def _template(match: re.Match[str]) -> Template:
    inner = (match[1] or "").strip()
    return Template(inner if _NAME.match(inner) else None, match.start(), match.end(), match[0])


def names(text: str) -> tuple[str, ...]:
    """The names in the text's templates, in order."""
    return tuple(template.name for template in scan(text) if template.name is not None)


def fill(text: str, values: Mapping[str, object]) -> str:
    """The text with the values of its templates; a template without a value stays."""

    def value(match: re.Match[str]) -> str:
        name = _template(match).name
        return str((values.get(name) if name is not None else None) or match[0])

    return _TEMPLATE.sub(value, text)


def template_of(name: str) -> str:
    """The template of a name, as `Command.argv` contains it."""
    return f"{{{{ {name} }}}}"
