"""Which of several thresholds a comparison takes."""

from __future__ import annotations

from smoke_tui.judging.drift import Threshold
from smoke_tui.judging.thresholds import nearest_threshold


def test_the_nearest_wins_and_says_whose_it_is() -> None:
    log = Threshold(0.61, "calibration", 0.85, "2026-11-28")
    all_places = {"runbook": "line 7", "case": "a.json", "marker": "x.py:3"}
    given = {"runbook": 0.6, "case_file": 0.5, "marker": 0.4}
    steps = [
        ({"calibration": log, **given}, (0.61, "calibration", "2026-11-28")),
        (given, (0.6, "runbook", "line 7")),
        ({"case_file": 0.5, "marker": 0.4}, (0.5, "case", "a.json")),
        ({"marker": 0.4}, (0.4, "marker", "x.py:3")),
        ({}, (0.9, "default", "")),
    ]
    for arguments, expected in steps:
        made = nearest_threshold(**arguments, default=0.9, places=all_places)  # type: ignore[arg-type]
        assert (made.value, made.source, made.place) == expected
        assert made.default == 0.9


def test_a_threshold_of_zero_is_one() -> None:
    assert nearest_threshold(runbook=0.0, marker=0.4).value == 0.0
