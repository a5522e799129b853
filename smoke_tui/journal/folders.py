"""The folders of sessions: private ones, files replaced as a whole, and what a kill has left there.

A session begins with its first whole line. A folder without one is of a program that was killed
before that: nothing ran and nothing was spent. The next start clears it, and the temporary files
that a kill has left beside a record.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from smoke_tui.files import StorageError, open_plain
from smoke_tui.regex import regex

JOURNAL = "journal.jsonl"
EVIDENCE = "evidence"
LEFT_BY_A_KILL: Final = (".smoke-tui-", f".{JOURNAL}.")
"""How the names of files begin that become a part of the record only when they are whole."""
_NAME: Final = regex(r"[0-9]{8}T[0-9]{6}Z-[0-9a-f]{4}")
_FIRST_LINE: Final = 4 * 1024 * 1024
_NEWEST: Final = 50


class NameTakenError(StorageError):
    """A session of this name is there already."""


class RecordGoneError(StorageError):
    """Another program has cut, replaced or removed the record while it was written."""


def never_began(folder: Path) -> bool:
    """Whether this is the folder of a session that was killed before its first line was whole."""
    if _NAME.fullmatch(folder.name) is None:
        return False
    try:
        names = {path.name for path in folder.iterdir()}
        if not all(name in (JOURNAL, EVIDENCE) or left_by_a_kill(name) for name in names):
            return False
        if EVIDENCE in names and any(
            not left_by_a_kill(path.name) for path in (folder / EVIDENCE).iterdir()
        ):
            return False
        if JOURNAL not in names:
            return True
        fd = open_plain(folder / JOURNAL)
    except OSError:
        return False
    with os.fdopen(fd, "rb") as file:
        return b"\n" not in file.read(_FIRST_LINE)


def left_by_a_kill(name: str) -> bool:
    """Whether a file of this name is one that was to become part of a record, and did not."""
    return name.startswith(LEFT_BY_A_KILL)


@contextlib.contextmanager
def creating(sessions: Path) -> Iterator[None]:
    """Held while a session's folder is made or cleared away, so that neither meets the other.

    Where the file system knows no locks, nothing is held.
    """
    fd = os.open(sessions, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        with contextlib.suppress(OSError):
            fcntl.flock(fd, fcntl.LOCK_EX)
        yield
    finally:
        os.close(fd)


def clear_left(sessions: Path) -> None:
    """Clear what kills have left: the newest sessions' temporary files, those that never began.

    What another program has open stays as it is, and so does what can't be removed.
    """
    with contextlib.suppress(OSError), creating(sessions):
        names = sorted((path.name for path in sessions.iterdir()), reverse=True)
        for name in names[:_NEWEST]:
            folder = sessions / name
            if folder.is_symlink() or _NAME.fullmatch(name) is None:
                continue
            with contextlib.suppress(OSError):
                _clear(folder)


def clear_temporary(folder: Path) -> None:
    """Remove the temporary files that a kill has left in a session's folder."""
    for path in (*_inside(folder), *_inside(folder / EVIDENCE)):
        if left_by_a_kill(path.name):
            with contextlib.suppress(OSError):
                path.unlink()


def _clear(folder: Path) -> None:
    if in_use(folder):
        return
    gone = never_began(folder)
    clear_temporary(folder)
    if gone:
        (folder / JOURNAL).unlink(missing_ok=True)
        if (folder / EVIDENCE).is_dir():
            (folder / EVIDENCE).rmdir()
        folder.rmdir()


def _inside(folder: Path) -> list[Path]:
    return list(folder.iterdir()) if folder.is_dir() and not folder.is_symlink() else []


def in_use(folder: Path) -> bool:
    """Whether a program has this session open for writing."""
    try:
        with (folder / JOURNAL).open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False
