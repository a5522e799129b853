"""Text files of the project, read and replaced through the live port; what git lists as changed."""

from __future__ import annotations

import asyncio
import os
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from smoke_tui.journal.events.machine_facts import ChangesRead, TextRead, TextReplaced
from smoke_tui.judging.working_tree import changed_paths
from smoke_tui.redaction import Secret, Vault
from smoke_tui.world.live.project_texts import LiveTexts
from smoke_tui.world.ports import PortAnswer
from smoke_tui.world.requests.texts import (
    TEXT,
    KeepText,
    ReadText,
    ReplaceCalibration,
    ReplaceText,
    digest_of,
)

HIDDEN = "FAKE-hidden-value-0123456789abcdef"


@pytest.fixture
def texts(tmp_path: Path) -> LiveTexts:
    project = tmp_path / "project"
    (project / "baselines").mkdir(parents=True)
    vault = Vault()
    vault.add(Secret(HIDDEN, kind="token", ref="s.1"))
    return LiveTexts(vault, str(project), str(tmp_path / "state" / "calibration.json"))


def baseline(texts: LiveTexts) -> Path:
    return Path(texts.project, "baselines/x.txt")


def problem(answer: PortAnswer) -> str | None:
    assert isinstance(answer.body, TextRead | TextReplaced | ChangesRead)
    return answer.body.problem


def test_a_file_is_read_whole_and_a_missing_one_is_told_apart(texts: LiveTexts) -> None:
    baseline(texts).write_bytes("Grüße\r\n".encode())
    assert texts.read(ReadText("baselines/x.txt")).blobs == {TEXT: "Grüße\r\n".encode()}
    missing = texts.read(ReadText("baselines/y.txt"))
    assert isinstance(missing.body, TextRead)
    assert missing.body.missing
    assert problem(missing) == "baselines/y.txt does not exist"


def _fifo(path: Path) -> None:
    os.mkfifo(path)


def _link_out(path: Path) -> None:
    outside = path.parents[2] / "outside.txt"
    outside.write_text("outside")
    path.symlink_to(outside)


def _link_inside(path: Path) -> None:
    path.with_name("other.txt").write_text("inside")
    path.symlink_to("other.txt")


@pytest.mark.parametrize("make", [_fifo, _link_out, Path.mkdir])
def test_what_is_no_plain_file_of_the_project_is_not_read(
    texts: LiveTexts, make: Callable[[Path], None]
) -> None:
    make(baseline(texts))
    read = texts.read(ReadText("baselines/x.txt"))
    assert problem(read)
    assert read.blobs == {}


@pytest.mark.parametrize("make", [_fifo, _link_out, _link_inside, Path.mkdir])
def test_what_is_no_plain_file_of_the_project_is_not_replaced(
    texts: LiveTexts, make: Callable[[Path], None]
) -> None:
    make(baseline(texts))
    kind = stat.S_IFMT(baseline(texts).lstat().st_mode)
    assert problem(texts.replace(ReplaceText("baselines/x.txt", None, "new")))
    assert stat.S_IFMT(baseline(texts).lstat().st_mode) == kind
    assert not [p for p in Path(texts.project).rglob("*") if p.is_file() and p.read_text() == "new"]


def test_a_file_is_replaced_as_a_whole_and_keeps_its_mode(texts: LiveTexts) -> None:
    path = baseline(texts)
    path.write_text("old")
    path.chmod(0o664)
    assert problem(texts.replace(ReplaceText("baselines/x.txt", digest_of("old"), "new"))) is None
    assert path.read_text() == "new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o664
    assert [p.name for p in path.parent.iterdir()] == ["x.txt"]


@pytest.mark.parametrize("former", [None, "other"])
def test_a_file_that_was_changed_since_it_was_read_stays(
    texts: LiveTexts, former: str | None
) -> None:
    baseline(texts).write_text("old")
    digest = None if former is None else digest_of(former)
    answer = texts.replace(ReplaceText("baselines/x.txt", digest, "new"))
    assert "was changed since it was read" in (problem(answer) or "")
    assert baseline(texts).read_text() == "old"


def test_a_folder_has_to_be_there(texts: LiveTexts) -> None:
    answer = texts.replace(ReplaceText("nowhere/x.txt", None, "new"))
    assert problem(answer) == "the folder of nowhere/x.txt does not exist"
    assert not Path(texts.project, "nowhere").exists()


def test_a_folder_that_leads_out_of_the_project_is_not_written_to(
    texts: LiveTexts, tmp_path: Path
) -> None:
    (tmp_path / "outside").mkdir()
    Path(texts.project, "out").symlink_to(tmp_path / "outside")
    assert problem(texts.replace(ReplaceText("out/x.txt", None, "new")))
    assert problem(texts.replace(ReplaceText("baselines/../../x.txt", None, "new")))
    assert list((tmp_path / "outside").iterdir()) == []
    assert not (tmp_path / "x.txt").exists()


def test_what_is_written_and_kept_holds_no_known_secret(texts: LiveTexts) -> None:
    baseline(texts).write_text(f"It is {HIDDEN}.")
    shown = texts.vault.redact(f"It is {HIDDEN}.".encode()).decode()
    request = ReplaceText("baselines/x.txt", digest_of(shown), f"Now {HIDDEN}.")
    assert problem(texts.replace(request)) is None
    assert HIDDEN not in baseline(texts).read_text()
    assert problem(texts.replace_calibration(ReplaceCalibration(None, f'"{HIDDEN}"'))) is None
    calibration = Path(str(texts.calibration))
    assert HIDDEN not in calibration.read_text()
    assert stat.S_IMODE(calibration.stat().st_mode) == 0o600


def test_the_calibration_file_is_replaced_only_as_it_was_read(texts: LiveTexts) -> None:
    assert isinstance(texts.read_calibration().body, TextRead)
    assert problem(texts.replace_calibration(ReplaceCalibration(None, "first"))) is None
    assert texts.read_calibration().blobs == {TEXT: b"first"}
    answer = texts.replace_calibration(ReplaceCalibration(None, "second"))
    assert "was changed since it was read" in (problem(answer) or "")
    assert (
        problem(texts.replace_calibration(ReplaceCalibration(digest_of("first"), "second"))) is None
    )
    assert texts.read_calibration().blobs == {TEXT: b"second"}


def test_without_a_calibration_file_nothing_is_read_or_written(tmp_path: Path) -> None:
    texts = LiveTexts(Vault(), str(tmp_path), None)
    assert "--calibration" in (problem(texts.read_calibration()) or "")
    assert "--calibration" in (
        problem(texts.replace_calibration(ReplaceCalibration(None, "a"))) or ""
    )


def test_a_kept_text_is_its_evidence(texts: LiveTexts) -> None:
    assert texts.keep(KeepText("t.md", "A \ud800 half.")).blobs == {TEXT: b"A ? half."}


def test_what_git_lists_is_evidence(texts: LiveTexts) -> None:
    project = Path(texts.project)
    assert "not a git repository" in (problem(asyncio.run(texts.changes())) or "")
    subprocess.run(["git", "init", "-q"], cwd=project, check=True)
    (project / "pröm pts.md").write_text("a")
    # A program that the repository names for its own use must not run.
    subprocess.run(["git", "config", "core.fsmonitor", "touch ran;"], cwd=project, check=True)
    answer = asyncio.run(texts.changes())
    assert problem(answer) is None
    assert changed_paths(answer.blobs[TEXT].decode()) == ("pröm pts.md",)
    assert not (project / "ran").exists()
