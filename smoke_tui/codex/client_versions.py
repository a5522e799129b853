"""Versions of the Codex CLI: how they compare, and which one this tool was captured against.

They are npm's: semantic versions, a pre-release before its release (0.162.0-alpha.15 < 0.162.0).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

UNFILTERED: Final = "0.0.0"
"""As `client_version` of the catalogue: all models are listed (zed#62729, hermes-agent#93295)."""

_VERSION: Final = re.compile(
    r"(\d{1,9}(?:\.\d{1,9}){1,3})(?:-([0-9A-Za-z][0-9A-Za-z.-]{0,60}))?(?:\+[0-9A-Za-z.-]{1,60})?"
)

Key = tuple[tuple[int, ...], tuple[tuple[int, int, str], ...]]


def parse_version(text: str) -> Key | None:
    """A key that orders versions; None where the text is no version."""
    match = _VERSION.fullmatch(text.strip()) if text.isascii() else None
    if match is None:
        return None
    numbers = tuple(int(part) for part in match[1].split("."))
    numbers += (0,) * (4 - len(numbers))
    before = match[2]
    if before is None:
        # A release comes after all of its pre-releases.
        return numbers, ((2, 0, ""),)
    return numbers, tuple(
        (0, int(part), "") if part.isdigit() else (1, 0, part) for part in before.split(".")
    )


def is_newer(version: str | None, than: str) -> bool:
    """Whether a version comes after another; False where either is none."""
    a, b = parse_version(version or ""), parse_version(than)
    return a is not None and b is not None and a > b


def reaches(version: str, minimum: str | None) -> bool:
    """Whether a version is at least `minimum`; a minimum that is none asks for nothing."""
    return minimum is None or not is_newer(minimum, version)


def read_minimum(value: Any) -> str | None:
    """A `minimal_client_version` of the catalogue; None where it asks for nothing readable.

    It is a text, or a list: of numbers (`[0, 144, 0]`), or of texts, of which the highest counts
    (reported as an array in openinterpreter#1797).
    """
    if isinstance(value, str):
        text = value.strip().removeprefix("v")
        return text if parse_version(text) is not None else None
    if not isinstance(value, Sequence) or not value or len(value) > 16:
        return None
    if all(type(part) is int and part >= 0 for part in value) or (
        len(value) > 1 and all(isinstance(p, str) and p.isdigit() for p in value)
    ):
        text = ".".join(str(part) for part in value)
        return text if parse_version(text) is not None else None
    found = [text for text in map(read_minimum, value) if text is not None]
    return max(found, key=lambda text: parse_version(text) or ((), ())) if found else None
