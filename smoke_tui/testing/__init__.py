"""Helpers for other projects' tests of what they ask a model.

`from smoke_tui.testing import FakeLLMProvider` in any program; `pytest -p smoke_tui.testing` gives
the fixtures. Importing it loads no HTTP client, no event loop and no app; the replaying and the
live provider load what they need when they are first named.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from smoke_tui.testing.canned import CannedAnswer, CannedTableError, read_canned
from smoke_tui.testing.fake import CannedMissError, FakeLLMProvider
from smoke_tui.testing.provider import (
    LLMAnswer,
    LLMCall,
    LLMCallFailedError,
    LLMProvider,
    LLMProviderError,
    LLMToolCall,
    LLMUsage,
)

if TYPE_CHECKING:
    from smoke_tui.testing.live import LiveLLMProvider
    from smoke_tui.testing.replayed import ReplayLLMProvider, ReplayMissError

__all__ = [
    "CannedAnswer",
    "CannedMissError",
    "CannedTableError",
    "FakeLLMProvider",
    "LLMAnswer",
    "LLMCall",
    "LLMCallFailedError",
    "LLMProvider",
    "LLMProviderError",
    "LLMToolCall",
    "LLMUsage",
    "LiveLLMProvider",
    "ReplayLLMProvider",
    "ReplayMissError",
    "read_canned",
]

pytest_plugins = ("smoke_tui.testing.fixtures",)
"""Where pytest finds the fixtures; they alone need it."""

_LATE = {
    "LiveLLMProvider": "live",
    "ReplayLLMProvider": "replayed",
    "ReplayMissError": "replayed",
}
"""Names whose modules are loaded when they are first used."""


def __getattr__(name: str) -> object:
    """Load a provider that needs more than the standard library.

    Raises:
        AttributeError: there is no such name.
    """
    if name not in _LATE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_LATE[name]}"), name)
