"""Held against the real client: no answer is worth more to this tool than to the Codex CLI."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from smoke_tui.codex.assessment import assess
from smoke_tui.world.requests.http import Exchange
from tests.helpers.answer_table import ANSWERS, MODEL, NONCE
from tests.helpers.replayed_answers import Judged, Replayed, judge

pytestmark = pytest.mark.real_codex

STRICTER = {
    "failed-then-completed": "stream-malformed",
    "usage-missing": "degraded-no-usage",
    "usage-negative": "degraded-no-usage",
    "item-missing": "stream-malformed",
    "refusal": "policy-refused",
    "commentary": "degraded-empty",
    "another-model": "degraded-model",
    "compressed": "stream-malformed",
}
"""What the real client takes for a turn that is done, and this tool, on purpose, does not."""


def our_code(answer: Replayed) -> str | None:
    """The code this tool gives the same answer; None for a pass."""
    # The HTTP port never unpacks: it asks for identity.
    error = "compressed" if "content-encoding" in dict(answer.headers) else None
    exchange = Exchange(
        answer.status, answer.headers, answer.body, ((0, 1),), 5, error, "", {}, None, 0
    )
    return assess(exchange, model=MODEL, nonce=NONCE).code


@pytest.fixture(scope="module", name="judged")
def _judged(
    codex_cli: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Judged]:
    return judge(codex_cli("0.171.0"), ANSWERS, tmp_path_factory.mktemp("judged"))


def test_an_answer_that_passes_here_is_done_for_the_real_client(judged: dict[str, Judged]) -> None:
    passed = [name for name, answer in ANSWERS.items() if our_code(answer) is None]
    assert len(passed) >= 10
    better = {
        name: judged[name].errors
        for name in passed
        if not (judged[name].good and NONCE in judged[name].said)
    }
    assert better == {}


def test_where_this_tool_is_stricter_it_is_so_on_purpose(judged: dict[str, Judged]) -> None:
    codes = {name: our_code(answer) for name, answer in ANSWERS.items()}
    stricter = {name: codes[name] for name, word in judged.items() if word.good and codes[name]}
    assert stricter == STRICTER


def test_a_failed_turn_says_why(judged: dict[str, Judged]) -> None:
    silent = [name for name, word in judged.items() if not word.good and not word.errors]
    assert silent == []
