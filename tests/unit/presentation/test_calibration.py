"""The calibration in rows: what would do harm first, and no more than is wanted."""

from __future__ import annotations

import pytest

from smoke_tui.judging.calibration import Calibration, Flip, LogRow, Rescoring
from smoke_tui.judging.triage import TriageClass
from smoke_tui.presentation.calibration import default_text, rescoring_rows, table, trigger_rows
from smoke_tui.presentation.spans import as_text

DATE = "2026-11-28"


def flip(case: str, triage: TriageClass | None, before: bool | None, after: bool | None) -> Flip:
    return Flip(case, "b.txt", triage, 0.8123, 0.85, 0.8, before, after)


def test_what_does_harm_comes_first() -> None:
    rescoring = Rescoring(
        DATE,
        9,
        (
            flip("a", None, True, False),
            flip("b", "false-positive", False, True),
            flip("c", "regression", True, False),
            flip("d", "regression", None, True),
        ),
    )
    rows = [as_text(row) for row in rescoring_rows(rescoring, written=False)]
    assert rows == [
        "9 stored pairs scored again, 4 would flip",
        "drifted → same  c  ratio 0.8123, 0.85 → 0.80, regression: a regression would pass",
        "same → drifted  b  ratio 0.8123, 0.85 → 0.80, false positive: it would block again",
        "drifted → same  a  ratio 0.8123, 0.85 → 0.80, not triaged",
        "undecided → drifted  d  ratio 0.8123, 0.85 → 0.80, regression",
    ]
    rows = [as_text(row) for row in rescoring_rows(rescoring, written=True, most=1)]
    assert rows[0] == "9 stored pairs scored again, 4 flipped"
    assert rows[1].startswith("drifted → same  c")
    assert rows[2:] == ["and 3 more"]


def test_without_stored_pairs_nothing_is_claimed() -> None:
    (row,) = rescoring_rows(Rescoring(DATE, 0), written=False)
    assert as_text(row) == "there are no stored pairs to score again"


def test_the_default_is_shown_with_its_origin() -> None:
    assert default_text(Calibration()) == "0.85 (alpha default)"
    raised = Calibration().with_default(0.9, "a regression passed", DATE)
    assert default_text(raised) == f"0.90 (row of {DATE} in the log; alpha default 0.85)"
    first, second = (as_text(row) for row in trigger_rows(raised))
    assert first.startswith("Trigger 1: first false positive")
    assert first.endswith(": has not fired")
    assert second.endswith(f": fired {DATE}, 0.85 → 0.90")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("tests/x.py::test_a_b[c]", "tests/x.py::test_a_b\\[c\\]"),
        ("_not_ **bold**", "\\_not\\_ \\*\\*bold\\*\\*"),
        ("a|b\\|c", "a\\|b\\\\\\|c"),
        ("line\r\nline\tend", "line line end"),
        ("\x1b]0;title\x07x\x00y", "xy"),
    ],
)
def test_a_cell_is_one_line_in_which_nothing_acts(text: str, shown: str) -> None:
    row = LogRow(DATE, text, 0.85, 0.8123, "why")
    lines = table(Calibration((row,))).splitlines()
    assert lines[0] == "| Date | Test | Old | New | Reason |"
    assert lines[2] == f"| {DATE} | {shown} | 0.85 | 0.8123 | why |"
    assert len(lines) == 3
