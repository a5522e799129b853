"""What going on with a session may not do: pass what was not seen, or try without end."""

from __future__ import annotations

import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from smoke_tui.journal.file import read_journal
from tests.helpers.offline_program import OfflineProgram, book, cut, runs, state_of

RETRY = ("fallback = true", "retry = { max = 1 }")
GOTO = '\n[[on]]\nmatch = { exit = 3 }\ngoto = "mend"'
LOOP = book(
    runs("one", "true"),
    runs("two", "exit 3", 'needs = ["one"]', "proof = true", GOTO),
    runs("mend", "true", *RETRY),
)


@pytest.fixture(scope="module", name="looped")
def _looped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A session whose fallback did not help."""
    from smoke_tui.__main__ import main

    folder = tmp_path_factory.mktemp("looped")
    (folder / "offline.md").write_text(LOOP)
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("CI", raising=False)
        patch.setenv("XDG_CONFIG_HOME", str(folder))
        assert (
            main(
                [
                    "--state-dir",
                    str(folder),
                    "--check",
                    str(folder / "offline.md"),
                    "--live",
                    "--project",
                    str(folder),
                ]
            )
            == 1
        )
    return next((folder / "sessions").iterdir())


def taken(looped: Path, program: OfflineProgram, lines: int) -> Path:
    """A copy of it, broken off after so many lines."""
    program.state.mkdir(mode=0o700, exist_ok=True)
    folder = program.state / "sessions" / looped.name
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(looped, folder)
    for path in (folder, folder.parent):
        path.chmod(0o700)
    cut(folder, lines)
    return folder


def resume(program: OfflineProgram) -> int:
    return program("--check", "last", "--resume", "--live").code


POINTS = ("try.started", "try.finished", "rule.matched", "branch.taken", "step.finished")


@pytest.mark.parametrize("point", POINTS)
def test_a_fallback_is_taken_once_wherever_the_session_breaks_off(
    looped: Path, program: OfflineProgram, point: str
) -> None:
    seqs = [e.seq for e in read_journal(looped).events if e.kind == point]
    assert seqs
    for seq in seqs:
        folder = taken(looped, program, seq + 1)
        assert resume(program) == 1
        tries = state_of(folder).steps["two"].tries
        assert sum(1 for t in tries if t.cause == "return") == 1
        assert Counter(t.cause for t in state_of(folder).steps["mend"].tries)["fallback"] <= 2
        assert program("replay", "last").code == 0


def test_breaking_off_again_and_again_gives_no_further_tries(
    looped: Path, program: OfflineProgram
) -> None:
    """Each time in the middle of the try behind the fallback."""
    begun = [
        e.seq for e in read_journal(looped).events if e.kind == "try.started" and e.step == "two"
    ][1]
    folder = taken(looped, program, begun + 1)
    for _ in range(4):
        assert resume(program) == 1
        events = read_journal(folder).events
        last = max(e.seq for e in events if e.kind == "try.started" and e.step == "two")
        cut(folder, last + 1)
    assert resume(program) == 1
    causes = Counter(t.cause for t in state_of(folder).steps["two"].tries)
    assert causes["return"] == 1
    assert len(state_of(folder).steps["mend"].tries) == 1
    assert program("replay", "last").code == 0


def test_a_try_that_passed_and_was_not_settled_is_done_again(program: OfflineProgram) -> None:
    """What stands in the record is not enough to pass: the outcome was never acknowledged."""
    (program.folder / "there").touch()
    text = book(runs("one", "test -e there", "proof = true"))
    assert program.live(text).code == 0
    finished = next(e.seq for e in read_journal(program.only()).events if e.kind == "try.finished")
    cut(program.only(), finished + 1)
    (program.folder / "there").unlink()
    assert resume(program) == 1
    assert [t.code for t in state_of(program.only()).steps["one"].tries] == [None, "command-failed"]


def test_a_part_stays_a_part(program: OfflineProgram) -> None:
    text = book(runs("one", "exit 3"), runs("two", "true"))
    assert program.live(text, "--only", "two").code == 0
    begun = next(e.seq for e in read_journal(program.only()).events if e.kind == "try.started")
    cut(program.only(), begun + 1)
    done = program("--check", "last", "--resume", "--live", "--json")
    assert (done.code, done.json()["partial"]) == (0, True)
    assert [row["id"] for row in done.json()["steps"]] == ["two"]


def test_one_step_once_more_does_not_complete_what_is_incomplete(program: OfflineProgram) -> None:
    text = book(
        runs("one", "true"),
        runs("two", "exit 3"),
        runs("three", "true", 'needs = ["two"]', "proof = true"),
    )
    assert program.live(text).code == 1
    assert program("rerun", "last", "--step", "one", "--live").code == 1
    (program.folder / "waive.toml").write_text('[two]\nwaive = "Not today."\n')
    done = program("rerun", "last", "--step", "two", "--live", "--answers", "waive.toml", "--json")
    assert (done.code, done.json()["verdict"]) == (4, "incomplete")


def test_a_step_that_fails_when_it_is_done_again_takes_its_pass_back(
    program: OfflineProgram,
) -> None:
    (program.folder / "there").touch()
    assert program.live(book(runs("one", "test -e there"), runs("two", "true"))).code == 0
    (program.folder / "there").unlink()
    assert program("rerun", "last", "--step", "one", "--live").code == 1
    assert program("--check", "last").code == 1


def test_a_fallback_that_failed_settles_its_caller(program: OfflineProgram) -> None:
    text = LOOP.replace(
        'true\n```\n\n```toml step\nid = "mend"', 'exit 1\n```\n\n```toml step\nid = "mend"'
    )
    assert text != LOOP
    done = program.live(text)
    assert (done.code, done.json()["verdict"]) == (1, "fail")
    assert len(state_of(program.only()).steps["two"].tries) == 1


def test_the_report_says_that_the_code_under_test_changed_in_between(
    program: OfflineProgram,
) -> None:
    """What passed before the session broke off was shown of another revision."""

    def git(*argv: str) -> str:
        return subprocess.run(
            ["git", "-c", "user.name=n", "-c", "user.email=e@example.invalid", *argv],
            cwd=program.folder,
            check=True,
            capture_output=True,
            text=True,
        ).stdout.strip()

    git("init", "-q")
    git("commit", "-q", "--allow-empty", "-m", "first")
    old = git("rev-parse", "HEAD")
    assert program.live(book(runs("one", "true"), runs("two", "true"))).code == 0
    cut(
        program.only(),
        next(e.seq for e in read_journal(program.only()).events if e.kind == "step.finished") + 1,
    )
    git("commit", "-q", "--allow-empty", "-m", "second")
    new = git("rev-parse", "HEAD")
    assert resume(program) == 0
    report = program("report", "last").out
    assert old[:12] in report
    assert f"the code under test was `{new[:12]}`" in report


def test_a_captured_value_is_not_lost_and_not_made_up(program: OfflineProgram) -> None:
    text = book(
        runs("one", 'echo \'{"org": "o-1"}\'', 'capture = { org = { json = "org" } }'),
        runs("two", 'test "$ORG" = o-1', 'needs = ["one"]', 'env = { ORG = "{{ org }}" }'),
    )
    assert program.live(text).code == 0
    events = read_journal(program.only()).events
    captured = next(e.seq for e in events if e.kind == "captured")
    for lines in (captured, captured + 1):
        cut(program.only(), lines)
        assert resume(program) == 0
    causes = [t.cause for t in state_of(program.only()).steps["one"].tries]
    assert len(causes) > 1, "its outcome was not there yet, so it was done again"
