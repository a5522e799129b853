"""Behavioral assertions with the replaying and the live provider."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from smoke_tui.judging.judge_prompts import JudgePrompts
from smoke_tui.rehearsal import Rehearsal
from smoke_tui.testing import (
    BehavioralAssertionError,
    FormatViolationError,
    LiveLLMProvider,
    LLMCallFailedError,
    ReplayLLMProvider,
    ReplayMissError,
    assert_behavioral_match,
)
from tests.helpers.provider_cassettes import asked, cassette, exchanged, streamed

ACTUAL, EXPECTED = "Bonjour, comment allez-vous?", "A polite greeting asking about wellbeing"
CASES = (
    ("happy", None),
    ("judge-fail-behaviour", BehavioralAssertionError),
    ("judge-format-violation-behaviour", FormatViolationError),
    ("policy-refused", LLMCallFailedError),
    ("stream-cut", FormatViolationError),
    ("usage-limit-reached", LLMCallFailedError),
)


@pytest.mark.parametrize(("scenario", "error"), CASES)
def test_a_live_judge(scenario: str, error: type[Exception] | None, tmp_path: Path) -> None:
    with Rehearsal.start(scenario) as world:
        bundle = tmp_path / "bundle.json"
        bundle.touch(mode=0o600)
        bundle.write_text(json.dumps(world.bundle()))
        live = LiveLLMProvider(
            max_calls=1,
            bundle=str(bundle),
            codex_url=world.codex_url,
            issuer=world.issuer,
            instructions=str(world.instructions_file),
            state_dir=str(tmp_path / "state"),
        )
        if error is None:
            assert_behavioral_match(ACTUAL, EXPECTED, provider=live)
            return
        with pytest.raises(error):
            assert_behavioral_match(ACTUAL, EXPECTED, provider=live)


@pytest.mark.parametrize(
    ("answer", "error"),
    [("PASS", None), ("FAIL: no", BehavioralAssertionError), ("PASSED", FormatViolationError)],
)
def test_a_replayed_judge(answer: str, error: type[Exception] | None, tmp_path: Path) -> None:
    path = tmp_path / "judge.yaml"
    prompt = JudgePrompts().filled(EXPECTED, ACTUAL)
    cassette(path, exchanged(asked(prompt, JudgePrompts().system), streamed(answer)))
    replay = ReplayLLMProvider(path)
    if error is None:
        assert_behavioral_match(ACTUAL, EXPECTED, provider=replay)
    else:
        with pytest.raises(error):
            assert_behavioral_match(ACTUAL, EXPECTED, provider=replay)
    with pytest.raises(ReplayMissError):
        assert_behavioral_match(ACTUAL, EXPECTED, provider=replay)
