"""Finds runbooks: by path, then by id in the project, the user's config folder, the package."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from smoke_tui.runbook.schema.match import STEP_ID

_ID = re.compile(STEP_ID.rstrip("$") + r"\Z")
_FRONT_ID = re.compile(rb"^id[ \t]*:[ \t]+[\"']?([a-z][a-z0-9-]*)", re.MULTILINE)
_HEAD = 4096


def packaged() -> Path:
    """The folder of the shipped runbooks: inside the wheel, else beside the package."""
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
        # A runbook that does not parse still has to be found, or nobody can lint it.
        yield (match[1].decode("ascii") if match else path.stem), path


def available(*, cwd: Path, config_dir: Path | None) -> list[Path]:
    """Every runbook that an id can name; of those with one id, the first in search order."""
    seen: dict[str, Path] = {}
    for folder in folders(cwd, config_dir):
        for name, path in _candidates(folder):
            seen.setdefault(name, path)
    return list(seen.values())


def find(name: str, *, cwd: Path, config_dir: Path | None) -> Path | None:
    """The runbook of this path (relative to ``cwd``) or id; None where there is none.

    A path is returned even where it is a link or no regular file: ``load`` says what is wrong.
    """
    if "\0" in name or not name:
        return None
    path = cwd / name
    try:
        there = path.is_symlink() or (path.exists() and not path.is_dir())
    except OSError:
        there = False
    if there:
        return path
    if _ID.match(name) is None:
        return None
    for folder in folders(cwd, config_dir):
        for its_id, found in _candidates(folder):
            if name in (its_id, found.stem):
                return found
    return None
