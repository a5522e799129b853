"""Fixtures of `pytest -p smoke_tui.testing`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from smoke_tui.testing.fake import FakeLLMProvider
from smoke_tui.testing.provider import LLMProvider

if TYPE_CHECKING:
    from smoke_tui.testing.behavior import BehavioralAssertion

SAMPLE: Final = Path(__file__).with_name("canned_sample.json")
"""The canned answers of the LLM testing runbook, as a file."""


@pytest.fixture
def fake_llm() -> FakeLLMProvider:
    """A fake provider with the two canned answers of the LLM testing runbook.

    A project with answers of its own overrides it: a fixture of that name in its `conftest.py`.
    """
    return FakeLLMProvider.from_file(SAMPLE)


@pytest.fixture
def judge_llm() -> LLMProvider:
    """Who judges in `asserter`; a project says so by a fixture of that name in its `conftest.py`."""
    pytest.fail("asserter: define a fixture `judge_llm` that returns a provider, live or replaying")


@pytest.fixture
def asserter(judge_llm: LLMProvider) -> BehavioralAssertion:
    """Behavioral assertions whose judge is `judge_llm`."""
    from smoke_tui.testing.behavior import BehavioralAssertion

    return BehavioralAssertion(judge_llm)
