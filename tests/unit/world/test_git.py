"""What git holds of a folder, and what a repository may not do."""

from __future__ import annotations

import subprocess
from pathlib import Path

from smoke_tui.world.git import working_tree


def test_a_repository_runs_no_program_of_its_own(tmp_path: Path) -> None:
    assert working_tree(tmp_path) is None
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    subprocess.run(["git", "config", "core.fsmonitor", "touch ran;"], cwd=tmp_path, check=True)
    (tmp_path / "prompt.md").touch()
    tree = working_tree(tmp_path)
    assert tree is not None
    assert tree.changed() == ("prompt.md",)
    assert not (tmp_path / "ran").exists()


def test_a_file_elsewhere_keeps_its_path(tmp_path: Path) -> None:
    here = tmp_path / "here"
    here.mkdir()
    subprocess.run(["git", "init", "-q"], cwd=here, check=True)
    tree = working_tree(here)
    assert tree is not None
    assert tree.path(here / "sub" / ".." / "a.md") == "a.md"
    assert tree.path(tmp_path / "b.md") == str(tmp_path / "b.md")
    assert tree.committed(tmp_path / "b.md") is None
