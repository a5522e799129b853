"""Compare names of models."""

from __future__ import annotations

from typing import Final

from smoke_tui.regex import regex

_DATE: Final = r"-20[0-9]{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
_SNAPSHOT: Final = regex(rf"(?P<family>.+?){_DATE}")
_LATEST: Final = "-latest"


def same_family(requested: str, served: str | None) -> bool:
    """Whether the served model is the requested one or a dated snapshot of it.

    `-latest` fits any snapshot. A name with another suffix (`-mini`, `-codex`) is another model.
    """
    if not requested or not served:
        return False
    if served == requested:
        return True
    match = _SNAPSHOT.fullmatch(served)
    return match is not None and match["family"] in (requested, requested.removesuffix(_LATEST))


def same_model(a: str, b: str) -> bool:
    """Whether two names can denote one served model: equal, or name and snapshot."""
    return same_family(a, b) or same_family(b, a)
