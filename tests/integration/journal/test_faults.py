"""Every call that keeps the record fails once at every place; what was acknowledged is there."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from smoke_tui.files import StorageError
from smoke_tui.journal.events.event import Event
from smoke_tui.journal.file import JournalFile, read_journal
from smoke_tui.journal.folders import JOURNAL
from tests.helpers.events import make_event

EVENTS = 6
CALLS = ("write", "fdatasync", "fsync", "ftruncate", "open", "replace", "fchmod")
MOST_CALLS = 40


def told(seq: int) -> Event:
    return make_event(seq, "2026-11-21T19:00:00.000Z", seq, "noted", data={"text": f"note {seq}"})


class Failing:
    """The nth call of one of the system's functions fails; the others do what they do."""

    def __init__(self, patch: pytest.MonkeyPatch, name: str, nth: int, number: int) -> None:
        self.count = 0
        self._real: Callable[..., Any] = getattr(os, name)
        self._nth = nth
        self._number = number
        patch.setattr(os, name, self)

    def __call__(self, *args: Any, **more: Any) -> Any:
        self.count += 1
        if self.count == self._nth:
            raise OSError(self._number, os.strerror(self._number))
        return self._real(*args, **more)


def session(folder: Path, acknowledged: list[int], kept: list[str], together: int) -> None:
    """A whole session's worth of writing; what was acknowledged is noted as it is.

    So many events are synced together, as a fact with its decisions is.
    """
    journal = JournalFile.create(folder)
    try:
        for seq in range(EVENTS):
            journal.write(told(seq))
            if seq % together == together - 1:
                journal.sync()
                acknowledged += range(len(acknowledged), seq + 1)
            if seq % 2:
                kept.append(journal.keep(b"evidence %d" % seq))
    finally:
        journal.close()


@pytest.mark.parametrize("number", [errno.EIO, errno.ENOSPC], ids=["EIO", "ENOSPC"])
@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("together", [1, 3])
def test_whatever_fails_wherever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, together: int, name: str, number: int
) -> None:
    reached = 0
    for nth in range(1, MOST_CALLS):
        folder = tmp_path / f"{nth}" / "sessions" / "S"
        acknowledged: list[int] = []
        kept: list[str] = []
        said: list[str] = []
        with monkeypatch.context() as patch:
            fault = Failing(patch, name, nth, number)
            try:
                session(folder, acknowledged, kept, together)
            except StorageError as error:
                said.append(str(error))
        assert all(str(folder) in text or "--state-dir" in text for text in said)
        if fault.count < nth:
            break
        reached = nth
        if not (folder / JOURNAL).exists():
            assert acknowledged == []
            continue
        journal = read_journal(folder)
        assert [e.seq for e in journal.events][: len(acknowledged)] == acknowledged
        assert len(journal.events) <= len(acknowledged) + together
        assert not [d for d in journal.damage if journal.events]
        for digest in kept:
            assert journal.evidence(digest)
        if acknowledged:
            JournalFile.reopen(folder).close()
    if name not in ("ftruncate",):
        assert reached >= 1, f"nothing called os.{name}"


def test_a_failed_sync_is_never_tried_again_on_the_same_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its pages may be lost by then, and the second sync would say that all is well."""
    folder = tmp_path / "sessions" / "S"
    journal = JournalFile.create(folder)
    journal.append(told(0))
    inode = (folder / JOURNAL).stat().st_ino
    with monkeypatch.context() as patch:
        fault = Failing(patch, "fdatasync", 1, errno.EIO)
        journal.append(told(1))
        assert fault.count == 1
    assert (folder / JOURNAL).stat().st_ino != inode, "another file took its place"
    journal.append(told(2))
    with pytest.raises(StorageError, match="another smoke-tui"):
        JournalFile.reopen(folder)
    journal.close()
    assert [e.seq for e in read_journal(folder).events] == [0, 1, 2]
    assert sorted(p.name for p in folder.iterdir()) == ["evidence", JOURNAL]


def test_what_was_written_together_is_taken_over_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "sessions" / "S"
    journal = JournalFile.create(folder)
    journal.append(told(0))
    with monkeypatch.context() as patch:
        Failing(patch, "fdatasync", 1, errno.EIO)
        for seq in (1, 2, 3):
            journal.write(told(seq))
        journal.sync()
    journal.append(told(4))
    with monkeypatch.context() as patch:
        Failing(patch, "fdatasync", 1, errno.EIO)
        Failing(patch, "fsync", 1, errno.EIO)
        for seq in (5, 6):
            journal.write(told(seq))
        for _ in range(2):
            with pytest.raises(StorageError):
                journal.sync()
    journal.close()
    assert [e.seq for e in read_journal(folder).events] == [0, 1, 2, 3, 4]


def test_what_was_written_before_the_disk_was_full_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "sessions" / "S"
    journal = JournalFile.create(folder)
    journal.write(told(0))
    with monkeypatch.context() as patch:
        Failing(patch, "write", 1, errno.ENOSPC)
        with pytest.raises(StorageError):
            journal.write(told(1))
    journal.sync()
    with pytest.raises(StorageError):
        journal.write(told(1))
    journal.close()
    assert [e.seq for e in read_journal(folder).events] == [0]


def test_a_sibling_that_fails_too_is_not_a_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "sessions" / "S"
    journal = JournalFile.create(folder)
    journal.append(told(0))
    with monkeypatch.context() as patch:
        Failing(patch, "fdatasync", 1, errno.EIO)
        Failing(patch, "fsync", 1, errno.EIO)
        with pytest.raises(StorageError):
            journal.append(told(1))
    journal.close()
    assert [e.seq for e in read_journal(folder).events] == [0]
    assert sorted(p.name for p in folder.iterdir()) == ["evidence", JOURNAL]


def test_a_short_write_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "sessions" / "S"
    journal = JournalFile.create(folder)
    journal.append(told(0))
    real = os.write
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", lambda fd, data: real(fd, data[:7]))
        with pytest.raises(StorageError, match="only part of a line"):
            journal.append(told(1))
    with pytest.raises(StorageError, match="only part of a line"):
        journal.append(told(2))
    journal.close()
    found = read_journal(folder)
    assert ([e.seq for e in found.events], found.torn_bytes) == ([0], 0), "no hole, nothing torn"
    again = JournalFile.reopen(folder)
    again.append(told(1))
    again.close()
    assert [e.seq for e in read_journal(folder).events] == [0, 1]
