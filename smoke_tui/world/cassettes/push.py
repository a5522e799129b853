"""The pre-push gate: what a push would publish, and the hook that checks it."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from smoke_tui.world.cassettes.lint import LintInput, sensitive_names
from smoke_tui.world.cassettes.store import is_lint_name
from smoke_tui.world.git import GitError, git_output

MARK: Final = "# smoke-tui: redaction lint of recorded exchanges"
_NONE: Final = frozenset("0")


class HookError(Exception):
    """There is a hook already that is not ours; the text says what to add to it."""


def hook_text(program: Iterable[str], paths: Iterable[str]) -> str:
    """The pre-push hook: the lint of what is pushed; a push without cassettes goes through."""
    return f"""#!/bin/sh
{MARK}
{shlex.join(program)} cassettes lint {shlex.join(paths)} --pre-push "$1"
code=$?
# 5: nothing of what is pushed is a cassette, so nothing was checked.
[ "$code" -eq 5 ] && exit 0
exit "$code"
"""


def install_hook(path: Path, program: Iterable[str]) -> Path:
    """Write the pre-push hook of the repository that holds a file or folder; ours is replaced.

    Args:
        path: What the hook checks of each push.
        program: The words of a command line that start this program.

    Raises:
        GitError: the folder is in no repository.
        HookError: there is another hook.
        OSError: it can't be written.
    """
    folder = path if path.is_dir() else path.parent
    top = Path(git_output(folder, "rev-parse", "--show-toplevel").decode().rstrip("\n"))
    text = hook_text(program, [str(path.resolve().relative_to(top.resolve()))])
    hooks = git_output(folder, "rev-parse", "--git-path", "hooks").decode().strip()
    hook = (folder / hooks).resolve() / "pre-push"
    if hook.is_symlink() or (hook.exists() and MARK not in hook.read_text("utf-8", "replace")):
        raise HookError(
            f"{hook} is a hook of your own and was left as it is. Add this line to it; exit codes "
            f"other than 0 and 5 have to end the push:\n    {text.splitlines()[2]}"
        )
    hook.parent.mkdir(parents=True, exist_ok=True)
    partial = hook.with_name(f".pre-push-{os.getpid()}")
    partial.write_text(text, "utf-8")
    partial.chmod(0o755)
    partial.replace(hook)
    return hook


def pushed(folder: Path, remote: str, refs: str, paths: list[str]) -> list[LintInput]:
    """The files that a push would publish, each version that the remote has not yet.

    Args:
        folder: The repository's work tree.
        remote: The name of the remote, the hook's first argument.
        refs: What git gives the hook: `LOCAL-REF LOCAL-SHA REMOTE-REF REMOTE-SHA` a line.
        paths: Only files below these.

    Raises:
        GitError: git can't list or read them.
    """
    objects: dict[str, str] = {}
    for line in refs.splitlines():
        words = line.split()
        if len(words) != 4 or set(words[1]) <= _NONE:
            continue
        local, former = words[1], words[3]
        without = ["--not", f"--remotes={remote}"]
        if not set(former) <= _NONE and _has(folder, former):
            without.append(former)
        listed = git_output(folder, "rev-list", "--objects", local, *without, "--", *paths)
        for entry in listed.decode("utf-8", "surrogateescape").splitlines():
            sha, _, name = entry.partition(" ")
            if name and is_lint_name(Path(name)) and _is_blob(folder, sha):
                objects[sha] = name
    return [
        LintInput(
            name,
            git_output(folder, "cat-file", "blob", sha).decode("utf-8", "replace"),
            sensitive_names(folder / name),
        )
        for sha, name in objects.items()
    ]


def _is_blob(folder: Path, sha: str) -> bool:
    return git_output(folder, "cat-file", "-t", sha).strip() == b"blob"


def _has(folder: Path, sha: str) -> bool:
    try:
        git_output(folder, "cat-file", "-e", sha)
    except GitError:
        return False
    return True
