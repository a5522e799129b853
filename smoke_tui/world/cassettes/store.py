"""Files of recorded exchanges: find them, read them, replace them as a whole.

`NAME.yaml` is a recording that was accepted or that another program made; `NAME.pending.yaml` is a
new one of this tool that waits for its review; `NAME.toml` is the case. Recording writes only the
pending file: what was accepted stays until the review takes the new one over.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from smoke_tui.files import read_plain, replace_private, sync_folder
from smoke_tui.judging.cases import Case, CaseError, parse_case, prompt_file_of
from smoke_tui.structs import Struct
from smoke_tui.world.cassettes.cassette import (
    Cassette,
    CassetteError,
    parse_cassette,
    render_cassette,
)

SUFFIXES: Final = (".yaml", ".yml")
JSON_SUFFIX: Final = ".json"
"""What VCR's other serializer writes: read and listed, and never written by this tool."""
SIDE_SUFFIXES: Final = (".toml", ".jsonl")
"""Files beside a cassette: the case, and the change record."""
PENDING: Final = ".pending"
FOLDER: Final = "cassettes"
MAX_FILE: Final = 64 * 1024 * 1024
_MAX_CASE: Final = 256 * 1024
_SKIPPED: Final = frozenset({".git", ".hg", ".venv", "node_modules", "__pycache__", ".tox"})


class CassettePath(Struct, frozen=True):
    """The files of one case; `accepted` may be missing, and so may each of the others."""

    accepted: Path

    @property
    def pending(self) -> Path:
        """The recording that waits for its review."""
        return self.accepted.with_name(f"{self.accepted.stem}{PENDING}{self.accepted.suffix}")

    @property
    def case_file(self) -> Path:
        """The description of the case."""
        return self.accepted.with_suffix(".toml")

    @property
    def changes(self) -> Path:
        """The change record, which is only appended to."""
        return self.accepted.with_suffix(".changes.jsonl")

    @property
    def newest(self) -> Path:
        """The pending recording where there is one, else the accepted."""
        return self.pending if self.pending.is_file() else self.accepted


def path_of(path: Path) -> CassettePath:
    """The files of the case that any of them names; a name without a suffix means `.yaml`."""
    name = path.name
    for suffix in (*SUFFIXES, JSON_SUFFIX, ".toml", ".changes.jsonl"):
        if name.endswith(suffix):
            stem = name.removesuffix(suffix).removesuffix(PENDING)
            own = suffix in (*SUFFIXES, JSON_SUFFIX)
            kept = suffix if own else _suffix_there(path.parent, stem)
            return CassettePath(path.with_name(stem + kept))
    return CassettePath(path.with_name(name + _suffix_there(path.parent, name)))


def _suffix_there(folder: Path, stem: str) -> str:
    return next((s for s in SUFFIXES if (folder / f"{stem}{s}").is_file()), SUFFIXES[0])


def files_below(path: Path) -> Iterator[Path]:
    """Every YAML or JSON file below a folder in the order of names, or the file itself.

    Links are skipped.

    Raises:
        OSError: the folder can't be read.
    """
    if not path.is_dir():
        yield path
        return
    for folder, names, files in os.walk(path, onerror=_raise):
        names[:] = sorted(n for n in names if n not in _SKIPPED)
        for file in sorted(files):
            full = Path(folder) / file
            if file.endswith((*SUFFIXES, JSON_SUFFIX)) and not full.is_symlink():
                yield full


def _raise(error: OSError) -> None:
    raise error


def lint_files_below(path: Path) -> Iterator[Path]:
    """Every file that may hold what was recorded: YAML and JSON, and all in a folder `cassettes`.

    Raises:
        OSError: the folder can't be read.
    """
    if not path.is_dir():
        yield path
        return
    for folder, names, files in os.walk(path, onerror=_raise):
        names[:] = sorted(n for n in names if n not in _SKIPPED)
        for file in sorted(files):
            full = Path(folder) / file
            if is_lint_name(full) and not full.is_symlink():
                yield full


def is_lint_name(path: Path) -> bool:
    """Whether a file of this name may hold what was recorded."""
    return (
        path.name.endswith((*SUFFIXES, JSON_SUFFIX, *SIDE_SUFFIXES)) or FOLDER in path.parent.parts
    )


def case_files_below(path: Path) -> Iterator[Path]:
    """Every case file below a folder in the order of names.

    Raises:
        OSError: the folder can't be read.
    """
    for folder, names, files in os.walk(path, onerror=_raise):
        names[:] = sorted(n for n in names if n not in _SKIPPED)
        for file in sorted(files):
            full = Path(folder) / file
            if file.endswith(".toml") and not full.is_symlink() and is_case_file(full):
                yield full


def is_case_file(path: Path) -> bool:
    """Whether a TOML file names the schema of a case, however broken it is otherwise."""
    try:
        return b"smoke-case/" in read_plain(path, _MAX_CASE)
    except OSError:
        return False


def may_be_cassette(path: Path, text: str, *, named: bool) -> bool:
    """Whether a file counts as a cassette, also where it is broken.

    It does where it was named itself, is YAML in a folder `cassettes`, or has a line
    `interactions:`.
    """
    return (
        named
        or (FOLDER in path.parent.parts and path.name.endswith(SUFFIXES))
        or any(
            line.lstrip("﻿ \"'").startswith(("interactions:", 'interactions"', "interactions'"))
            or '"interactions"' in line
            for line in text.splitlines()
        )
    )


def read_cassette(path: Path) -> Cassette:
    """Read one file.

    Raises:
        CassetteError: it can't be read, or is no cassette.
    """
    return parse_cassette(read_text(path), str(path))


def read_text(path: Path) -> str:
    """The text of a cassette's file.

    Raises:
        CassetteError: it can't be read, is no regular file, or is no UTF-8.
    """
    try:
        return read_plain(path, MAX_FILE).decode("utf-8")
    except OSError as error:
        raise CassetteError(str(path), 1, f"it can't be read: {error.strerror or error}") from None
    except UnicodeDecodeError as error:
        raise CassetteError(str(path), 1, f"byte {error.start} is no UTF-8") from None


def read_case(path: Path) -> Case:
    """Read one case file, with the prompt's file where it names one.

    Raises:
        CaseError: it can't be read, or is no case file.
    """
    try:
        text = read_plain(path, _MAX_CASE).decode("utf-8")
    except OSError as error:
        raise CaseError(f"{path}: it can't be read: {error.strerror or error}") from None
    except UnicodeDecodeError as error:
        raise CaseError(f"{path}: byte {error.start} is no UTF-8") from None
    file = prompt_file_of(text)
    prompt = None
    if file is not None:
        try:
            prompt = read_plain(path.parent / file, MAX_FILE).decode("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise CaseError(f"{path}: `prompt_file` {file}: {error}") from None
    return parse_case(text, path.stem, str(path), prompt)


def write_cassette(path: Path, cassette: Cassette) -> None:
    """Replace a file as a whole and bring it to the disk; an existing one keeps its permissions.

    A new one is 0600. The content has to be redacted already.

    Raises:
        OSError: it can't be written; what was there stays.
    """
    write_text(path, render_cassette(cassette))


def write_text(path: Path, text: str) -> None:
    """As `write_cassette`, for a text."""
    try:
        mode = stat.S_IMODE(path.lstat().st_mode) & 0o666
    except FileNotFoundError:
        mode = None
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_private(path, text.encode("utf-8"))
    if mode is not None:
        path.chmod(mode)
    sync_folder(path.parent.absolute())
