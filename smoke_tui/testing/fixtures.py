"""Fixtures of `pytest -p smoke_tui.testing`."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from smoke_tui.testing.fake import FakeLLMProvider

SAMPLE: Final = Path(__file__).with_name("canned_sample.json")
"""The canned answers of the LLM testing runbook, as a file."""


@pytest.fixture
def fake_llm() -> FakeLLMProvider:
    """A fake provider with the two canned answers of the LLM testing runbook.

    A project with answers of its own overrides it: a fixture of that name in its `conftest.py`.
    """
    return FakeLLMProvider.from_file(SAMPLE)
