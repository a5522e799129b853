"""Helpers for other projects' tests of what they ask a model.

`from smoke_tui.testing import FakeLLMProvider` in any program; `pytest -p smoke_tui.testing` gives
the fixtures. Importing it loads no HTTP client, no event loop and no app.
"""

from __future__ import annotations

from smoke_tui.testing.canned import CannedAnswer, CannedTableError, read_canned
from smoke_tui.testing.fake import CannedMissError, FakeLLMProvider
from smoke_tui.testing.provider import (
    LLMAnswer,
    LLMCall,
    LLMProvider,
    LLMProviderError,
    LLMToolCall,
    LLMUsage,
)

__all__ = [
    "CannedAnswer",
    "CannedMissError",
    "CannedTableError",
    "FakeLLMProvider",
    "LLMAnswer",
    "LLMCall",
    "LLMProvider",
    "LLMProviderError",
    "LLMToolCall",
    "LLMUsage",
    "read_canned",
]

pytest_plugins = ("smoke_tui.testing.fixtures",)
"""Where pytest finds the fixtures; they alone need it."""
