"""Answers of two sessions: the ratio with whose threshold it is, tool calls by path."""

from __future__ import annotations

import json

from smoke_tui.judging.calibration import Calibration, LogRow
from smoke_tui.judging.drift import RecordedAnswer, Threshold
from smoke_tui.presentation.report.answer_rows import Judge
from smoke_tui.presentation.report.compare import Row, Side, compare
from smoke_tui.presentation.report.recorded_answers import StepAnswer
from smoke_tui.runbook import parse
from tests.helpers.event_log import EventLog, shipped
from tests.helpers.report_states import answered, saying

BOOK = shipped()
RECORDED, SIMILAR = "abcdefghijklmnopqrst", "abcdefghijklmnopqrXY"


def called() -> EventLog:
    log = EventLog()
    log.add("try.started", {"cause": "walk", "caller": None}, "live-call", 1)
    answered(log, "live-call", 200)
    return log.finished("live-call", "pass")


def rows(old: object, new: object, judge: Judge = Judge()) -> dict[str, Row]:  # noqa: B008
    before, after = (Side(BOOK, called().state(), saying(json.dumps(body))) for body in (old, new))
    return {row.name: row for row in compare(before, after, judge).rows if row.group == "answers"}


def test_a_text_is_shown_with_ratio_and_threshold() -> None:
    row = rows({"output_text": RECORDED}, {"output_text": SIMILAR})["live-call text"]
    assert (row.old, row.new, row.word) == (
        "20 characters",
        "20 characters, 0.90 >= 0.85 (default)",
        "same",
    )
    assert row.drift is not None
    assert row.drift.case == f"{BOOK.id}/live-call"


def test_the_log_has_the_threshold_of_the_case() -> None:
    log = (LogRow("2026-11-01", f"{BOOK.id}/live-call", 0.85, 0.95, "strict"),)
    judge = Judge(Calibration(log))
    row = rows({"output_text": RECORDED}, {"output_text": SIMILAR}, judge)["live-call text"]
    assert row.word == "changed"
    assert row.new == (
        "20 characters, 0.90 < 0.95 (override; default 0.85), the calibration log's, "
        "row of 2026-11-01"
    )


def test_tool_calls_are_shown_by_path() -> None:
    old, new = (
        {"output_text": "a", "tool_calls": [{"name": "f", "arguments": {n: x for n in "abcde"}}]}
        for x in (1, 2)
    )
    row = rows(old, new)["live-call tool calls"]
    assert row.word == "changed"
    assert row.old == "1 call"
    assert row.new is not None
    assert row.new.startswith("1 call, 5 differences: [0].arguments.a: 1 → 2; ")
    assert row.new.endswith("; and 2 more")
    assert rows(old, old)["live-call tool calls"].word == "same"
    assert "live-call tool calls" not in rows({"output_text": "a"}, {"output_text": "a"})


def test_an_answer_that_one_session_lacks_is_a_change() -> None:
    row = rows({"detail": "none"}, {"output_text": "abc"})["live-call text"]
    assert (row.old, row.new, row.word) == (None, "3 characters", "changed")


TEXT = """---
schema: smoke/1
id: one-call
title: One live call
---

## Call

```toml step
id      = "live-call"
kind    = "call"
prompt  = "Answer."
effects = "spends"
spend   = { kind = "subscription", max_calls = 1 }
timeout = "30s"
expect  = [{ text_drift = { baseline = "b.txt", threshold = 0.95 } }]
```
"""


def test_the_runbooks_threshold_counts_unless_the_log_has_one() -> None:
    runbook = parse(TEXT, "one-call.md").runbook
    assert runbook is not None
    answers = [StepAnswer(RecordedAnswer(text)) for text in (RECORDED, SIMILAR)]
    (row,) = Judge().rows(runbook, "live-call", *answers)
    assert row.drift is not None
    assert (row.same, row.drift.threshold.source) == (False, "runbook")
    assert "the runbook's, one-call.md:" in (row.new or "")
    log = (LogRow("2026-11-01", "one-call/live-call", 0.95, 0.9, "looser"),)
    (row,) = Judge(Calibration(log)).rows(runbook, "live-call", *answers)
    assert row.same
    # What the comparison of the walk was judged by goes before the runbook's own text.
    marked = Threshold(0.8, "marker", 0.85, "tests/x.py:3")
    recorded = [
        StepAnswer(answer.answer, "", "poem", marked if answer is answers[1] else None)
        for answer in answers
    ]
    (row,) = Judge().rows(runbook, "live-call", *recorded)
    assert row.same
    assert row.drift is not None
    assert row.drift.case == "poem"


def test_an_undecided_answer_is_a_change_and_named() -> None:
    numbers = [f"{n * 7919 % 100_003:06d}" for n in range(20_000)]
    turned = " ".join(numbers[10_000:] + numbers[:10_000])
    answers = StepAnswer(RecordedAnswer(" ".join(numbers))), StepAnswer(RecordedAnswer(turned))
    log = (LogRow("2026-11-01", f"{BOOK.id}/live-call", 0.85, 0.6, "w"),)
    (row,) = Judge(Calibration(log)).rows(BOOK, "live-call", *answers)
    assert row.drift is not None
    assert row.same is (row.drift.drifted is False)
    assert ("compare by hand" in (row.new or "")) is (row.drift.drifted is None)
