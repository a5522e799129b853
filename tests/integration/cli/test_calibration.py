"""`calibration`: the runbook's table, and changes that show what they flip before they are written."""

from __future__ import annotations

from pathlib import Path

import pytest

from smoke_tui.history.calibration import read_calibration, update_calibration
from smoke_tui.judging.answers import compare_answers
from smoke_tui.judging.calibration import LogRow, StoredPair
from smoke_tui.judging.drift import DriftPair, RecordedAnswer, Threshold
from smoke_tui.judging.triage import TriageClass
from tests.helpers.program import Program

EMPTY = """\
| Date | Test | Old | New | Reason |
|---|---|---|---|---|

(Empty at alpha until the first calibration fires.)
"""


def keep(path: Path, case: str, new: str, triage: TriageClass) -> None:
    """A triaged pair of twenty characters in the calibration file."""
    answers = RecordedAnswer("abcdefghijklmnopqrst"), RecordedAnswer(new)
    drift = compare_answers(case, "b.txt", Threshold(), *answers)
    stored = StoredPair(DriftPair(drift, *answers), "here:call", "2026-11-01", triage, "why")
    update_calibration(path, lambda calibration: calibration.with_pair(stored))


def test_an_empty_log_is_the_runbooks_own_table(program: Program) -> None:
    done = program("calibration")
    assert (done.code, done.out) == (0, EMPTY)
    assert done.err.splitlines()[0] == "default threshold: 0.85 (alpha default)"
    assert "Trigger 1: first false positive" in done.err
    assert "Trigger 2: first regression that passed" in done.err
    assert done.err.count("has not fired") == 2
    assert not (program.state / "calibration.json").exists()


def test_a_change_shows_what_flips_and_is_written_with_yes(program: Program) -> None:
    path = program.state / "calibration.json"
    keep(path, "smoke/passed", "abcdefghijklmnopqrXY", "regression")
    keep(path, "smoke/other", "0123456789", "regression")
    before = path.read_bytes()
    due = program("calibration").err
    assert "Trigger 2: " in due
    assert "due by smoke/passed (ratio 0.90): 0.91 would catch it" in due
    argv = ("calibration", "--default", "0.91", "--why", "it passed")
    done = program(*argv)
    assert done.code == 4
    assert "default: 0.85 → 0.91" in done.out
    assert "2 stored pairs scored again, 1 would flip" in done.out
    assert "same → drifted  smoke/passed  ratio 0.90, 0.85 → 0.91, regression" in done.out
    assert "not written" in done.out
    assert path.read_bytes() == before
    done = program(*argv, "--yes")
    assert done.code == 0
    assert "1 flipped" in done.out
    calibration = read_calibration(path).calibration
    assert calibration.default == 0.91
    assert calibration.rescoring is not None
    assert [flip.case for flip in calibration.rescoring.flips] == ["smoke/passed"]
    assert "| (default) | 0.85 | 0.91 | it passed |" in program("calibration").out
    assert program(*argv).code == 2


def test_a_lower_default_is_warned_of(program: Program) -> None:
    path = program.state / "calibration.json"
    keep(path, "smoke/caught", "abcdefghijklmnopXYZ0", "regression")
    done = program("calibration", "--default", "0.7", "--why", "too strict")
    assert done.code == 4
    assert "warning: a lower default lets more regressions pass" in done.out
    assert "drifted → same  smoke/caught" in done.out
    assert "a regression would pass" in done.out


def test_a_test_gets_a_threshold_of_its_own(program: Program) -> None:
    path = program.state / "calibration.json"
    keep(path, "smoke/creative", "abcdefghijklmnopXYZ0", "false-positive")
    argv = ("calibration", "--threshold", "0.79", "--why", "many phrasings", "--yes", "--test")
    done = program(*argv, "smoke/creativ")
    assert "no stored comparison is of 'smoke/creativ'; did you mean 'smoke/creative'?" in done.out
    done = program(*argv, "smoke/creative")
    assert done.code == 0
    assert "drifted → same  smoke/creative" in done.out
    threshold = read_calibration(path).calibration.threshold_of("smoke/creative")
    assert threshold is not None
    assert str(threshold) == "0.79 (override; default 0.85)"
    assert "Trigger 1: " in program("calibration").err


def test_foreign_text_in_the_table_is_inert(program: Program) -> None:
    row = LogRow("2026-11-01", "t|1", 0.85, 0.7, "a | b\n| c \x1b[2J<b> \u202e`x`")
    update_calibration(program.state / "calibration.json", lambda c: c.with_threshold(row))
    line = program("calibration").out.splitlines()[2]
    assert (
        line == "| 2026-11-01 | t\\|1 | 0.85 | 0.70 | a \\| b \\| c \\<b\\> \\<U+202E\\>\\`x\\` |"
    )


def test_json_has_the_log_and_the_pairs_at_todays_thresholds(program: Program) -> None:
    keep(program.state / "calibration.json", "smoke/passed", "abcdefghijklmnopqrXY", "regression")
    told = program("calibration", "--json").json()
    assert told["schema"] == "smoke-calibration-log/1"
    assert (told["default"], told["log"], told["exit_code"]) == (0.85, [], 0)
    assert told["pairs"] == [
        {
            "case": "smoke/passed",
            "baseline": "b.txt",
            "place": "here:call",
            "date": "2026-11-01",
            "class": "regression",
            "drifted": False,
            "ratio": 0.9,
            "threshold": 0.85,
            "calls_drifted": False,
        }
    ]
    told = program("calibration", "--default", "0.95", "--why", "w", "--json").json()
    assert (told["exit_code"], told["written"], told["default"]) == (4, False, 0.95)
    assert told["rescoring"]["flips"][0]["case"] == "smoke/passed"


@pytest.mark.parametrize(
    ("argv", "text"),
    [
        (("--default", "1.5", "--why", "w"), "'1.5' is not a threshold"),
        (("--default", "0.9"), "--why TEXT is required"),
        (("--default", "0.9", "--why", " "), "--why TEXT is required"),
        (("--default", "0.9", "--test", "a", "--why", "w"), "one test at a time"),
        (("--test", "a", "--why", "w"), "--test CASE needs --threshold"),
        (("--test", "(default)", "--threshold", "0.5", "--why", "w"), "is no test"),
        (("--threshold", "0.9"), "go with --test"),
        (("--yes",), "there is nothing to write"),
    ],
)
def test_arguments_that_make_no_sense_are_refused(
    program: Program, argv: tuple[str, ...], text: str
) -> None:
    done = program("calibration", *argv)
    assert done.code == 2
    assert text in done.err


def test_a_damaged_file_ends_every_form_and_stays(program: Program) -> None:
    path = program.state / "calibration.json"
    path.parent.mkdir(parents=True)
    path.write_text('{\n "schema": "smoke-calibration/1",\n "log": [1]}')
    for argv in ((), ("--json",), ("--default", "0.9", "--why", "w", "--yes")):
        done = program("calibration", *argv)
        assert done.code == 3
        assert "calibration.json:3: log[0]: expected an object, got 1" in done.err
    assert path.read_text().endswith("[1]}")


def test_the_file_is_the_named_one_and_holds_no_secret(program: Program, tmp_path: Path) -> None:
    path = tmp_path / "own.json"
    key = "sk-proj-" + "A1b2C3d4E5f6" * 4
    argv = ("--calibration", str(path), "calibration", "--default", "0.9", "--yes", "--why")
    assert program(*argv, f"see {key}").code == 0
    assert key not in path.read_text()
    assert "REDACTED" in read_calibration(path).calibration.log[0].reason
    assert not (program.state / "calibration.json").exists()


def test_rehearsals_have_a_log_of_their_own_and_sessions_are_scored_again(program: Program) -> None:
    """A walk's false positive is one row; its comparison is scored again with the default's."""
    rehearse = ("--check", "answer-drift", "--rehearse", "--scenario")
    assert program(*rehearse, "text-drift-false-positive", "--drift-autojunk").code == 1
    session = program.only().name
    done = program("calibration")
    assert done.out == EMPTY
    rehearsed = program.state / "calibration.rehearsed.json"
    config = program.events()[0]["data"]["config"]
    assert (config["calibration"], config["drift_autojunk"]) == (str(rehearsed), True)
    assert f"--calibration {rehearsed}" in done.err
    (row,) = read_calibration(rehearsed).calibration.log
    assert (row.test, row.old, row.new) == ("answer-drift/live-call", 0.7, 0.67)
    # In its own log the pair is triaged, and not counted twice with the session's.
    named = ("--calibration", str(rehearsed), "calibration", "--json")
    (pair,) = program(*named).json()["pairs"]
    assert (pair["class"], pair["drifted"], pair["threshold"]) == ("false-positive", False, 0.67)
    # To the real log it is a session's comparison, by the threshold of its test's marker.
    (pair,) = program("calibration", "--json").json()["pairs"]
    assert pair["place"] == f"{session}:live-call (rehearsed)"
    assert (pair["class"], pair["drifted"], pair["threshold"]) == (None, True, 0.7)
    change = ("calibration", "--test", "answer-drift/live-call", "--threshold", "0.6", "--why", "w")
    told = program(*change, "--json").json()
    assert [flip["drifted_after"] for flip in told["rescoring"]["flips"]] == [False]
    assert (told["log"][0]["old"], told["written"]) == (0.7, False)
    # A session whose evidence is gone is named, and counts for nothing.
    for path in (program.only() / "evidence").iterdir():
        path.unlink()
    told = program("calibration", "--json").json()
    assert told["pairs"] == []
    assert "the answers of 1 comparisons are missing" in told["problems"][0]
