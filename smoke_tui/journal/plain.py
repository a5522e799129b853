"""Reading a file of a session's folder: a regular one, never through a link, never more than fits."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import Final

MOST: Final = 1024 * 1024 * 1024
"""Bytes; nothing that a session writes is near it."""


def read_plain(path: Path, most: int = MOST) -> bytes:
    """The content of a regular file.

    Raises:
        OSError: it can't be read, is a link or no regular file, or is larger than `most`.
    """
    fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(fd, "rb") as file:
        info = os.fstat(fd)
        if not stat.S_ISREG(info.st_mode):
            raise OSError(errno.EINVAL, "it is no regular file", str(path))
        if info.st_size > most:
            raise OSError(errno.EFBIG, f"it is larger than {most:,} bytes", str(path))
        return file.read(most + 1)
