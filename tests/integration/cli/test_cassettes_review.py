"""`smoke-tui cassettes diff` and `accept`: the review of recordings, as its user runs it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from smoke_tui.outcomes import Exit
from smoke_tui.world.cassettes.change_record import read_changes
from smoke_tui.world.cassettes.store import CassettePath
from tests.helpers.minted_secrets import token
from tests.helpers.program import Program
from tests.helpers.reviewed_cases import FORMER, LATER, NEW_PROMPT, git, recording, waiting


@pytest.fixture(name="program")
def _program(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Program:
    return Program(tmp_path / "state", capsys)


@pytest.fixture(name="files")
def _files(tmp_path: Path) -> CassettePath:
    """A case with a committed recording, a new one that waits, and a changed prompt."""
    (files,) = waiting(tmp_path / "repo" / "cassettes", "greeting")
    return files


def expected(program: Program, path: Path, *more: str) -> tuple[int, str]:
    done = program(
        "cassettes", "accept", str(path), "--class", "expected", "--cause", "prompt", *more
    )
    return done.code, done.out + done.err


def test_the_difference_is_shown_by_fields_and_words(program: Program, files: CassettePath) -> None:
    done = program("cassettes", "diff", str(files.accepted))
    assert done.code == Exit.OK
    assert "request.body.input[0].content: Say hello. → Say hello, shortly." in done.out
    assert "drifted: 0.7032 < 0.85 (default)" in done.out
    assert "[- and welcome, it is very good-]{+! Good+}" in done.out
    assert "held against: greeting.yaml" in done.out
    assert "1 case: 1 waiting for a decision, 0 accepted" in done.out


def test_accepting_needs_a_class_and_an_opened_difference(
    program: Program, files: CassettePath
) -> None:
    assert program("cassettes", "accept", str(files.accepted)).code == Exit.USAGE
    code, text = expected(program, files.accepted)
    assert code == Exit.NOT_PROVABLE
    assert "was not opened" in text
    # A program that reads the difference opens nothing.
    assert program("cassettes", "diff", str(files.accepted), "--json").json()["recordings"]
    assert expected(program, files.accepted)[0] == Exit.NOT_PROVABLE
    program("cassettes", "diff", str(files.accepted))
    files.pending.write_text(recording(LATER + " Bye."))
    assert expected(program, files.accepted)[0] == Exit.NOT_PROVABLE, "other bytes"
    assert files.accepted.read_text() == recording(FORMER)


def test_an_expected_difference_is_taken_over(program: Program, files: CassettePath) -> None:
    program("cassettes", "diff", str(files.accepted))
    code, text = expected(program, files.accepted)
    assert code == Exit.OK
    assert "with it is changed (prompt): cassettes/greeting.md" in text
    assert files.accepted.read_text() == recording(LATER, NEW_PROMPT)
    assert not files.pending.exists()
    opened, accepted = read_changes(files.changes)
    assert (opened.act, accepted.act, accepted.triage) == ("opened", "accepted", "expected")
    assert accepted.old == opened.old
    # Once more is no error: everything asked for holds.
    assert expected(program, files.accepted)[0] == Exit.OK
    assert len(read_changes(files.changes)) == 2


def test_an_expected_difference_needs_its_change_in_the_working_tree(
    program: Program, files: CassettePath
) -> None:
    git(files.accepted.parent, "commit", "-qam", "the prompt alone")
    done = program("cassettes", "diff", str(files.accepted))
    assert "its prompt cassettes/greeting.md is not" in done.err
    code, text = expected(program, files.accepted)
    assert code == Exit.NOT_PROVABLE
    assert "no changed file in the working tree can be the prompt" in text
    other = files.accepted.parent / "agent.py"
    other.write_text("PROMPT = 1\n")
    code, text = expected(program, files.accepted, "--named", str(other))
    assert code == Exit.OK
    assert "cassettes/agent.py" in text


def test_a_prompt_without_its_recording_is_warned_about(
    program: Program, files: CassettePath
) -> None:
    files.pending.unlink()
    done = program("cassettes", "diff", str(files.accepted.parent))
    assert "its recording is not; record it" in done.err


def test_a_regression_keeps_the_former_recording_and_drafts_a_ticket(
    program: Program, files: CassettePath
) -> None:
    words = ("cassettes", "accept", str(files.accepted), "--class", "regression")
    secret = token()
    program("cassettes", "diff", str(files.accepted))
    assert program(*words).code == Exit.USAGE, "a reason is needed"
    done = program(*words, "--reason", f"no welcome; Authorization: Bearer {secret}")
    assert done.code == Exit.OK
    assert files.accepted.read_text() == recording(FORMER)
    assert files.pending.exists()
    (ticket,) = (program.state / "tickets").iterdir()
    text = ticket.read_text()
    assert "# Provider regression" in text
    assert "0.7032" in text
    assert secret not in text + files.changes.read_text()
    assert ticket.stat().st_mode & 0o777 == 0o600
    rows = program("cassettes", "list", str(files.accepted), "--json").json()["cases"]
    assert [row["state"] for row in rows] == ["regression"]
    # It does not wait any more, and is no success; named itself it can still be accepted.
    code, text = expected(program, files.accepted.parent)
    assert code == Exit.FAILED
    assert "refused as a regression, and not accepted: greeting" in text
    assert files.pending.exists()
    assert expected(program, files.accepted)[0] == Exit.OK
    assert not files.pending.exists()


def test_a_false_positive_changes_the_threshold_of_its_case(
    program: Program, files: CassettePath
) -> None:
    words = ("cassettes", "accept", str(files.accepted), "--class", "false-positive")
    program("cassettes", "diff", str(files.accepted))
    reason = ("--reason", "the same meaning")
    assert program(*words).code == Exit.USAGE
    assert program(*words, *reason, "--threshold", "0.8").code == Exit.USAGE
    assert files.pending.exists()
    done = program(*words, *reason)
    assert done.code == Exit.OK
    assert "is 0.70 from now on" in done.out
    calibration = json.loads((program.state / "calibration.json").read_text())
    assert "the same meaning" in json.dumps(calibration)
    files.pending.write_text(recording(FORMER))
    done = program("cassettes", "diff", str(files.accepted))
    assert "0.70 (override; default 0.85)" in done.out
    # Nothing drifted by now: no threshold is too strict, and a ratio accepts nothing.
    assert program(*words, *reason).code == Exit.NOT_PROVABLE
    assert files.pending.exists()


def test_a_recording_with_a_secret_is_not_accepted(program: Program, files: CassettePath) -> None:
    secret = token()
    files.pending.write_text(recording(f"Authorization: Bearer {secret}", NEW_PROMPT))
    done = program("cassettes", "diff", str(files.accepted))
    assert "Authorization: Bearer" in done.out
    assert secret not in done.out
    done = program("cassettes", "diff", str(files.accepted), "--json")
    assert "Authorization: Bearer" in done.out
    assert secret not in done.out
    code, text = expected(program, files.accepted)
    assert code == Exit.SECRET
    assert "not accepted" in text
    assert files.pending.exists()


def test_more_than_five_at_once_want_the_number(program: Program, tmp_path: Path) -> None:
    folder = tmp_path / "many"
    waiting(folder, *"abcdef")
    program("cassettes", "diff", str(folder))
    code, text = expected(program, folder)
    assert code == Exit.USAGE
    assert "--count 6" in text
    assert expected(program, folder, "--count", "7")[0] == Exit.USAGE
    assert len(list(folder.glob("*.pending.yaml"))) == 6
    code, text = expected(program, folder, "--count", "6")
    assert code == Exit.OK
    assert not list(folder.glob("*.pending.yaml"))


def test_a_damaged_change_record_is_an_error(program: Program, files: CassettePath) -> None:
    program("cassettes", "diff", str(files.accepted))
    files.changes.write_text(files.changes.read_text()[:-5])
    done = program("cassettes", "diff", str(files.accepted.parent))
    assert done.code == Exit.INVALID
    assert "greeting.changes.jsonl:1: the last line is torn" in done.out + done.err


def test_nothing_to_review_is_not_green(program: Program, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert program("cassettes", "diff", str(tmp_path / "empty")).code == Exit.NOTHING
    assert expected(program, tmp_path / "empty")[0] == Exit.NOTHING
