"""The folders of sessions: private ones, files replaced as a whole, and what a kill has left there.

A session begins with its first whole line. A folder without one is of a program that was killed
before that: nothing ran and nothing was spent. The next start clears it, and the temporary files
that a kill has left beside a record.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import re
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

JOURNAL = "journal.jsonl"
EVIDENCE = "evidence"
LEFT_BY_A_KILL: Final = (".smoke-tui-", f".{JOURNAL}.")
"""How the names of files begin that become a part of the record only when they are whole."""
_NAME: Final = re.compile(r"[0-9]{8}T[0-9]{6}Z-[0-9a-f]{4}")
_FIRST_LINE: Final = 4 * 1024 * 1024
_NEWEST: Final = 50


class JournalError(OSError):
    """The record can't be kept or read. The text says which path, why, and what to do."""


class NameTaken(JournalError):
    """A session of this name is there already."""


class RecordGone(JournalError):
    """Another program has cut, replaced or removed the record while it was written."""


def private_folder(path: Path) -> Path:
    """Make `path` and what is missing above it, each 0700 and ours, and return it.

    Raises:
        JournalError: it can't be made, belongs to somebody else, or others may write to it.
    """
    try:
        missing = [path, *path.parents]
        for folder in reversed([p for p in missing if not p.exists()]):
            folder.mkdir(mode=0o700, exist_ok=True)
            folder.chmod(0o700)
        info = path.lstat()
    except OSError as error:
        raise JournalError(
            f"{path}: {error.strerror or error}; choose another folder with --state-dir"
        ) from None
    if not stat.S_ISDIR(info.st_mode):
        raise JournalError(f"{path} is not a folder of its own; choose another with --state-dir")
    if info.st_uid != os.geteuid() or info.st_mode & 0o022:
        raise JournalError(
            f"{path} can be changed by others; `chmod 700` it or choose another with --state-dir"
        )
    if not os.access(path, os.W_OK | os.X_OK):
        raise JournalError(f"{path}: not writable; choose another folder with --state-dir")
    return path


def refuse_open(path: Path) -> None:
    """Refuse a folder in which anybody could put another in the place of ours.

    Raises:
        JournalError: everybody may write to it, and it is not sticky.
    """
    mode = path.stat().st_mode
    if mode & 0o002 and not mode & stat.S_ISVTX:
        raise JournalError(
            f"{path} can be changed by others; `chmod 700` it or choose another with --state-dir"
        )


def sync_folder(path: Path) -> None:
    fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def replace_private(path: Path, content: bytes) -> None:
    """Replace a plain file as a whole, 0600; never through a link.

    Raises:
        OSError: it can't be written, or is a link or no regular file; an old one stays as it was.
    """
    if path.is_symlink() or (path.exists() and not path.is_file()):
        raise OSError(errno.ELOOP, "it is a link or no regular file", str(path))
    fd, name = tempfile.mkstemp(dir=path.absolute().parent, prefix=".smoke-tui-")
    try:
        os.fchmod(fd, 0o600)
        with os.fdopen(fd, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(fd)
        os.replace(name, path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise


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
        fd = os.open(folder / JOURNAL, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return False
    with os.fdopen(fd, "rb") as file:
        return stat.S_ISREG(os.fstat(fd).st_mode) and b"\n" not in file.read(_FIRST_LINE)


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
