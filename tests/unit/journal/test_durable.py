"""A sync goes as far down as the system lets it; a sync that failed is never taken for one."""

from __future__ import annotations

import errno
import fcntl
import os
from pathlib import Path

import pytest

from smoke_tui.journal.durable import sync_all, sync_content, sync_level

F_FULLFSYNC = 51


class System:
    """A system's calls, as they are made; `refusal` is what F_FULLFSYNC answers, 0 for success."""

    def __init__(self, patch: pytest.MonkeyPatch, refusal: int | None, has_fdatasync: bool) -> None:
        self.made: list[str] = []
        if refusal is None:
            patch.delattr(fcntl, "F_FULLFSYNC", raising=False)
        else:
            patch.setattr(fcntl, "F_FULLFSYNC", F_FULLFSYNC, raising=False)
        patch.setattr(fcntl, "fcntl", self._fcntl)
        patch.setattr(os, "fsync", lambda fd: self.made.append("fsync"))
        patch.setattr(os, "fdatasync", lambda fd: self.made.append("fdatasync"), raising=False)
        if not has_fdatasync:
            patch.delattr(os, "fdatasync")
        self._refusal = refusal

    def _fcntl(self, fd: int, command: int) -> int:
        assert command == F_FULLFSYNC
        self.made.append("full")
        if self._refusal:
            raise OSError(self._refusal, os.strerror(self._refusal))
        return 0


@pytest.mark.parametrize(
    ("refusal", "has_fdatasync", "content", "everything", "level"),
    [
        (None, True, ["fdatasync"], ["fsync"], "fdatasync"),
        (None, False, ["fsync"], ["fsync"], "fsync"),
        (0, False, ["full"], ["full"], "F_FULLFSYNC"),
        (errno.ENOTSUP, False, ["full", "fsync"], ["full", "fsync"], "F_FULLFSYNC"),
        (errno.EINVAL, False, ["full", "fsync"], ["full", "fsync"], "F_FULLFSYNC"),
        (errno.ENOTTY, False, ["full", "fsync"], ["full", "fsync"], "F_FULLFSYNC"),
    ],
)
def test_what_a_system_has_is_used(
    monkeypatch: pytest.MonkeyPatch,
    refusal: int | None,
    has_fdatasync: bool,
    content: list[str],
    everything: list[str],
    level: str,
) -> None:
    system = System(monkeypatch, refusal, has_fdatasync)
    sync_content(0)
    assert system.made == content
    system.made.clear()
    sync_all(0)
    assert system.made == everything
    assert sync_level().split(",")[0] == level


@pytest.mark.parametrize("number", [errno.EIO, errno.ENOSPC, errno.EBADF])
def test_a_full_sync_that_failed_is_not_tried_in_a_weaker_way(
    monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    system = System(monkeypatch, number, has_fdatasync=False)
    for sync in (sync_content, sync_all):
        with pytest.raises(OSError, match=os.strerror(number)):
            sync(0)
    assert system.made == ["full", "full"]


def test_files_and_folders_are_synced_here(tmp_path: Path) -> None:
    for path, flags in ((tmp_path / "file", os.O_RDWR | os.O_CREAT), (tmp_path, os.O_RDONLY)):
        fd = os.open(path, flags)
        try:
            sync_all(fd)
            if path.is_file():
                sync_content(fd)
        finally:
            os.close(fd)
