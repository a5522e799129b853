"""Bring what was written down to the disk, as far as this system can.

On macOS `fsync` reaches the drive, which may still hold the bytes in its cache; only F_FULLFSYNC
asks it to write them (fsync(2) of macOS), and there is no `fdatasync`. Some file systems refuse
F_FULLFSYNC: network shares and foreign formats.
"""

from __future__ import annotations

import errno
import fcntl
import os
from typing import Final

_UNSUPPORTED: Final = frozenset(
    {
        errno.ENOTSUP,
        errno.EOPNOTSUPP,
        errno.EINVAL,
        errno.ENOTTY,
        errno.ENOSYS,
    }
)


def sync_content(fd: int) -> None:
    """Sync the bytes of a file, and what is needed to read them again.

    Raises:
        OSError: the system could not.
    """
    if _full_sync(fd):
        return
    if hasattr(os, "fdatasync"):
        os.fdatasync(fd)
    else:
        os.fsync(fd)


def sync_all(fd: int) -> None:
    """Sync a file or a folder with all that is known of it.

    Raises:
        OSError: the system could not.
    """
    if not _full_sync(fd):
        os.fsync(fd)


def _full_sync(fd: int) -> bool:
    """Sync down to the medium; False where the system or the file system knows no such thing."""
    command = getattr(fcntl, "F_FULLFSYNC", None)
    if command is None:
        return False
    try:
        fcntl.fcntl(fd, command)
    except OSError as error:
        if error.errno in _UNSUPPORTED:
            return False
        raise
    return True


def sync_level() -> str:
    """How a line of a record is synced here, as a phrase for people."""
    if hasattr(fcntl, "F_FULLFSYNC"):
        return "F_FULLFSYNC, down to the medium (fsync where the file system refuses it)"
    return "fdatasync" if hasattr(os, "fdatasync") else "fsync"
