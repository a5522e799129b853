"""The folder of a session: private, one writer, whole lines only."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from smoke_tui.files import StorageError, private_folder
from smoke_tui.history.ends import ends
from smoke_tui.history.index import session_folders
from smoke_tui.journal.events.event import Event
from smoke_tui.journal.file import JournalFile, read_journal
from smoke_tui.journal.folders import EVIDENCE, JOURNAL
from tests.helpers.events import data_of, make_event


def told(seq: int, text: str = "x") -> Event:
    return make_event(seq, "2026-11-21T19:00:00.000Z", seq, "noted", data={"text": text})


def three(folder: Path) -> bytes:
    """A journal of three lines; its bytes."""
    journal = JournalFile.create(folder)
    for seq in range(3):
        journal.append(told(seq))
    journal.close()
    return (folder / JOURNAL).read_bytes()


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


@contextmanager
def umask(value: int) -> Iterator[None]:
    old = os.umask(value)
    try:
        yield
    finally:
        os.umask(old)


@pytest.mark.parametrize("value", [0, 0o002, 0o022, 0o077, 0o177])
def test_modes_do_not_depend_on_the_umask(tmp_path: Path, value: int) -> None:
    folder = tmp_path / "state" / "sessions" / "S"
    with umask(value):
        journal = JournalFile.create(folder)
        journal.append(told(0))
        digest = journal.keep(b"evidence")
        journal.close()
    for path in (tmp_path / "state", tmp_path / "state" / "sessions", folder, folder / EVIDENCE):
        assert mode(path) == 0o700, path
    assert mode(folder / JOURNAL) == 0o600
    # A umask may only take rights away from evidence, never give any.
    assert mode(folder / EVIDENCE / digest) & 0o177 == 0
    assert read_journal(folder).evidence(digest) == b"evidence"


def test_evidence_can_be_read_under_a_umask_that_takes_everything(tmp_path: Path) -> None:
    with umask(0o777):
        journal = JournalFile.create(tmp_path / "sessions" / "S")
        digest = journal.keep(b"evidence")
        journal.close()
    assert mode(journal.folder / EVIDENCE / digest) == 0o600


@pytest.mark.parametrize("wrong", [0o777, 0o770, 0o702, 0o1777])
def test_a_folder_others_may_write_to_is_refused(tmp_path: Path, wrong: int) -> None:
    folder = tmp_path / "sessions"
    folder.mkdir()
    folder.chmod(wrong)
    with pytest.raises(StorageError, match=r"changed by others.*--state-dir"):
        JournalFile.create(folder / "S")
    assert list(folder.iterdir()) == []


def test_a_linked_folder_is_refused(tmp_path: Path) -> None:
    real = tmp_path / "real"
    real.mkdir(mode=0o700)
    (tmp_path / "sessions").symlink_to(real)
    with pytest.raises(StorageError, match=r"not a folder of its own.*--state-dir"):
        JournalFile.create(tmp_path / "sessions" / "S")
    assert list(real.iterdir()) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_a_foreign_folder_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "sessions"
    folder.mkdir(mode=0o700)
    os.chown(folder, 12345, 12345)
    with pytest.raises(StorageError, match="--state-dir"):
        private_folder(folder)


def test_a_file_in_the_way_is_refused(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("not a folder")
    for path in (tmp_path / "state", tmp_path / "state" / "sessions"):
        with pytest.raises(StorageError, match="--state-dir"):
            private_folder(path)
    assert (tmp_path / "state").read_text() == "not a folder"


def test_an_existing_session_is_never_taken_over(tmp_path: Path) -> None:
    before = three(tmp_path / "sessions" / "S")
    with pytest.raises(StorageError):
        JournalFile.create(tmp_path / "sessions" / "S")
    assert (tmp_path / "sessions" / "S" / JOURNAL).read_bytes() == before


@pytest.mark.parametrize("what", ["link", "fifo", "folder"])
def test_only_a_plain_file_is_reopened(tmp_path: Path, what: str) -> None:
    folder = tmp_path / "S"
    folder.mkdir(mode=0o700)
    target = tmp_path / "elsewhere"
    target.write_bytes(told(0).line())
    path = folder / JOURNAL
    if what == "link":
        path.symlink_to(target)
    elif what == "fifo":
        os.mkfifo(path)
    else:
        path.mkdir()
    script = (
        "import sys; from pathlib import Path\n"
        "from smoke_tui.files import StorageError; from smoke_tui.journal.file import JournalFile\n"
        "try: JournalFile.reopen(Path(sys.argv[1]))\n"
        "except StorageError as error: sys.exit(7)\n"
    )
    # A child, because opening a pipe the wrong way would block for ever.
    ended = subprocess.run([sys.executable, "-c", script, str(folder)], timeout=60, check=False)
    assert ended.returncode == 7
    assert target.read_bytes() == told(0).line()


def test_a_second_writer_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "sessions" / "S"
    first = JournalFile.create(folder)
    first.append(told(0))
    with pytest.raises(StorageError, match="another smoke-tui"):
        JournalFile.reopen(folder)
    first.append(told(1))
    first.close()
    second = JournalFile.reopen(folder)
    with pytest.raises(StorageError, match="another smoke-tui"):
        JournalFile.reopen(folder)
    second.append(told(2))
    second.close()
    assert [event.seq for event in read_journal(folder).events] == [0, 1, 2]


def test_a_refused_writer_leaves_no_descriptor_behind(tmp_path: Path) -> None:
    folder = tmp_path / "sessions" / "S"
    first = JournalFile.create(folder)
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(3):
        with pytest.raises(StorageError):
            JournalFile.reopen(folder)
    assert len(os.listdir("/proc/self/fd")) == before
    first.close()


def test_a_torn_last_line_is_dropped_wherever_it_was_cut(tmp_path: Path) -> None:
    folder = tmp_path / "sessions" / "S"
    content = three(folder)
    whole = len(told(0).line()) + len(told(1).line())
    for cut in range(whole + 1, len(content)):
        (folder / JOURNAL).write_bytes(content[:cut])
        journal = read_journal(folder)
        assert journal.damage == ()
        assert [event.seq for event in journal.events] == [0, 1]
        assert journal.torn_bytes == cut - whole
        assert journal.good_bytes == whole


@pytest.mark.parametrize("keep", [1, 20, 10**6])
def test_after_a_torn_line_the_next_one_stands_alone(tmp_path: Path, keep: int) -> None:
    folder = tmp_path / "sessions" / "S"
    content = three(folder)
    whole = len(told(0).line()) + len(told(1).line())
    (folder / JOURNAL).write_bytes(content[: min(whole + keep, len(content) - 1)])
    again = JournalFile.reopen(folder)
    again.append(told(2, "anew"))
    again.close()
    journal = read_journal(folder)
    assert (journal.damage, journal.torn_bytes) == ((), 0)
    assert [data_of(event)["text"] for event in journal.events] == ["x", "x", "anew"]


@pytest.mark.parametrize("line", [0, 1])
def test_damage_in_the_middle_is_reported_with_its_line(tmp_path: Path, line: int) -> None:
    folder = tmp_path / "sessions" / "S"
    content = bytearray(three(folder))
    content[len(told(0).line()) * line + 30] ^= 1
    (folder / JOURNAL).write_bytes(content)
    journal = read_journal(folder)
    assert journal.damage[0].startswith(f"line {line + 1}: ")
    assert "checksum" in journal.damage[0]
    with pytest.raises(StorageError, match=f"line {line + 1}"):
        JournalFile.reopen(folder)
    assert (folder / JOURNAL).read_bytes() == bytes(content)


def test_a_missing_a_doubled_and_an_empty_line_are_damage(tmp_path: Path) -> None:
    folder = tmp_path / "sessions" / "S"
    three(folder)
    zero, one, two = (told(seq).line() for seq in range(3))
    for content, where in (
        (zero + two, "line 2"),
        (zero + zero + one, "line 2"),
        (zero + b"\n" + one + two, "line 2"),
        (one + two, "line 1"),
        (b"", "line 1"),
        (zero + one[:-1] + two, "line 2"),
    ):
        (folder / JOURNAL).write_bytes(content)
        damage = read_journal(folder).damage
        assert damage, content
        assert damage[0].startswith(f"{where}: "), (damage, content)


def test_evidence_is_checked_against_its_name(tmp_path: Path) -> None:
    journal = JournalFile.create(tmp_path / "sessions" / "S")
    journal.append(told(0))
    digest = journal.keep(b"what was seen")
    assert journal.keep(b"what was seen") == digest
    journal.close()
    read = read_journal(journal.folder)
    assert read.evidence(digest) == b"what was seen"
    (journal.folder / EVIDENCE / digest).write_bytes(b"what was sen")
    with pytest.raises(StorageError, match="does not fit its name"):
        read.evidence(digest)
    (journal.folder / EVIDENCE / digest).unlink()
    with pytest.raises(StorageError, match="No such file"):
        read.evidence(digest)
    for name in ("../journal.jsonl", "", "A" * 64, digest[:-1], digest + "0"):
        with pytest.raises(StorageError, match="no name of evidence"):
            read.evidence(name)


def test_evidence_left_half_written_by_a_crash_is_mended(tmp_path: Path) -> None:
    journal = JournalFile.create(tmp_path / "sessions" / "S")
    digest = journal.keep(b"what was seen")
    path = journal.folder / EVIDENCE / digest
    path.write_bytes(b"what")
    assert journal.keep(b"what was seen") == digest
    journal.close()
    assert path.read_bytes() == b"what was seen"


LIMITED = """
import resource, sys
from pathlib import Path
from smoke_tui.journal.events.event import Event
from smoke_tui.journal.events.facts import Noted
from smoke_tui.files import StorageError; from smoke_tui.journal.file import JournalFile
journal = JournalFile.create(Path(sys.argv[1]))
written = 0
for seq in range(3):
    journal.append(Event(seq, "T", seq, Noted("x" * 100)))
size = (journal.folder / "journal.jsonl").stat().st_size
resource.setrlimit(resource.RLIMIT_FSIZE, (size + int(sys.argv[2]),) * 2)
for attempt in (lambda: journal.append(Event(3, "T", 3, Noted("y" * 100))),
                lambda: journal.keep(b"z" * 4096)):
    try:
        attempt()
    except StorageError as error:
        print(error)
"""


@pytest.mark.parametrize("room", [0, 1, 60])
def test_a_full_disk_leaves_whole_lines_and_says_so(tmp_path: Path, room: int) -> None:
    folder = tmp_path / "sessions" / "S"
    ended = subprocess.run(
        [sys.executable, "-c", LIMITED, str(folder), str(room)],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    said = ended.stdout.splitlines()
    assert len(said) == 2
    assert all(str(folder) in line for line in said)
    journal = read_journal(folder)
    assert (journal.torn_bytes, journal.damage, len(journal.events)) == (0, (), 3)
    assert list((folder / EVIDENCE).iterdir()) == []


def test_first_and_last_lines_are_enough_for_the_list(tmp_path: Path) -> None:
    folder = tmp_path / "sessions" / "S"
    journal = JournalFile.create(folder)
    opened = {
        "session": "S",
        "runbook": {"id": "smoke", "sha256": "0"},
        "config": {"world": "rehearsed"},
    }
    journal.append(make_event(0, "T", 0, "session.opened", data=opened))
    journal.close()
    first = ends(folder)
    assert first is not None
    assert (first.runbook_id, first.world, first.closed) == ("smoke", "rehearsed", None)
    journal = JournalFile.reopen(folder)
    journal.append(told(1, "y" * 70_000))
    journal.append(make_event(2, "T", 2, "session.closed", data={"verdict": "pass"}))
    journal.close()
    both = ends(folder)
    assert both is not None
    assert both.closed is not None
    assert both.closed.verdict == "pass"
    with (folder / JOURNAL).open("ab") as file:
        file.write(b'{"seq":5')
    torn = ends(folder)
    assert torn == both
    (folder / JOURNAL).write_bytes(b"")
    assert ends(folder) is None
    assert ends(tmp_path) is None


def test_sessions_are_listed_newest_first(tmp_path: Path) -> None:
    for name in ("20261121T190000Z-aaaa", "20261122T190000Z-bbbb"):
        JournalFile.create(tmp_path / "sessions" / name).close()
    (tmp_path / "sessions" / "stray").mkdir()
    assert [folder.name for folder in session_folders(tmp_path / "sessions")] == [
        "20261122T190000Z-bbbb",
        "20261121T190000Z-aaaa",
    ]
    assert list(session_folders(tmp_path / "none")) == []


def test_calls_of_a_battery_are_written_at_once_and_synced_in_groups(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    written = [0]
    moment = [100.0]
    monkeypatch.setattr("smoke_tui.journal.file.sync_content", lambda fd: synced.append(written[0]))
    monkeypatch.setattr("smoke_tui.journal.file.time.monotonic", lambda: moment[0])
    folder = tmp_path / "sessions" / "one"
    journal = JournalFile.create(folder)

    def answer() -> None:
        data = {"what": "answered", "case": "a", "repeat": 1, "text": "PASS"}
        more = {"status": "completed", "ms": 1}
        written[0] += 1
        journal.append(
            make_event(written[0] - 1, "2026-11-21T19:00:00.000Z", 0, "battery", data=data | more)
        )
        assert len((folder / JOURNAL).read_bytes().splitlines()) == written[0]

    for _ in range(250):
        answer()
    assert synced == [1, 101, 201]
    moment[0] += 1.5
    answer()
    assert synced[-1] == 251
    answer()
    journal.append(told(252))
    written[0] += 1
    assert len(synced) == 5
    assert journal.sync_due() is None
    answer()
    assert journal.sync_due() == pytest.approx(1)
    moment[0] += 0.75
    assert journal.sync_due() == pytest.approx(0.25)
    assert len(synced) == 5
    moment[0] += 0.25
    assert journal.sync_due() is None
    assert len(synced) == 6
    journal.close()


def test_a_group_that_cannot_be_synced_is_written_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = [100.0]
    monkeypatch.setattr("smoke_tui.journal.file.time.monotonic", lambda: moment[0])
    folder = tmp_path / "sessions" / "one"
    journal = JournalFile.create(folder)
    journal.append(told(0))
    data = {"what": "answered", "case": "a", "repeat": 1, "text": "PASS", "status": "completed"}
    for seq in (1, 2):
        data["ms"] = seq
        journal.append(make_event(seq, "2026-11-21T19:00:00.000Z", 0, "battery", data=data))
    before, inode = (folder / JOURNAL).read_bytes(), (folder / JOURNAL).stat().st_ino
    moment[0] += 1

    def broken(fd: int) -> None:
        raise OSError(errno.EIO, "broken")

    monkeypatch.setattr("smoke_tui.journal.file.sync_content", broken)
    assert journal.sync_due() is None
    assert (folder / JOURNAL).read_bytes() == before
    assert (folder / JOURNAL).stat().st_ino != inode
    journal.append(told(3))
    journal.close()
    assert len(read_journal(folder).events) == 4
