"""Versions of the Codex CLI: parsing and comparing.

They are npm's: semantic versions, a pre-release before its release (0.162.0-alpha.15 < 0.162.0).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from smoke_tui.regex import regex

UNFILTERED: Final = "0.0.0"
"""The `client_version` for which the catalogue lists all models (zed#62729, hermes-agent#93295)."""

_VERSION: Final = regex(
    r"(\d{1,9}(?:\.\d{1,9}){1,3})(?:-([0-9A-Za-z][0-9A-Za-z.-]{0,60}))?(?:\+[0-9A-Za-z.-]{1,60})?"
)

Key = tuple[tuple[int, ...], tuple[tuple[int, int, str], ...]]


def parse_version(text: str) -> Key | None:
    """A sort key; None if the text is no version."""
    match = _VERSION.fullmatch(text.strip()) if text.isascii() else None
    if match is None:
        return None
    numbers = tuple(int(part) for part in match[1].split("."))
    numbers += (0,) * (4 - len(numbers))
    pre_release = match[2]
    if pre_release is None:
        # A release comes after its pre-releases.
        return numbers, ((2, 0, ""),)
    return numbers, tuple(
        (0, int(part), "") if part.isdigit() else (1, 0, part) for part in pre_release.split(".")
    )


def is_newer(version: str | None, than: str) -> bool:
    """Whether a version comes after another; False if either is no version."""
    a, b = parse_version(version or ""), parse_version(than)
    return a is not None and b is not None and a > b


def is_at_least(version: str, minimum: str | None) -> bool:
    """Whether a version is at least `minimum`; an invalid minimum is no restriction."""
    return minimum is None or not is_newer(minimum, version)


def read_minimum(value: object) -> str | None:
    """A `minimal_client_version` of the catalogue; None if it is none.

    It is a text, a list of numbers (`[0, 144, 0]`), or a list of texts, of which the highest counts
    (openinterpreter#1797).
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
    versions = [text for text in map(read_minimum, value) if text is not None]
    return max(versions, key=lambda text: parse_version(text) or ((), ())) if versions else None
