"""Changed files of a working tree, and which can have caused a drift."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from smoke_tui.judging.triage import Cause
from smoke_tui.judging.working_tree import GIT_STATUS, changed_paths, fitting_changes

CHANGED = (
    "baselines/a.json",
    "core/prompts/system.txt",
    "docs/readme.md",
    "runbooks/smoke.md",
    "settings.toml",
    "templates/mail.html",
    "tests/fixtures/world.json",
)


def test_what_git_writes_is_read(tmp_path: Path) -> None:
    """Names with spaces, arrows, quotes and letters beyond ASCII; renamed, new and staged files."""

    def git(*argv: str) -> str:
        who = ("-c", "user.name=a", "-c", "user.email=a@b", "-c", "core.hooksPath=/dev/null")
        argv = ("git", *who, *argv) if argv[0] != "git" else argv
        return subprocess.run(argv, cwd=tmp_path, check=True, capture_output=True, text=True).stdout

    git("init", "-q")
    for name in ("old name", 'quo"te', "plain", "ä ö", "x -> y", "gone"):
        (tmp_path / name).write_text(f"{name}\n" * 9)
    git("add", "-A")
    git("commit", "-qm", "first")
    git("mv", "old name", "new -> name")
    git("mv", "x -> y", "z")
    (tmp_path / 'quo"te').write_text("changed")
    (tmp_path / "ä ö").write_text("changed")
    (tmp_path / "gone").unlink()
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "untracked").write_text("")
    assert changed_paths(git(*GIT_STATUS)) == (
        "folder/untracked",
        "gone",
        "new -> name",
        'quo"te',
        "z",
        "ä ö",
    )


def test_nothing_is_read_out_of_other_output() -> None:
    assert changed_paths("") == ()
    assert changed_paths("fatal: not a git repository\n!! ignored\n") == ()


@pytest.mark.parametrize(
    ("cause", "fitting"),
    [
        ("prompt", ("core/prompts/system.txt", "runbooks/smoke.md")),
        ("template", ("runbooks/smoke.md", "templates/mail.html")),
        ("fixture", ("tests/fixtures/world.json",)),
        ("model", ("runbooks/smoke.md", "settings.toml")),
    ],
)
def test_a_cause_is_found_by_its_path(cause: Cause, fitting: tuple[str, ...]) -> None:
    assert (
        fitting_changes(cause, CHANGED, baseline="baselines/a.json", runbook="runbooks/smoke.md")
        == fitting
    )


def test_a_file_that_the_operator_names_counts_if_it_changed() -> None:
    assert fitting_changes("prompt", CHANGED, named="./docs/readme.md") == ("docs/readme.md",)
    assert fitting_changes("prompt", CHANGED, named="docs/other.md") == ()
    # The new baseline is the effect, not the cause.
    named = "baselines/a.json"
    assert fitting_changes("fixture", CHANGED, baseline=named, named=named) == ()
