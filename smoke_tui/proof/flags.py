"""Flags in a response which state that a fallback model or a degraded mode answered."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from smoke_tui.regex import regex

NO: Final = ("", "0", "false", "no", "none", "null", "off", "n", "f", "never", "nil")
"""Texts for a flag that is not set."""

YES: Final = ("true", "yes", "1", "on", "y", "t")
"""Texts for a flag that is set."""

_DEGRADED: Final = regex(r"f(all(ing|en)?|ell)back|degrad|downgrad|failedover")
_SETTINGS: Final = (
    "enabled", "allowed", "available", "configured", "supported", "policy", "timeout", "order",
    "limit",
)  # fmt: skip
"""Suffixes of names that configure a fallback and don't report one."""

_SEPARATORS: Final = regex(r"[^a-z0-9]")
_REMEMBERED: Final = 4096
"""Distinct names whose form is remembered: documents of one kind hold the same ones."""
_LONG: Final = 200
"""Characters above which a name is not remembered: whoever answers chooses it."""

_TAKEN: Final = ("degraded", "reason", "cause", "from", "used", "taken", "applied", "triggered")
"""Suffixes of names that report a fallback with any value."""


def normalize_name(name: object) -> str:
    """A name without case and separators."""
    text = str(name)
    return _remembered(text) if len(text) <= _LONG else _normalized(text)


def _normalized(name: str) -> str:
    return _SEPARATORS.sub("", name.casefold())


_remembered = lru_cache(_REMEMBERED)(_normalized)


def is_set(value: object) -> bool:
    """Whether a flag is set, in any spelling; any text that does not mean no counts as set."""
    if isinstance(value, str):
        return value.strip().casefold() not in NO
    return bool(value)


def is_degraded(name: object, value: object) -> bool:
    """Whether a field reports that a fallback was taken."""
    return (
        names_fallback(str(name))
        and is_set(value)
        and _reports_fallback(normalize_name(name), value)
    )


def names_fallback(name: str) -> bool:
    """Whether a name is one of a fallback, its settings included."""
    return bool(_DEGRADED.search(normalize_name(name)))


def _reports_fallback(name: str, value: object) -> bool:
    """Whether a fallback's field reports that it was taken rather than configured."""
    if name.endswith(_SETTINGS):
        return False
    if name.endswith(_TAKEN) or name.startswith("degrad") or isinstance(value, bool | int | float):
        return True
    if not isinstance(value, str):
        return False
    text = value.strip().casefold()
    return text in YES or text.isdigit()
