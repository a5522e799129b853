"""Temporary folders that are removed even after their program was killed.

A folder is locked (flock) by the program that uses it, for as long as that lives. One that nobody
locks any more is removed when the next one of its kind is made.
"""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import stat
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Final

_YOUNGEST_SECONDS: Final = 60.0
"""A younger folder may be one that is made right now and is not locked yet."""
_ST_NOEXEC: Final[int] = getattr(os, "ST_NOEXEC", 0)


class TemporaryFolder:
    """A private folder (0700), removed at the end of a `with` or by `remove`.

    Raises:
        OSError: it can't be made.
    """

    path: Path

    def __init__(self, prefix: str, parent: Path | None = None) -> None:
        """Make it, in the system's folder for temporary files where no parent is named."""
        parent = Path(tempfile.gettempdir()) if parent is None else parent
        remove_abandoned(prefix, parent)
        self.path = Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
        # Python's descriptors are not inherited by programs that this one starts.
        self._lock: int | None = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY)
        fcntl.flock(self._lock, fcntl.LOCK_EX)

    def remove(self) -> None:
        """Remove the folder and what it holds; safe to call again."""
        shutil.rmtree(self.path, ignore_errors=True)
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def __enter__(self) -> Path:
        return self.path

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.remove()


def remove_abandoned(prefix: str, parent: Path) -> None:
    """Remove this user's folders of that kind whose program has ended without removing them."""
    with os.scandir(parent) as entries:
        named = [Path(entry.path) for entry in entries if entry.name.startswith(prefix)]
    for path in named:
        _remove_if_abandoned(path)


def _remove_if_abandoned(path: Path) -> None:
    try:
        lock = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        # Gone by now, a link, or somebody else's.
        return
    try:
        info = os.fstat(lock)
        if info.st_uid != os.geteuid() or time.time() - info.st_mtime < _YOUNGEST_SECONDS:
            return
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(path, ignore_errors=True)
    except BlockingIOError:
        # It is in use.
        return
    finally:
        os.close(lock)


def parent_for_programs(further: Sequence[Path]) -> Path:
    """A folder for temporary files in which programs may be started.

    The system's own comes first, then `/var/tmp`, then `further`, which are made if need be.

    Raises:
        OSError: EACCES; all of them are mounted `noexec`.
    """
    candidates = [Path(tempfile.gettempdir()), Path("/var/tmp"), *further]
    for path in candidates:
        if path in further:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
        if _usable(path):
            return path
    raise OSError(
        errno.EACCES,
        "programs may not be started in any of "
        f"{', '.join(map(str, candidates))} (mounted noexec); set TMPDIR to a folder where they may",
    )


def _usable(path: Path) -> bool:
    try:
        if not stat.S_ISDIR(path.stat().st_mode) or os.statvfs(path).f_flag & _ST_NOEXEC:
            return False
    except OSError:
        return False
    return os.access(path, os.W_OK | os.X_OK)
