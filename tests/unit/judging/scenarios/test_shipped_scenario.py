"""The shipped scenario: eight segments, a derived metric, a computed scorecard, the same bytes."""

from __future__ import annotations

import json
import os
import socket
import time
from typing import Any

import pytest

from smoke_tui.judging.goldens.scenario import CHALLENGE_PACK, SCORECARD, SCRIPTED_USER_TURNS, TRACE
from tests.helpers.scenarios import SHIPPED, changed, evaluated, files_of


def test_the_trace_has_eight_segments_in_order() -> None:
    trace = json.loads(files_of(SHIPPED)[TRACE])
    assert [(s["kind"], s["actor"], s["occurred_at"][-4:]) for s in trace["segments"]] == [
        ("audio_input", "user", ":00Z"),
        ("transcript_final", "system", ":02Z"),
        ("tool_call", "agent", ":03Z"),
        ("tool_result", "tool", ":04Z"),
        ("text_output", "agent", ":05Z"),
        ("audio_output", "agent", ":06Z"),
        ("structured_output", "agent", ":07Z"),
        ("timing_marker", "evaluator", ":07Z"),
    ]
    assert trace["segments"][0]["occurred_at"] == "2026-05-13T10:00:00Z"
    assert trace["segments"][7]["timing_marker"] == {
        "key": "end_of_speech_to_first_agent_text",
        "value_ms": 3200,
    }
    assert trace["trace_id"] == "trace-support-billing-seed-42"
    assert {trace["run_id"][:8], trace["run_agent_id"][:8]} == {"33333333", "44444444"}


def test_the_scorecard_is_the_one_of_the_scenario() -> None:
    scorecard = json.loads(files_of(SHIPPED)[SCORECARD])
    assert scorecard["scenario_key"] == "support_billing_duplicate_charge"
    assert (scorecard["seed"], scorecard["passed"], scorecard["overall_score"]) == (42, True, 1)
    assert [(c["key"], c["actual"], c["passed"]) for c in scorecard["checks"]] == [
        ("refund_created", "created", True),
        ("tool_name", "refund_api", True),
        ("structured_resolution", "refund_created", True),
    ]
    assert [(m["key"], m["value"], m["unit"]) for m in scorecard["metrics"]] == [
        ("turn_count", 1, "turn"),
        ("end_of_speech_to_first_agent_text_ms", 3200, "ms"),
    ]


def test_a_run_takes_nothing_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: Any, **options: Any) -> None:
        raise AssertionError("a run looked outside")

    files = files_of(SHIPPED)
    monkeypatch.setattr(socket, "socket", refuse)
    for name in ("time", "time_ns", "monotonic", "perf_counter", "localtime", "gmtime"):
        monkeypatch.setattr(time, name, refuse)
    for name in list(os.environ):
        monkeypatch.delenv(name)
    monkeypatch.setattr("builtins.open", refuse)
    evaluation = evaluated(files)
    monkeypatch.undo()
    assert evaluation.equal
    assert evaluation.passed
    assert len(evaluation.comparisons) == 8
    assert evaluation.outdated == ()


def test_a_longer_turn_moves_the_metric_and_fails_there() -> None:
    evaluation = evaluated(changed(SCRIPTED_USER_TURNS, "1800", "1900"))
    assert evaluation.runs is not None
    (metric,) = (m for m in evaluation.runs[0].scorecard.metrics if m.unit == "ms")
    assert metric.value == 3100
    scorecard = next(c for c in evaluation.comparisons if c.name == "scorecard")
    difference = scorecard.to_golden
    assert difference is not None
    assert difference.place == "metrics[end_of_speech_to_first_agent_text_ms].value"
    assert (difference.want.strip(), difference.got.strip()) == (
        b'"value": 3200',
        b'"value": 3100',
    )
    assert files_of(SHIPPED)[SCORECARD][difference.offset : difference.offset + 3] == b"200"
    assert [c.name for c in evaluation.comparisons if not c.equal] == ["trace", "scorecard"]


@pytest.mark.parametrize(
    ("old", "new", "check", "actual"),
    [
        ('"status": "created"', '"status": "refused"', "refund_created", "refused"),
        ('"status": "created"', '"state": "created"', "refund_created", None),
        ('"resolution": "refund_', '"resolution": "call_', "structured_resolution", "call_created"),
    ],
)
def test_a_check_fails_by_what_the_trace_holds(
    old: str, new: str, check: str, actual: str | None
) -> None:
    evaluation = evaluated(changed(CHALLENGE_PACK, old, new))
    assert evaluation.runs is not None
    scorecard = evaluation.runs[0].scorecard
    (failed,) = (result for result in scorecard.checks if not result.passed)
    assert (failed.key, failed.actual) == (check, actual)
    assert not evaluation.passed
    value = scorecard.value()
    assert isinstance(value, dict)
    assert value["overall_score"] == 0.6667


def test_the_kind_of_a_value_counts() -> None:
    evaluation = evaluated(
        changed(
            CHALLENGE_PACK,
            '"field": "result.status", "expected": "created"',
            '"field": "result.amount_cents", "expected": 4200.0',
        )
    )
    assert not evaluation.passed


def test_a_check_without_an_answer_does_not_pass_as_null() -> None:
    evaluation = evaluated(
        changed(
            CHALLENGE_PACK,
            '"field": "result.status", "expected": "created"',
            '"field": "result.nothing", "expected": null',
        )
    )
    assert not evaluation.passed
