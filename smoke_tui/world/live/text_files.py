"""Reading the operator's files as text: whole, bounded, and never waiting for a pipe or device."""

from __future__ import annotations

import codecs
import errno
import os
import stat
from typing import Final

FILE_LIMIT: Final = 4 * 1024 * 1024


def mended_text(text: str) -> tuple[str, list[str]]:
    """A text as its author meant it, and what an editor had put in, in words."""
    mended = []
    if text.startswith("\ufeff"):
        text = text.lstrip("\ufeff")
        mended.append("a byte order mark was taken off")
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        mended.append("line ends of Windows were made plain ones")
    return text, mended


def read_plain_file(path: str, most: int = FILE_LIMIT) -> tuple[str | None, str | None]:
    """The text of a regular file, or why it can't be had; never blocks on a pipe or device."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except ValueError:
        return None, "its path can't be one"
    except OSError as error:
        if error.errno == errno.ENOENT:
            return None, f"{path} does not exist"
        return None, f"{path}: {error.strerror}"
    mode = os.fstat(fd).st_mode
    if not stat.S_ISREG(mode):
        os.close(fd)
        return None, f"{path} is {'a folder' if stat.S_ISDIR(mode) else 'not a regular file'}"
    try:
        with os.fdopen(fd, "rb") as file:
            content = file.read(most + 1)
    except OSError as error:
        return None, f"{path}: {error.strerror}"
    if len(content) > most:
        return None, f"{path} is larger than {most} bytes"
    try:
        return content.decode("utf-8"), None
    except UnicodeDecodeError:
        if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return None, f"{path} is UTF-16, not UTF-8 text; save it as UTF-8"
        return None, f"{path} is not UTF-8 text"
