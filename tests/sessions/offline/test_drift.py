"""Answers compared with recorded ones in whole walks: thresholds, triage, what is written."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest

from smoke_tui.journal.events.decisions import DriftEvidence, TriageEvidence
from smoke_tui.journal.events.requests import QuestionAsked
from smoke_tui.journal.file import read_evidence
from smoke_tui.judging.calibration import Calibration
from smoke_tui.judging.calibration_file import parse_calibration
from tests.helpers.offline_program import OfflineProgram, beside, book, runs, state_of
from tests.helpers.program import Done

RECORDED = "The quick brown fox jumps over the lazy dog, and then it sleeps for a while."
ALIKE = "The quick brown fox jumps over a lazy dog, and then it rests for a while."
OTHER = "Nothing of what was recorded is to be read in this answer, as it seems to me."
MARKED = "import pytest\n\n@pytest.mark.llm_drift_threshold({})\ndef test_sum(): ...\n"

BASELINE = "baselines/x.txt"


def project(program: OfflineProgram, text: str = RECORDED) -> Path:
    """A project with one recorded answer."""
    baseline = program.folder / BASELINE
    baseline.parent.mkdir(exist_ok=True)
    baseline.write_text(text + "\n")
    return baseline


def compares(answer: str, *more: str, baseline: str = BASELINE, word: str = "text_drift") -> str:
    """A runbook of one step that prints an answer and compares it."""
    table = ", ".join([f'baseline = "{baseline}"', *more])
    expect = f"expect = [{{ {word} = {{ {table} }} }}]"
    return book(runs("answer", f"touch ran; printf %s '{answer}'", expect))


def calibration_of(program: OfflineProgram) -> Calibration:
    path = program.state / "calibration.json"
    return parse_calibration(path.read_text() if path.exists() else "", "calibration.json")


def outcome(done: Done) -> tuple[str, str | None, str]:
    (step,) = done.json()["steps"]
    return step["outcome"], step["code"], step["summary"]


def newest(program: OfflineProgram) -> Path:
    return max((program.state / "sessions").iterdir())


def evidence(program: OfflineProgram, kind: type) -> list[Any]:
    attempt = state_of(newest(program)).steps["answer"].tries[-1]
    return [each for each in attempt.evidence if isinstance(each, kind)]


def test_an_answer_like_the_recorded_one_passes_and_replays(program: OfflineProgram) -> None:
    project(program)
    done = program.live(compares(RECORDED))
    assert outcome(done)[:2] == ("pass", None)
    (compared,) = evidence(program, DriftEvidence)
    assert compared.compared.drift.text.ratio == 1.0
    assert compared.compared.drift.case == "offline/answer"
    assert outcome(done)[2].endswith(
        "Its text is 1.00 like baselines/x.txt (threshold 0.85 (default))."
    )
    assert program("replay", "last").code == 0


@pytest.mark.parametrize(
    ("table", "case_file", "marker", "shown"),
    [
        ((), None, None, "0.85 (default)"),
        (("test = 'tests/x.py::test_sum'",), None, "0.99", "0.99 (override; default 0.85)"),
        (("test = 'tests/x.py::test_sum'",), 0.98, "0.99", "0.98 (override; default 0.85)"),
        (
            ("test = 'tests/x.py::test_sum'", "threshold = 0.97"),
            0.98,
            "0.99",
            "0.97 (override; default 0.85)",
        ),
    ],
)
def test_the_nearest_threshold_decides_and_is_named(
    program: OfflineProgram,
    table: tuple[str, ...],
    case_file: float | None,
    marker: str | None,
    shown: str,
) -> None:
    project(program)
    (program.folder / "baselines/x.json").write_text(
        json.dumps(
            {"output_text": RECORDED}
            | ({} if case_file is None else {"drift_threshold": case_file})
        )
    )
    (program.folder / "tests").mkdir()
    (program.folder / "tests/x.py").write_text(MARKED.format(marker))
    done = program.live(compares(OTHER, *table, baseline="baselines/x.json"))
    assert outcome(done)[:2] == ("fail", "text-drift")
    assert f"(threshold {shown})" in outcome(done)[2]


@pytest.mark.parametrize(
    ("marker", "problem"),
    [("LIMIT", "tests/x.py:3"), ("1.5", "is not from 0 to 1"), ("0.7, 0.8", "needs one number")],
)
def test_a_marker_that_can_not_be_read_is_no_silent_default(
    program: OfflineProgram, marker: str, problem: str
) -> None:
    project(program)
    (program.folder / "tests").mkdir()
    (program.folder / "tests/x.py").write_text(MARKED.format(marker))
    done = program.live(compares(RECORDED, "test = 'tests/x.py::test_sum'"))
    assert outcome(done)[:2] == ("blocked", "not-configured")
    assert problem in outcome(done)[2]


def test_without_a_recorded_answer_nothing_runs(program: OfflineProgram) -> None:
    done = program.live(compares(RECORDED))
    assert outcome(done)[:2] == ("blocked", "not-configured")
    assert "baselines/x.txt does not exist" in outcome(done)[2]
    assert "Write the answer that counts as right there" in outcome(done)[2]
    assert not (program.folder / "ran").exists()


def test_a_look_beforehand_says_whether_there_is_a_recorded_answer(
    program: OfflineProgram,
) -> None:
    (program.folder / "offline.md").write_text(compares(RECORDED))
    missing = program("--check", "offline.md", "--json")
    assert missing.code == 4
    assert "not-configured" in missing.findings()
    project(program)
    there = program("--check", "offline.md", "--json")
    assert there.code == 0
    assert "recorded-answer" in there.findings()


@pytest.mark.parametrize("content", ["", "\n", " \n"])
def test_an_empty_recorded_answer_equals_nothing(program: OfflineProgram, content: str) -> None:
    project(program, content)
    assert outcome(program.live(compares("")))[:2] == ("blocked", "not-configured")


def test_a_link_out_of_the_project_is_not_followed(program: OfflineProgram) -> None:
    baseline = project(program)
    outside = program.folder.parent / "outside.txt"
    outside.write_text(RECORDED)
    baseline.unlink()
    baseline.symlink_to(outside)
    done = program.live(compares(RECORDED))
    assert outcome(done)[:2] == ("blocked", "not-configured")
    assert "out of the project's folder" in outcome(done)[2]


def test_drift_without_an_operator_is_not_triaged_and_changes_nothing(
    program: OfflineProgram,
) -> None:
    baseline = project(program)
    done = program.live(compares(OTHER))
    assert outcome(done)[:2] == ("fail", "text-drift")
    assert outcome(done)[2].startswith(
        "Expected a text at least 0.85 like baselines/x.txt; seen 0."
    )
    assert outcome(done)[2].endswith(", not triaged")
    assert "drift-untriaged" in done.findings()
    assert baseline.read_text() == RECORDED + "\n"
    assert not (program.state / "calibration.json").exists()
    assert program("replay", "last").code == 0


FALSE_POSITIVE = '[answer]\ndrift = "false-positive"\nnote = "The same."\ndrift-threshold = "{}"\n'


@pytest.mark.parametrize("threshold", ["yes", "0.8"])
def test_a_false_positive_is_judged_otherwise_from_the_next_try_on(
    program: OfflineProgram, threshold: str
) -> None:
    project(program)
    text = compares(ALIKE, "threshold = 0.97")
    done = program.live(text, answers=FALSE_POSITIVE.format(threshold))
    assert outcome(done)[:2] == ("fail", "text-drift")
    (triaged,) = evidence(program, TriageEvidence)
    new = triaged.triaged.threshold
    assert new == (0.8 if threshold == "0.8" else pytest.approx(0.94, abs=0.02))
    assert f"triaged: false positive; threshold {new:.2f} from the next try on" in outcome(done)[2]
    calibration = calibration_of(program)
    (row,), (stored,) = calibration.log, calibration.pairs
    assert (row.test, row.old, row.new, row.reason) == ("offline/answer", 0.97, new, "The same.")
    assert (stored.triage, stored.pair.new.text) == ("false-positive", ALIKE)
    assert calibration.rescoring is not None
    assert stat.S_IMODE((program.state / "calibration.json").stat().st_mode) == 0o600
    assert program("replay", "last").code == 0
    assert outcome(program.live(text))[:2] == ("pass", None)
    (compared,) = evidence(program, DriftEvidence)
    assert compared.compared.drift.threshold.source == "calibration"


@pytest.mark.parametrize(
    ("answers", "why"),
    [
        (FALSE_POSITIVE.format("0.99"), "above the measured ratio"),
        (FALSE_POSITIVE.format("much"), "not a threshold"),
        ('[answer]\ndrift = "false-positive"\n', "needs a reason"),
        ('[answer]\ndrift = "yes"\n', "none of expected"),
    ],
)
def test_a_class_that_can_not_be_given_changes_nothing(
    program: OfflineProgram, answers: str, why: str
) -> None:
    project(program)
    done = program.live(compares(ALIKE, "threshold = 0.97"), answers=answers)
    assert outcome(done)[:2] == ("fail", "text-drift")
    assert evidence(program, TriageEvidence) == []
    assert calibration_of(program) == Calibration()
    asked = [
        f"{request.body.about.get('problem')} {request.body.text}"
        for request in state_of(newest(program)).requests.values()
        if isinstance(request.body, QuestionAsked)
    ]
    assert any(why in words for words in asked) or why in json.dumps(done.json())


def git(folder: Path, *argv: str) -> None:
    subprocess.run(
        ["git", "-c", "user.name=a", "-c", "user.email=a@x", *argv],
        cwd=folder,
        check=True,
        capture_output=True,
    )


EXPECTED = '[answer]\ndrift = "expected"\ndrift-cause = "prompt"\ndrift-accept = "yes"\n'


def test_an_expected_drift_replaces_the_recorded_answer(program: OfflineProgram) -> None:
    baseline = project(program)
    baseline.chmod(0o640)
    (program.folder / "prompts").mkdir()
    (program.folder / "prompts/sum.md").write_text("Sum it up.")
    git(program.folder, "init", "-q")
    git(program.folder, "add", "baselines", "prompts")
    git(program.folder, "commit", "-qm", "Begin")
    (program.folder / "prompts/sum.md").write_text("Sum it up, please.")
    done = program.live(compares(OTHER), answers=EXPECTED)
    assert outcome(done)[:2] == ("fail", "text-drift")
    assert "triaged: expected (prompt changed); baselines/x.txt replaced" in outcome(done)[2]
    (triaged,) = evidence(program, TriageEvidence)
    assert triaged.triaged.paths == ("offline.md", "prompts/sum.md")
    assert baseline.read_text() == OTHER + "\n"
    assert stat.S_IMODE(baseline.stat().st_mode) == 0o640
    assert [pair.triage for pair in calibration_of(program).pairs] == ["expected"]
    assert outcome(program.live(compares(OTHER)))[:2] == ("pass", None)
    assert program("replay", "last").code == 0


def test_a_changed_runbook_is_a_changed_prompt(program: OfflineProgram) -> None:
    project(program)
    git(program.folder, "init", "-q")
    git(program.folder, "add", "baselines")
    git(program.folder, "commit", "-qm", "Begin")
    assert outcome(program.live(compares(OTHER), answers=EXPECTED))[1] == "text-drift"
    (triaged,) = evidence(program, TriageEvidence)
    assert triaged.triaged.paths == ("offline.md",)


def test_the_recorded_answer_itself_explains_nothing_in_a_part_of_a_repository(
    program: OfflineProgram,
) -> None:
    part = program.folder / "part"
    (part / "baselines").mkdir(parents=True)
    (part / "baselines/fixture.txt").write_text(RECORDED + "\n")
    git(program.folder, "init", "-q")
    answers = EXPECTED.replace('"prompt"', '"fixture"')
    text = compares(OTHER, baseline="baselines/fixture.txt")
    done = program.live(text, "--project", str(part), answers=answers)
    assert outcome(done)[:2] == ("fail", "text-drift")
    (triaged,) = evidence(program, TriageEvidence)
    assert not [path for path in triaged.triaged.paths if path.endswith("fixture.txt")]


def test_a_change_that_is_not_in_the_working_tree_is_stated(program: OfflineProgram) -> None:
    baseline = project(program)
    answers = EXPECTED.replace('"yes"', '"no"')
    done = program.live(compares(OTHER), answers=answers)
    assert outcome(done)[:2] == ("fail", "text-drift")
    assert baseline.read_text() == RECORDED + "\n"
    assert evidence(program, TriageEvidence) == []
    texts = [
        request.body.text
        for request in state_of(newest(program)).requests.values()
        if isinstance(request.body, QuestionAsked)
    ]
    assert any("Whether that change is in the working tree is not known" in t for t in texts)


def test_a_recorded_answer_that_was_changed_meanwhile_is_not_replaced(
    program: OfflineProgram,
) -> None:
    baseline = project(program)
    table = 'expect = [{ text_drift = { baseline = "baselines/x.txt" } }]'
    text = book(runs("answer", f"echo New > {baseline}; printf %s '{OTHER}'", table))
    done = program.live(text, answers=EXPECTED)
    assert outcome(done)[:2] == ("fail", "text-drift")
    assert "not written: baselines/x.txt: it was changed since it was read" in outcome(done)[2]
    assert "triage-not-written" in done.findings()
    assert baseline.read_text() == "New\n"


def test_a_regression_leaves_a_ticket_and_the_recorded_answer(program: OfflineProgram) -> None:
    baseline = project(program)
    done = program.live(
        compares(OTHER), answers='[answer]\ndrift = "regression"\nnote = "It says nothing."\n'
    )
    assert outcome(done)[:2] == ("fail", "text-drift")
    assert "triaged: regression; a draft of a ticket is in the record" in outcome(done)[2]
    (triaged,) = evidence(program, TriageEvidence)
    ticket = read_evidence(newest(program), triaged.triaged.ticket.sha256).decode()
    for part in ("offline/answer", "It says nothing.", "own API key", "SHA-256", "0.85"):
        assert part in ticket
    assert baseline.read_text() == RECORDED + "\n"
    assert [pair.triage for pair in calibration_of(program).pairs] == ["regression"]
    assert program("replay", "last").code == 0


def test_a_text_that_shows_no_tool_calls_is_undecided(program: OfflineProgram) -> None:
    (program.folder / "baselines").mkdir()
    (program.folder / "baselines/x.json").write_text('{"output_text": "a", "tool_calls": []}')
    done = program.live(compares("a", baseline="baselines/x.json", word="tool_calls"))
    assert outcome(done)[:2] == ("blocked", "drift-undecided")
    assert "Compare it by hand" in outcome(done)[2]


@pytest.mark.parametrize("content", ['{"output_text": "a"}', "a"])
def test_a_recorded_answer_that_states_no_tool_calls_is_not_compared(
    program: OfflineProgram, content: str
) -> None:
    (program.folder / "baselines").mkdir()
    (program.folder / "baselines/x").write_text(content)
    done = program.live(compares("a", baseline="baselines/x", word="tool_calls"))
    assert outcome(done)[:2] == ("blocked", "not-configured")
    assert "does not say which tools were called" in outcome(done)[2]


def called(arguments: str) -> str:
    return json.dumps({"output_text": "a", "tool_calls": [{"name": "pay", "arguments": arguments}]})


@pytest.mark.parametrize(
    ("recorded", "new", "code"),
    [
        ('{"a": 1, "b": 2}', '{"b": 2, "a": 1}', None),
        ('{"a": 1}', '{"a": 1.0}', "tool-call-drift"),
        ('{"a": 1}', '{"a": true}', "tool-call-drift"),
        ('{"a": 12}', '{"a": 13}', "tool-call-drift"),
    ],
)
def test_tool_calls_are_compared_exactly(
    program: OfflineProgram, recorded: str, new: str, code: str | None
) -> None:
    (program.folder / "baselines").mkdir()
    (program.folder / "baselines/x.json").write_text(called(recorded))
    done = program.live(compares(called(new), baseline="baselines/x.json", word="tool_calls"))
    assert outcome(done)[1] == code
    if code is not None:
        assert "Expected the tool calls of baselines/x.json; seen [0]" in outcome(done)[2]
        assert "alike" not in outcome(done)[2]


def test_a_rule_can_ask_whether_an_answer_is_the_recorded_one(program: OfflineProgram) -> None:
    project(program)
    rule = (
        '[[on]]\nmatch = { text_drift = { baseline = "baselines/x.txt" } }\n'
        'outcome = "fail"\nwhy = "It is the canned answer"'
    )
    same = program.live(book(runs("answer", f"printf %s '{RECORDED}'", rule)))
    assert outcome(same)[0] == "fail"
    other = program.live(book(runs("answer", f"printf %s '{OTHER}'", rule)))
    assert outcome(other)[:2] == ("pass", None)
    assert "drift-untriaged" not in other.findings()


def test_a_damaged_calibration_file_blocks_and_stays(program: OfflineProgram) -> None:
    project(program)
    program.state.mkdir(mode=0o700, exist_ok=True)
    damaged = program.state / "calibration.json"
    damaged.write_text('{"schema": "smoke-calibration/1",\n "log": 3}')
    done = program.live(compares(RECORDED))
    assert outcome(done)[:2] == ("blocked", "not-configured")
    assert "calibration.json:" in outcome(done)[2]
    assert damaged.read_text().endswith('"log": 3}')


def test_the_word_of_a_single_call_does_not_drift(program: OfflineProgram) -> None:
    project(program, "smoke-0123456789")
    assert outcome(program.live(compares("smoke-abcdef0123")))[:2] == ("pass", None)


@pytest.mark.parametrize("lines", range(15, 31, 3))
def test_a_kill_in_the_triage_leaves_the_files_old_or_new(
    program: OfflineProgram, lines: int
) -> None:
    """Killed after any event, the calibration file is whole; resumed, the step is asked again."""
    baseline = project(program)
    (program.folder / "offline.md").write_text(compares(ALIKE, "threshold = 0.97"))
    (program.folder / "answers.toml").write_text(FALSE_POSITIVE.format("yes"))
    argv = ("--check", "offline.md", "--live", "--answers", "answers.toml")
    child = beside(program.folder, *argv)
    killed = False
    while child.poll() is None:
        journals = list(program.state.glob("sessions/*/journal.jsonl"))
        if journals and journals[0].read_bytes().count(b"\n") >= lines:
            os.kill(child.pid, signal.SIGKILL)
            killed = True
            break
    child.communicate()
    calibration = calibration_of(program)
    assert len(calibration.log) == len(calibration.pairs) <= 1
    assert baseline.read_text() == RECORDED + "\n"
    if killed and state_of(newest(program)).closed is None:
        finished = state_of(newest(program)).steps["answer"].outcome
        again = ("--check", "last", "--live", "--resume", "--answers", "answers.toml", "--json")
        done = program(*again)
        step = done.json()["steps"][0]
        # What was written before the kill judges the try that is made now.
        judged = "pass" if calibration.log else "fail"
        assert step["outcome"] == (finished or judged), done.err
        assert len(calibration_of(program).log) == 1
    assert program("replay", "last").code == 0


def test_texts_that_can_not_be_decided_are_blocked_and_triaged(program: OfflineProgram) -> None:
    """Letters in runs, each shorter by one, take more steps than the comparison has."""
    recorded, new = (
        "".join("a" * size + chr(first + size) for size in range(300, 0, -1))
        for first in (0x4E00, 0x6E00)
    )
    project(program, recorded)
    (program.folder / "answer.txt").write_text(new)
    expect = f'expect = [{{ text_drift = {{ baseline = "{BASELINE}" }} }}]'
    text = book(runs("answer", "cat answer.txt", expect))
    done = program.live(text, answers='[answer]\ndrift = "regression"\n')
    assert outcome(done)[:2] == ("blocked", "drift-undecided")
    assert "; seen undecided, from 0." in outcome(done)[2]
    assert "triaged: regression" in outcome(done)[2]
    assert program("replay", "last").code == 0


KEY = "sk-proj-FAKE" + "Zq4Xw7Lm2Vb9Kt6Rn3Hd8Jp5Gs1Yc0Fa"


def test_a_secret_in_either_answer_reaches_neither_record_nor_file(
    program: OfflineProgram,
) -> None:
    baseline = project(program, f"The key is {KEY}, as it was.")
    answers = EXPECTED + 'note = "It was meant."\n'
    (program.folder / "answer.txt").write_text(f"{OTHER} It is {KEY}, too.")
    expect = f'expect = [{{ text_drift = {{ baseline = "{BASELINE}" }} }}]'
    done = program.live(book(runs("answer", "cat answer.txt", expect)), answers=answers)
    assert outcome(done)[:2] == ("fail", "text-drift")
    assert "REDACTED" in baseline.read_text()
    files = [path for path in program.state.rglob("*") if path.is_file()]
    assert files
    for path in (*files, baseline):
        assert KEY not in path.read_text(errors="replace"), path


@pytest.mark.parametrize("lines", range(12, 33, 4))
def test_a_kill_leaves_the_recorded_answer_old_or_new(program: OfflineProgram, lines: int) -> None:
    baseline = project(program)
    (program.folder / "offline.md").write_text(compares(OTHER))
    (program.folder / "answers.toml").write_text(EXPECTED)
    argv = ("--check", "offline.md", "--live", "--answers", "answers.toml")
    child = beside(program.folder, *argv)
    while child.poll() is None:
        journals = list(program.state.glob("sessions/*/journal.jsonl"))
        if journals and journals[0].read_bytes().count(b"\n") >= lines:
            os.kill(child.pid, signal.SIGKILL)
            break
    child.communicate()
    assert baseline.read_text() in (RECORDED + "\n", OTHER + "\n")
    # Its pair is stored after it, so that no stored pair claims what was not done.
    pairs = calibration_of(program).pairs
    assert len(pairs) == 0 or baseline.read_text() == OTHER + "\n"
    assert program("replay", "last").code == 0
