"""Tests of a model's answers in every tier, as a project has them."""

import pytest


@pytest.mark.unit
def test_scoring() -> None:
    """Answered by a fake: nothing is sent, and it costs nothing."""


@pytest.mark.contract
def test_reasoning_contract() -> None:
    """The same for the contract that every provider keeps."""


@pytest.mark.integration
def test_greeting() -> None:
    """Replayed from cassettes/greeting.yaml: it costs nothing."""


@pytest.mark.live_llm
def test_live_greeting() -> None:
    """Sent to the provider, from an operator's machine alone."""
