"""The rehearsal's base instructions: two short texts, one of them outdated."""

from __future__ import annotations

from typing import Final

CURRENT: Final = (
    "You are a coding agent in a rehearsal. Nothing you say here is billed or believed.\n"
    "Answer briefly, in plain words, and repeat any word you are asked to repeat.\n"
    "Revision: rehearsal-2.\n"
)
"""The text that a rehearsed backend accepts."""

STALE: Final = (
    "You are a coding agent in a rehearsal.\n"
    "Answer briefly and in plain words.\n"
    "Revision: rehearsal-1.\n"
)
"""The text that it accepted before the drift."""
