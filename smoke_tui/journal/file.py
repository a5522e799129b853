"""The journal on disk: one folder a session, append-only, synced before anybody acts on it.

Facts about durability that it relies on: one `os.write` a line on an O_APPEND descriptor, then a
sync (`durable`) of what was written; a short write is cut back; a first write after a torn tail
starts on a fresh line.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import os
import stat
import time
from pathlib import Path
from typing import Final

from smoke_tui.files import (
    StorageError,
    private_folder,
    read_plain,
    refuse_open,
    replace_private,
    sync_folder,
)
from smoke_tui.journal.durable import sync_all, sync_content
from smoke_tui.journal.events.event import Event, JournalDamageError, parse_line
from smoke_tui.journal.folders import (
    EVIDENCE,
    JOURNAL,
    NameTakenError,
    RecordGoneError,
    clear_temporary,
    creating,
)
from smoke_tui.structs import Struct

MAX_LINE = 4 * 1024 * 1024
GROUPED: Final = frozenset({"battery"})
"""Kinds of events that are written at once, and synced in groups: a kill loses none of them."""
GROUP: Final = 100
GROUP_SECONDS: Final = 1.0
"""A group is synced so long after the sync before it, whether another event comes or not."""


class JournalFile:
    """An open journal: the one writer of one session's folder.

    `torn_bytes` is how much of a last line was cut off when it was reopened.
    """

    def __init__(self, folder: Path, fd: int, size: int, torn_bytes: int = 0) -> None:
        self.folder = folder
        self._path = folder / JOURNAL
        self.torn_bytes = torn_bytes
        self._fd = fd
        self._size = size
        self._failed: StorageError | None = None
        self._lost: StorageError | None = None
        self._unsynced: list[bytes] = []
        self._must_sync = False
        self._acknowledged = size
        self._synced = 0.0

    @classmethod
    def create(cls, folder: Path) -> JournalFile:
        """Start a new session's folder.

        Raises:
            NameTakenError: the folder is there already.
            StorageError: the folder or the file can't be made.
        """
        private_folder(folder.parent)
        refuse_open(folder.parent.parent)
        try:
            with creating(folder.parent):
                folder.mkdir(mode=0o700)
                folder.chmod(0o700)
                (folder / EVIDENCE).mkdir(mode=0o700)
                (folder / EVIDENCE).chmod(0o700)
                flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC
                fd = os.open(folder / JOURNAL, flags | os.O_NOFOLLOW, 0o600)
                os.fchmod(fd, 0o600)
                fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            sync_all(fd)
            for path in (folder, folder.parent):
                sync_folder(path)
        except FileExistsError:
            raise NameTakenError(f"{folder}: there is a session of this name") from None
        except OSError as error:
            raise StorageError(
                f"{folder}: {error.strerror or error}; choose another folder with --state-dir"
            ) from None
        return cls(folder, fd, 0)

    @classmethod
    def reopen(cls, folder: Path) -> JournalFile:
        """Go on with an unfinished session; a torn last line is cut off.

        Raises:
            StorageError: another program holds it, it is damaged, or it can't be written.
        """
        path = folder / JOURNAL
        flags = os.O_RDWR | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
        try:
            fd = os.open(path, flags)
        except OSError as error:
            raise StorageError(f"{path}: {error.strerror or error}") from None
        try:
            if not stat.S_ISREG(os.fstat(fd).st_mode):
                raise StorageError(f"{path} is not a regular file")
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            journal = read_journal(folder)
            if journal.damage:
                raise StorageError(f"{path}: {journal.damage[0]}")
            os.ftruncate(fd, journal.good_bytes)
            clear_temporary(folder)
        except BlockingIOError:
            os.close(fd)
            raise StorageError(f"{path}: another smoke-tui has this session open") from None
        except StorageError:
            os.close(fd)
            raise
        except OSError as error:
            os.close(fd)
            raise StorageError(f"{path}: {error.strerror or error}") from None
        return cls(folder, fd, journal.good_bytes, journal.torn_bytes)

    def append(self, event: Event) -> None:
        """Write one event and sync it.

        Raises:
            StorageError: it is not safely on disk; nothing of it is left there.
        """
        self.write(event)
        self.sync()

    def write(self, event: Event) -> None:
        """Write one event; nobody may act on it before `sync`.

        Once an event was not taken, none after it is: a record with a hole in it would tell
        another story.

        Raises:
            StorageError: it could not be written; nothing of it is left there.
        """
        if self._failed is not None:
            raise self._failed
        line = event.line()
        try:
            self._check_place()
            written = os.write(self._fd, line)
            if written != len(line):
                raise OSError(errno.ENOSPC, "the disk took only part of a line")
        except RecordGoneError:
            # What another program has made of the file is not cut any further.
            raise
        except OSError as error:
            self._cut_back(self._size)
            raise self._not_saved(error) from None
        self._size += len(line)
        self._unsynced.append(line)
        self._must_sync = self._must_sync or event.kind not in GROUPED

    def sync(self) -> None:
        """Bring to the disk what was written; events of the kinds GROUPED may stay for later.

        A sync that failed is never tried again on the same file, whose pages may be lost by then:
        a new file with the whole content takes its place.

        Raises:
            StorageError: it is not safely on disk; nothing written since the last call is left.
        """
        if not self._unsynced:
            return
        if self._lost is not None:
            raise self._lost
        now = time.monotonic()
        if self._must_sync or len(self._unsynced) >= GROUP or now - self._synced >= GROUP_SECONDS:
            self._check_place()
            self._sync(now)
        self._acknowledged = self._size

    def sync_due(self) -> float | None:
        """Sync a group whose time is up; seconds until the time of one is up, None without one.

        Raises:
            StorageError: what was written is not safely on disk.
        """
        if not self._unsynced or self._failed is not None:
            return None
        now = time.monotonic()
        left = self._synced + GROUP_SECONDS - now
        if left > 0:
            return left
        self._sync(now)
        return None

    def _sync(self, now: float) -> None:
        try:
            sync_content(self._fd)
        except OSError:
            self._take_over()
        self._unsynced.clear()
        self._must_sync, self._synced = False, now

    def _check_place(self) -> None:
        """Make sure that the file is there, and ends where our last line does.

        One that was moved is: nothing of it is lost, and who closes the session says where it is
        not. A file of another program's in its place is none of ours.

        Raises:
            RecordGoneError: the file was removed, replaced or changed.
        """
        mine = os.fstat(self._fd)
        if not mine.st_nlink:
            raise self._gone("was removed")
        if mine.st_size != self._size:
            raise self._gone(
                f"was changed (it holds {mine.st_size:,} bytes where {self._size:,} were written)"
            )
        try:
            there = os.lstat(self._path)
        except OSError:
            return
        if (there.st_dev, there.st_ino) != (mine.st_dev, mine.st_ino):
            raise self._gone("was replaced")

    def _gone(self, what: str) -> RecordGoneError:
        self._failed = gone = RecordGoneError(
            f"{self.folder / JOURNAL} {what} by another program while the session ran; nothing was "
            "done after that, and only what the record still holds is proven"
        )
        return gone

    def _cut_back(self, size: int) -> None:
        """Leave nothing of a line that was not taken; a reader would drop it as torn anyway."""
        with contextlib.suppress(OSError):
            os.ftruncate(self._fd, size)

    def _take_over(self) -> None:
        """Write everything so far to a sibling, and put that in the file's place."""
        path = self.folder / JOURNAL
        unsynced = b"".join(self._unsynced)
        before = self._size - len(unsynced)
        fd, name = -1, str(self.folder / f".{JOURNAL}.new")
        try:
            content = path.read_bytes()[:before]
            if not _is_whole(content, before):
                raise OSError(errno.EIO, "what was written before can't be read back")
            flags = os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND | os.O_CLOEXEC
            fd = os.open(name, flags | os.O_NOFOLLOW, 0o600)
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.write(fd, content + unsynced) != self._size:
                raise OSError(errno.ENOSPC, "the disk took only part of it")
            sync_all(fd)
            os.replace(name, path)
            sync_folder(self.folder)
        except OSError as error:
            if fd >= 0:
                os.close(fd)
            Path(name).unlink(missing_ok=True)
            self._cut_back(self._acknowledged)
            self._lost = self._not_saved(error)
            raise self._lost from None
        os.close(self._fd)
        self._fd = fd

    def _not_saved(self, error: OSError) -> StorageError:
        self._failed = StorageError(f"{self.folder / JOURNAL}: {error.strerror or error}")
        return self._failed

    def keep(self, content: bytes) -> str:
        """Store redacted evidence under its sha256 (hex), whole or not at all, and return that."""
        digest = hashlib.sha256(content).hexdigest()
        path = self.folder / EVIDENCE / digest
        self._check_place()
        try:
            # A crash may have left half of it from an earlier try.
            if not (path.is_file() and path.stat().st_size == len(content)):
                replace_private(path, content)
        except OSError as error:
            self._failed = StorageError(f"{path}: {error.strerror or error}")
            raise self._failed from None
        return digest

    def close(self) -> None:
        """Release the file; idempotent."""
        if self._fd >= 0:
            if self._unsynced:
                with contextlib.suppress(OSError):
                    sync_content(self._fd)
            os.close(self._fd)
            self._fd = -1


def _is_whole(content: bytes, size: int) -> bool:
    """Whether these are the bytes of as many good lines as they have."""
    if len(content) != size:
        return False
    try:
        return all(
            parse_line(line).seq == number for number, line in enumerate(content.splitlines())
        )
    except JournalDamageError:
        return False


class Journal(Struct, frozen=True):
    """A journal as read: its good events, the bytes of a torn tail, and any damage, in words."""

    folder: Path
    events: tuple[Event, ...]
    torn_bytes: int
    damage: tuple[str, ...]
    good_bytes: int

    def evidence(self, digest: str) -> bytes:
        """The stored bytes of one piece of evidence.

        Raises:
            StorageError: it is missing, or its content does not fit its name.
        """
        return read_evidence(self.folder, digest)


def read_evidence(folder: Path, digest: str) -> bytes:
    """The stored bytes of one piece of a session's evidence.

    Raises:
        StorageError: it is missing, or its content does not fit its name.
    """
    if len(digest) != 64 or not set(digest) <= set("0123456789abcdef"):
        raise StorageError(f"{folder}: {digest!r} is no name of evidence")
    path = folder / EVIDENCE / digest
    try:
        content = read_plain(path)
    except OSError as error:
        raise StorageError(f"{path}: {error.strerror or error}") from None
    if hashlib.sha256(content).hexdigest() != digest:
        raise StorageError(f"{path}: the content does not fit its name")
    return content


def read_journal(folder: Path) -> Journal:
    """Read a session's journal whole.

    Raises:
        StorageError: there is none, or it can't be read at all.
    """
    path = folder / JOURNAL
    try:
        content = read_plain(path)
    except OSError as error:
        raise StorageError(f"{path}: {error.strerror or error}") from None
    events: list[Event] = []
    damage: list[str] = []
    lines = content.split(b"\n")
    tail = lines.pop()
    good = len(content) - len(tail)
    for number, line in enumerate(lines, 1):
        try:
            event = parse_line(line)
        except JournalDamageError as problem:
            damage.append(f"line {number}: {problem}")
            continue
        if event.seq != len(events) and not damage:
            damage.append(f"line {number}: expected event {len(events)}, found {event.seq}")
        events.append(event)
    if not damage and not events:
        damage.append("line 1: there is no first line")
    return Journal(folder, tuple(events), len(tail), tuple(damage), good)
