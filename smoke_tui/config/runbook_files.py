"""Find runbooks: by path, then by id in the project, the user's config folder, the package."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from smoke_tui.config.names import STEP_ID
from smoke_tui.regex import regex

_ID = regex(STEP_ID.rstrip("$") + r"\Z")
_FRONT_ID = regex(rb"^id[ \t]*:[ \t]+[\"']?([a-z][a-z0-9-]*)", re.MULTILINE)
_HEAD = 4096


def packaged() -> Path:
    """The folder of the shipped runbooks: in the wheel inside the package, else beside it."""
    package = Path(__file__).resolve().parents[1]
    inside = package / "_runbooks"
    return inside if inside.is_dir() else package.parent / "runbooks"


def folders(cwd: Path, config_dir: Path | None) -> tuple[Path, ...]:
    """The folders that are searched for an id, in order."""
    own = (config_dir / "runbooks",) if config_dir is not None else ()
    return cwd / "runbooks", *own, packaged()


def _candidates(folder: Path) -> Iterator[tuple[str, Path]]:
    try:
        paths = sorted(p for p in folder.iterdir() if p.suffix == ".md")
    except OSError:
        return
    for path in paths:
        try:
            if path.is_symlink() or not path.is_file():
                continue
            with path.open("rb") as file:
                head = file.read(_HEAD)
        except OSError:
            continue
        front = head.split(b"\n---", 1)[0]
        match = _FRONT_ID.search(front.replace(b"\r", b""))
        # A runbook that does not parse has to be found too, so that it can be linted.
        yield (match[1].decode("ascii") if match else path.stem), path


def available_ids(*, cwd: Path, config_dir: Path | None) -> list[str]:
    """The ids of all runbooks that can be named by one."""
    return list(_by_id(cwd, config_dir))


def available(*, cwd: Path, config_dir: Path | None) -> list[Path]:
    """Every runbook that an id can name; of several with one id, the first in search order."""
    return list(_by_id(cwd, config_dir).values())


def _by_id(cwd: Path, config_dir: Path | None) -> dict[str, Path]:
    path_by_id: dict[str, Path] = {}
    for folder in folders(cwd, config_dir):
        for name, path in _candidates(folder):
            path_by_id.setdefault(name, path)
    return path_by_id


def find(name: str, *, cwd: Path, config_dir: Path | None) -> Path | None:
    """The runbook of this path (relative to `cwd`) or id; None where there is none.

    A path is returned even if it is a link or no regular file: `load` reports that.
    """
    if "\0" in name or not name:
        return None
    path = cwd / name
    try:
        is_path = path.is_symlink() or (path.exists() and not path.is_dir())
    except OSError:
        is_path = False
    if is_path:
        return path
    if _ID.match(name) is None:
        return None
    for folder in folders(cwd, config_dir):
        for runbook_id, path in _candidates(folder):
            if name in (runbook_id, path.stem):
                return path
    return None
