"""Whole sessions of the scenarios that matter: journal, metrics, headless result, report.

Each is run twice and compared with itself before it is compared with what is committed.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from smoke_tui.journal.events.event import Event
from tests.helpers.events import data_of
from tests.helpers.placeholders import line
from tests.helpers.rehearsed_sessions import rehearse

SCENARIOS = (
    "happy",
    "instructions-drift",
    "instructions-drift-at-turn",
    "usage-limit-reached",
    "edge-challenge",
    "stream-cut",
    "degraded-route",
    "login-denied",
    "text-drift-false-positive",
    "tool-call-drift",
)


@pytest.fixture(autouse=True)
def _nobodys_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Neither the developer's own settings nor CI's reach a test."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)


def counted(events: Iterable[Event]) -> dict[str, int]:
    """What a session came to, in figures that follow from its events alone."""
    found: Counter[str] = Counter()
    for event in events:
        found[f"events: {event.kind}"] += 1
        data = data_of(event)
        if event.kind == "try.started":
            found[f"tries: {event.step}"] += 1
        elif event.kind == "request":
            found[f"requests: {data['port']}"] += 1
        elif event.kind == "http":
            found[f"answers: {data['status'] or data['error']}"] += 1
        elif event.kind == "spend.reserved":
            found["spend: calls"] += data["calls"]
        elif event.kind == "spend.settled":
            for name in ("input_tokens", "output_tokens"):
                found[f"spend: {name}"] += data.get(name) or 0
    found["length: ms"] = event.ms
    return dict(sorted(found.items()))


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_whole_session(scenario: str, golden: Callable[[str, str], None], tmp_path: Path) -> None:
    compared_twice(scenario, scenario, None, golden, tmp_path)


def test_a_whole_refresh_of_cassettes(golden: Callable[[str, str], None], tmp_path: Path) -> None:
    compared_twice("cassette-refresh", "happy", "cassette-refresh", golden, tmp_path)


def compared_twice(
    name: str,
    scenario: str,
    runbook: str | None,
    golden: Callable[[str, str], None],
    folder: Path,
) -> None:
    """Run a session twice, compare the runs, and hold the first against the goldens of a name."""
    first, second = (rehearse(scenario, folder / run, runbook) for run in ("first", "second"))
    journal = "".join(f"{line(event)}\n" for event in first.events)
    assert journal.splitlines() == [line(event) for event in second.events]
    assert (first.said, first.report, first.code) == (second.said, second.report, second.code)
    figures = counted(first.events)
    told = json.loads(first.said)
    assert told["exit_code"] == first.code
    for figure, key in (
        ("spend: calls", "calls"),
        ("spend: input_tokens", "input_tokens"),
        ("spend: output_tokens", "output_tokens"),
    ):
        assert figures.get(figure, 0) == told["spend"].get(key, 0)
    assert [step["tries"] for step in told["steps"]] == [
        figures.get(f"tries: {step['id']}", 0) for step in told["steps"]
    ]
    golden(f"{name}.figures", "".join(f"{key}: {n}\n" for key, n in figures.items()))
    golden(f"{name}.check.json", first.said)
    golden(f"{name}.report.md", first.report)
    golden(f"{name}.journal", journal)
