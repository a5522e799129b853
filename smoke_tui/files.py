"""Private folders and plain files: made 0700, read through no link, replaced as a whole."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import stat
import tempfile
from pathlib import Path
from typing import Final


class StorageError(OSError):
    """The record can't be kept or read. The text says which path, why, and what to do."""


def private_folder(path: Path) -> Path:
    """Make `path` and what is missing above it, each 0700 and ours, and return it.

    Raises:
        StorageError: it can't be made, belongs to somebody else, or others may write to it.
    """
    try:
        missing = [path, *path.parents]
        for folder in reversed([p for p in missing if not p.exists()]):
            folder.mkdir(mode=0o700, exist_ok=True)
            folder.chmod(0o700)
        info = path.lstat()
    except OSError as error:
        raise StorageError(
            f"{path}: {error.strerror or error}; choose another folder with --state-dir"
        ) from None
    if not stat.S_ISDIR(info.st_mode):
        raise StorageError(f"{path} is not a folder of its own; choose another with --state-dir")
    if info.st_uid != os.geteuid() or info.st_mode & 0o022:
        raise StorageError(
            f"{path} can be changed by others; `chmod 700` it or choose another with --state-dir"
        )
    if not os.access(path, os.W_OK | os.X_OK):
        raise StorageError(f"{path}: not writable; choose another folder with --state-dir")
    return path


def refuse_open(path: Path) -> None:
    """Refuse a folder in which anybody could put another in the place of ours.

    Raises:
        StorageError: everybody may write to it, and it is not sticky.
    """
    mode = path.stat().st_mode
    if mode & 0o002 and not mode & stat.S_ISVTX:
        raise StorageError(
            f"{path} can be changed by others; `chmod 700` it or choose another with --state-dir"
        )


def sync_folder(path: Path) -> None:
    """Write the names in a folder to the disk (fsync)."""
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
    _fill(fd, Path(name), path, content, 0o600)


def _fill(fd: int, temporary: Path, path: Path, content: bytes, mode: int) -> None:
    """Write a new file, and give it the name of the old one once it is whole on the disk."""
    try:
        os.fchmod(fd, mode)
        with os.fdopen(fd, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(fd)
        os.replace(temporary, path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise


def replace_plain(path: Path, content: bytes, *, new_mode: int = 0o644) -> None:
    """Replace a plain file as a whole and durably, with the mode of the old one; never a link.

    Raises:
        OSError: it can't be written, or is a link or no regular file; an old one stays as it was.
    """
    if path.is_symlink() or (path.exists() and not path.is_file()):
        raise OSError(errno.ELOOP, "it is a link or no regular file", str(path))
    mode = stat.S_IMODE(path.stat().st_mode) if path.exists() else new_mode
    fd, name = tempfile.mkstemp(dir=path.absolute().parent, prefix=".smoke-tui-")
    _fill(fd, Path(name), path, content, mode)
    sync_folder(path.absolute().parent)


class FileChangedError(OSError):
    """A file is not what it was when it was read: another program has changed it."""


def replace_unchanged(path: Path, old: bytes | None, new: bytes) -> None:
    """Replace a plain file as a whole, 0600 and durably, if it still holds what was read.

    `old` None: there was none. Programs that replace files of one folder so wait for each other;
    the folder itself is what they lock, so that no lock file is left.

    Raises:
        FileChangedError: it holds something else by now; nothing was written.
        OSError: it can't be written, or is a link or no regular file; an old one stays as it was.
    """
    folder = os.open(path.absolute().parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        with contextlib.suppress(OSError):
            # Some network file systems have no locks; the comparison still holds there.
            fcntl.flock(folder, fcntl.LOCK_EX)
        try:
            current = read_plain(path)
        except FileNotFoundError:
            current = None
        if current != old:
            raise FileChangedError(errno.EAGAIN, "another program has changed it", str(path))
        temporary = path.with_name(f".smoke-tui-{path.name}")
        temporary.unlink(missing_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        _fill(os.open(temporary, flags, 0o600), temporary, path, new, 0o600)
        os.fsync(folder)
    finally:
        os.close(folder)


MOST: Final = 1024 * 1024 * 1024
"""Bytes; nothing that a session writes is near it."""


class NotRegularError(OSError):
    """What is to be read is a folder, a pipe or a device."""


def open_plain(path: str | os.PathLike[str]) -> int:
    """Open a regular file to read it, and return its descriptor.

    Raises:
        NotRegularError: it is no regular file.
        OSError: it can't be opened, or is a link (`ELOOP`).
        ValueError: the path holds a NUL.
    """
    # Without O_NONBLOCK a pipe would be waited for.
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY
    try:
        fd = os.open(path, flags)
    except OSError as error:
        if error.errno != errno.ELOOP:
            raise
        # The system's words would be "Too many levels of symbolic links".
        link = "it is a symbolic link, which is not followed"
        raise OSError(errno.ELOOP, link, str(path)) from None
    try:
        if stat.S_ISREG(os.fstat(fd).st_mode):
            return fd
    except OSError:
        os.close(fd)
        raise
    os.close(fd)
    raise NotRegularError(errno.EINVAL, "it is no regular file", str(path))


def read_plain(path: Path, most: int = MOST) -> bytes:
    """Read a regular file; links are not followed.

    Raises:
        OSError: it can't be read, is a link or no regular file, or is larger than `most`.
    """
    with os.fdopen(open_plain(path), "rb") as file:
        if os.fstat(file.fileno()).st_size > most:
            raise OSError(errno.EFBIG, f"it is larger than {most:,} bytes", str(path))
        return file.read(most + 1)
