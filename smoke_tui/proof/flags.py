"""Flags by which an answer says of itself that it did not come as it was asked for."""

from __future__ import annotations

import re
from typing import Any, Final

FALSE: Final = ("", "0", "false", "no", "none", "null", "off", "n", "f", "never", "nil")
"""Words by which a flag is not set."""

YES: Final = ("true", "yes", "1", "on", "y", "t")
"""Words by which a flag is set."""

_DEGRADED: Final = re.compile(r"f(all(ing|en)?|ell)back|degrad|downgrad|failedover")
_SETTINGS: Final = (
    "enabled",
    "allowed",
    "available",
    "configured",
    "supported",
    "policy",
    "timeout",
    "order",
    "limit",
)
"""Endings of names that tell how a fallback is set up, not that it was taken."""

_TAKEN: Final = ("degraded", "reason", "cause", "from", "used", "taken", "applied", "triggered")
"""Endings of names that tell of a fallback that was taken, whatever stands there."""


def plain(name: Any) -> str:
    """A name without regard to case and separators."""
    return re.sub(r"[^a-z0-9]", "", str(name).casefold())


def truthy(value: Any) -> bool:
    """Whether a flag is set, in any spelling; a text that is no plain "no" sets it."""
    if isinstance(value, str):
        return value.strip().casefold() not in FALSE
    return bool(value)


def is_degraded(name: Any, value: Any) -> bool:
    """Whether a name with its value says that a fallback was taken."""
    word = plain(name)
    return bool(_DEGRADED.search(word)) and truthy(value) and _taken(word, value)


def _taken(name: str, value: Any) -> bool:
    """Whether a name with a set value says that a fallback was taken."""
    if name.endswith(_SETTINGS):
        return False
    if name.endswith(_TAKEN) or name.startswith("degrad") or isinstance(value, bool | int | float):
        return True
    if not isinstance(value, str):
        return False
    word = value.strip().casefold()
    return word in YES or word.isdigit()
