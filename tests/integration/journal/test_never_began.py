"""Killed before its first line, or in the middle of keeping evidence: told as such, then cleared."""

from __future__ import annotations

import fcntl
import json
from pathlib import Path

import pytest

from smoke_tui.journal.folders import EVIDENCE, JOURNAL, clear_left, never_began
from tests.helpers.program import Program

NAME = "20991231T235959Z-0001"
TEMPORARY = ".smoke-tui-k1ll3d"


def leave(state: Path, kind: str) -> Path:
    """What a kill leaves at a moment between the folder and the first line."""
    folder = state / "sessions" / NAME
    folder.mkdir(mode=0o700, parents=True)
    for above in (state, state / "sessions"):
        above.chmod(0o700)
    if kind != "folder":
        (folder / EVIDENCE).mkdir(mode=0o700)
    if kind in ("empty", "half a line"):
        (folder / JOURNAL).write_bytes(b"" if kind == "empty" else b'{"seq":0,"t":"2099')
    return folder


KINDS = ("folder", "evidence", "empty", "half a line")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "argv",
    [
        ("--check", "last"),
        ("--check", NAME),
        ("--check", NAME, "--json"),
        ("report", "last"),
        ("replay", NAME[:9]),
        ("resume", "--plain", "last"),
        ("archive", "last", "-o", "a.smoke"),
        ("diff", "last", "last"),
        ("--check", "last", "--resume"),
    ],
    ids=lambda argv: " ".join(argv),
)
def test_it_is_reported_as_not_begun_and_never_as_damage(
    program: Program, kind: str, argv: tuple[str, ...]
) -> None:
    folder = leave(program.state, kind)
    done = program(*argv)
    assert done.code == 5, done.err
    assert "ended before its first line was written: nothing ran" in done.err
    assert folder.exists(), "reading clears nothing"


@pytest.mark.parametrize("kind", KINDS)
def test_the_list_names_it_and_the_next_start_clears_it(program: Program, kind: str) -> None:
    folder = leave(program.state, kind)
    listed = program("sessions")
    assert listed.code == 0
    assert f"{NAME}  (ended before its first line: nothing ran)\n" in listed.out
    (row,) = json.loads(program("sessions", "--json").out)["sessions"]
    assert (row["session"], row["verdict"]) == (NAME, None)
    assert program("--check", "--rehearse").code == 0
    assert not folder.exists()
    assert program("--check", "last").code == 0


def test_a_temporary_file_beside_the_evidence_is_no_damage(program: Program) -> None:
    assert program("--check", "--rehearse").code == 0
    folder = program.only()
    left = [folder / EVIDENCE / TEMPORARY, folder / f".{JOURNAL}.new"]
    for path in left:
        path.write_bytes(b"half")
    verified = program("--check", "last", "--json")
    assert verified.code == 0, verified.out
    assert not [
        row for row in json.loads(verified.out)["findings"] if row["code"].startswith("evidence")
    ]
    assert program("archive", "last", "-o", "a.smoke").code == 0
    assert program("--check", "--rehearse").code == 0
    assert not any(path.exists() for path in left), "the next start clears it"


@pytest.mark.parametrize("kind", ["other name", "a file more", "other evidence", "a whole line"])
def test_what_is_not_ours_or_holds_something_is_never_cleared(tmp_path: Path, kind: str) -> None:
    folder = leave(tmp_path / "state", "empty")
    if kind == "other name":
        folder = folder.rename(folder.with_name("notes"))
    elif kind == "a file more":
        (folder / "notes.txt").write_text("mine")
    elif kind == "other evidence":
        (folder / EVIDENCE / ("0" * 64)).write_text("x")
    else:
        (folder / JOURNAL).write_bytes(b"damaged\n")
    assert not never_began(folder)
    clear_left(tmp_path / "state" / "sessions")
    assert (folder / JOURNAL).exists()


def test_one_that_another_program_is_about_to_begin_is_left_alone(tmp_path: Path) -> None:
    folder = leave(tmp_path / "state", "empty")
    with (folder / JOURNAL).open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        clear_left(tmp_path / "state" / "sessions")
        assert folder.exists()
    clear_left(tmp_path / "state" / "sessions")
    assert not folder.exists()
