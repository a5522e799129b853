"""A test of a model's answers with a threshold of its own, as a project has them."""

import pytest


@pytest.mark.llm_drift_threshold(0.7)
async def test_creative_summarization() -> None:
    """Compare a summary with the recorded one; many phrasings of it are right."""
