"""The changed files of the repository around a file, as git lists them."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from smoke_tui.judging.working_tree import GIT_STATUS, changed_paths

_SECONDS: Final = 20.0


@dataclass(frozen=True, slots=True)
class WorkingTree:
    """A repository's changed files, below its folder; `problem` says why they are not known."""

    root: Path | None = None
    changed: tuple[str, ...] = ()
    problem: str = ""

    def path_of(self, file: Path | str) -> str:
        """The path of a file below the repository's folder; as it is where it is elsewhere."""
        path = Path(file).resolve()
        if self.root is None or not path.is_relative_to(self.root):
            return str(file)
        return path.relative_to(self.root).as_posix()


def working_tree(folder: Path) -> WorkingTree:
    """The changed files of the repository that a folder is in."""
    root, problem = _git(folder, ("git", "rev-parse", "--show-toplevel"))
    if root is None:
        return WorkingTree(problem=problem)
    top = Path(root.rstrip("\n")).resolve()
    output, problem = _git(top, GIT_STATUS)
    if output is None:
        return WorkingTree(problem=problem)
    return WorkingTree(top, changed_paths(output))


def _git(folder: Path, argv: Sequence[str]) -> tuple[str | None, str]:
    """The output of git, or why there is none."""
    try:
        done = subprocess.run(
            # A repository can name a program of its own for this; it is not run.
            [argv[0], "-c", "core.fsmonitor=false", *argv[1:]],
            cwd=folder,
            capture_output=True,
            text=True,
            errors="replace",
            stdin=subprocess.DEVNULL,
            env={**os.environ, "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"},
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return None, f"git gave no answer within {_SECONDS:g} s"
    except OSError as error:
        return None, f"git can't be run in {folder}: {error.strerror or error}"
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["no words"]
        return None, f"git {argv[1]} in {folder}: {lines[0][:200]}"
    return done.stdout, ""
