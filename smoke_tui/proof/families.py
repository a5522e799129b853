"""Whether two names of models name the same one."""

from __future__ import annotations

import re
from typing import Final

_DATE: Final = r"-20[0-9]{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
_SNAPSHOT: Final = re.compile(rf"(?P<family>.+?){_DATE}")
_LATEST: Final = "-latest"


def same_family(asked: str, served: str | None) -> bool:
    """The model itself, or a dated snapshot of it; `-latest` stands for any snapshot.

    A name with any other ending (`-mini`, `-codex`) is another model.
    """
    if not asked or not served:
        return False
    if served == asked:
        return True
    match = _SNAPSHOT.fullmatch(served)
    return match is not None and match["family"] in (asked, asked.removesuffix(_LATEST))


def same_model(a: str, b: str) -> bool:
    """Whether two names of one served model can both be right: equal, or name and snapshot."""
    return same_family(a, b) or same_family(b, a)
