"""The calibration file: whole whatever happens, and no change of another program is lost."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from smoke_tui.history.calibration import (
    CalibrationChangedError,
    CalibrationSecretError,
    read_calibration,
    update_calibration,
    write_calibration,
)
from smoke_tui.judging.answers import compare_answers
from smoke_tui.judging.calibration import Calibration, LogRow, StoredPair
from smoke_tui.judging.calibration_file import CalibrationError, render_calibration
from smoke_tui.judging.drift import DriftPair, RecordedAnswer, Threshold
from tests.helpers.program_faults import environment, program

DATE = "2026-11-28"
WRITER = """
import sys
from pathlib import Path
from smoke_tui.history.calibration import update_calibration
from smoke_tui.judging.calibration import LogRow
for number in range(int(sys.argv[3])):
    row = LogRow("2026-11-28", f"{sys.argv[2]}/{number}", 0.85, 0.8, "why")
    update_calibration(Path(sys.argv[1]), lambda c: c.with_threshold(row))
"""


def with_false_positive(calibration: Calibration) -> Calibration:
    answers = RecordedAnswer("aaaab"), RecordedAnswer("aaaac")
    drift = compare_answers("smoke/call", "b.txt", Threshold(), *answers)
    stored = StoredPair(DriftPair(drift, *answers), "here", DATE, "false-positive", "reworded")
    return calibration.with_false_positive(stored, 0.79)


def test_what_was_written_is_read_and_private(tmp_path: Path) -> None:
    path = tmp_path / "new" / "calibration.json"
    assert read_calibration(path).calibration == Calibration()
    written = update_calibration(path, with_false_positive)
    again = read_calibration(path)
    assert again == written
    assert again.calibration.log[0].new == 0.79
    assert len(again.calibration.pairs) == 1
    assert again.calibration.rescoring is not None
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [entry.name for entry in path.parent.iterdir()] == ["calibration.json"]


def writer(path: Path, name: str, times: int) -> list[str]:
    return [sys.executable, "-B", "-c", WRITER, str(path), name, str(times)]


def test_programs_at_once_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "calibration.json"
    children = [
        subprocess.Popen(writer(path, name, 8), env=environment(tmp_path)) for name in "abc"
    ]
    assert [child.wait(60) for child in children] == [0, 0, 0]
    rows = read_calibration(path).calibration.log
    assert sorted(row.test for row in rows) == sorted(f"{n}/{i}" for n in "abc" for i in range(8))


def test_threads_of_a_program_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "calibration.json"

    def write(name: str) -> None:
        row = LogRow(DATE, name, 0.85, 0.8, "why")
        update_calibration(path, lambda calibration: calibration.with_threshold(row))

    threads = [threading.Thread(target=write, args=(name,)) for name in "abcdef"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(row.test for row in read_calibration(path).calibration.log) == list("abcdef")


@pytest.mark.parametrize(
    ("call", "when", "is_new"),
    [
        ("flock", 1, False),
        ("unlink", 1, False),
        ("write", 1, False),
        ("fsync", 1, False),
        ("rename", 1, False),
        ("fsync", 2, True),
    ],
)
def test_a_kill_leaves_the_old_file_or_the_new_one(
    tmp_path: Path, call: str, when: int, is_new: bool
) -> None:
    """At every system call of the replacement; what a kill left behind is no obstacle later."""
    path = tmp_path / "calibration.json"
    update_calibration(path, with_false_positive)
    before = path.read_bytes()
    done = subprocess.run(
        [
            program("strace"),
            "-qq",
            "-o",
            str(tmp_path / "trace"),
            "-e",
            f"inject={call}:signal=KILL:when={when}",
            *writer(path, "x", 1),
        ],
        env=environment(tmp_path),
        check=False,
        timeout=60,
    )
    assert done.returncode != 0
    assert "+++ killed by SIGKILL +++" in (tmp_path / "trace").read_text()
    log = read_calibration(path).calibration.log
    assert [row.test for row in log] == ["smoke/call"] + ["x/0"] * is_new
    assert (path.read_bytes() != before) is is_new
    update_calibration(path, lambda c: c.with_default(0.9, "a regression passed", DATE))
    assert {entry.name for entry in tmp_path.iterdir()} == {"calibration.json", "trace"}


def test_a_change_since_the_reading_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "calibration.json"
    for content in (None, render_calibration(Calibration())):
        if content is not None:
            path.write_text(content)
        stale = read_calibration(path)
        update_calibration(path, with_false_positive)
        with pytest.raises(CalibrationChangedError, match="another program has changed it"):
            write_calibration(stale, Calibration())
        assert len(read_calibration(path).calibration.log) == 1
        path.unlink()


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"{", "calibration.json:1: no JSON"),
        (b'{\n"schema": "smoke-calibration/9"}', "calibration.json:2: schema: expected"),
        (b"\n\xff", "calibration.json:2: it is not UTF-8"),
    ],
)
def test_a_damaged_file_is_not_overwritten(tmp_path: Path, content: bytes, problem: str) -> None:
    path = tmp_path / "calibration.json"
    path.write_bytes(content)
    with pytest.raises(CalibrationError, match="it was not changed") as caught:
        update_calibration(path, with_false_positive)
    assert problem in str(caught.value)
    assert path.read_bytes() == content


def test_neither_links_nor_pipes_are_followed(tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.write_text("")
    path = tmp_path / "calibration.json"
    path.symlink_to(target)
    with pytest.raises(CalibrationError, match="can't be read"):
        read_calibration(path)
    path.unlink()
    fresh = read_calibration(path)
    path.symlink_to(tmp_path / "nowhere")
    with pytest.raises(CalibrationError, match="not written"):
        write_calibration(fresh, with_false_positive(Calibration()))
    assert not (tmp_path / "nowhere").exists()
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(CalibrationError, match="no regular file"):
        read_calibration(path)
    assert target.read_text() == ""


def test_a_full_disk_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "calibration.json"
    update_calibration(path, with_false_positive)
    before = path.read_bytes()
    done = subprocess.run(
        [
            program("strace"),
            "-qq",
            "-o",
            str(tmp_path / "trace"),
            "-e",
            "inject=fsync:error=ENOSPC:when=1",
            *writer(path, "x", 1),
        ],
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert "not written: No space left on device" in done.stderr
    assert path.read_bytes() == before
    assert {entry.name for entry in tmp_path.iterdir()} == {"calibration.json", "trace"}


def test_a_secret_is_not_written(tmp_path: Path) -> None:
    path = tmp_path / "calibration.json"
    key = "sk-proj-" + "A1b2C3d4E5f6" * 4
    with pytest.raises(CalibrationSecretError, match="looks like a secret"):
        update_calibration(path, lambda c: c.with_default(0.9, f"see {key}", DATE))
    assert not path.exists()
