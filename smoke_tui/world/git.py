"""What git holds of a folder: the committed form of a file, and what is changed."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Final

from smoke_tui.judging.working_tree import GIT_STATUS, changed_paths
from smoke_tui.structs import Struct

_PATIENCE: Final = 30.0
"""Seconds; a status of a very large working tree takes some."""


class GitError(ValueError):
    """Git could not answer; the text says why."""


class WorkingTree(Struct, frozen=True):
    """A checkout of git; `root` is its outermost folder."""

    root: Path

    def path(self, file: Path) -> str:
        """A file's path as git shows it, from the root; as it is where it is elsewhere."""
        full = file.parent.resolve() / file.name
        if not full.is_relative_to(self.root):
            return str(file)
        return full.relative_to(self.root).as_posix()

    def committed(self, file: Path) -> bytes | None:
        """The bytes of a file in the newest commit; None where it is not in it."""
        done = _git(self.root, "cat-file", "blob", f"HEAD:{self.path(file)}")
        return done.stdout if done.returncode == 0 else None

    def changed(self) -> tuple[str, ...]:
        """The files that differ from the newest commit, untracked ones among them.

        Raises:
            GitError: git could not answer.
        """
        done = _git(self.root, *GIT_STATUS[1:])
        if done.returncode != 0:
            raise GitError(f"git status: {done.stderr.decode('utf-8', 'replace').strip()}")
        return changed_paths(done.stdout.decode("utf-8", "surrogateescape"))


def working_tree(folder: Path) -> WorkingTree | None:
    """The checkout that a folder is in; None where it is in none, or git is not installed.

    Raises:
        GitError: git could not answer, such as for a folder of another owner.
    """
    try:
        done = _git(folder, "rev-parse", "--show-toplevel")
    except FileNotFoundError:
        return None
    if done.returncode == 0:
        return WorkingTree(Path(os.fsdecode(done.stdout).removesuffix("\n")).resolve())
    problem = done.stderr.decode("utf-8", "replace").strip()
    if "not a git repository" in problem:
        return None
    raise GitError(f"git in {folder}: {problem}")


def git_output(folder: Path, *words: str) -> bytes:
    """The output of a git command in a folder. Blocks.

    Raises:
        GitError: git is not there, or it failed.
    """
    try:
        done = _git(folder, *words)
    except FileNotFoundError:
        raise GitError("git is not installed") from None
    if done.returncode != 0:
        problem = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise GitError(f"`git {' '.join(words[:2])}` failed: {problem[0] if problem else ''}")
    return done.stdout


def _git(folder: Path, *words: str) -> subprocess.CompletedProcess[bytes]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    # Messages in English, as one is recognized; no lock of the index is taken.
    environment |= {"LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0"}
    try:
        return subprocess.run(
            # A repository can name a program of its own for this; it is not run.
            ["git", "-c", "core.fsmonitor=false", *words],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise GitError(f"git {words[0]}: no answer within {_PATIENCE:.0f} seconds") from None
