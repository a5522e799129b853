"""Causes of a try: a word for the log, a sentence for reports."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple


class Cause(NamedTuple):
    """A cause's word and sentence; empty where there is nothing to explain."""

    word: str
    sentence: str = ""


_CAUSES: Final[Mapping[str, Cause]] = {
    "walk": Cause(""),
    "again": Cause("again", "the operator asked for it once more"),
    "retry": Cause("retry", "tried once more after a failure that passes by itself"),
    "refresh": Cause("after a refresh", "tried once more after the credential was refreshed"),
    "fallback": Cause("fallback", "the session went to the fallback"),
    "return": Cause("back from the fallback", "after the fallback"),
    "restart": Cause(
        "started again", "what it provides was gone, or a fallback changed what it needs"
    ),
    "resume": Cause("provided again"),
}


def cause_of(name: str) -> Cause:
    """Return a cause by its journal name; an unknown one has no words."""
    return _CAUSES.get(name, _CAUSES["walk"])
