"""Outcomes that could be lost: streams that are closed, signals, removed folders, two at once."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from smoke_tui.journal.file import JournalFile, read_journal
from smoke_tui.journal.folders import NameTakenError
from smoke_tui.outcomes import Verdict
from smoke_tui.runbook import parse
from smoke_tui.session.open import new_file, session_id
from smoke_tui.world.live.clock_ids import SystemClock
from tests.helpers.events import data_of
from tests.helpers.offline_program import OfflineProgram, beside, book, cut, ended, runs, state_of
from tests.helpers.processes import until
from tests.helpers.service_sessions import run

TWO = book(runs("one", "true"), runs("two", "true"))
WAITS = book(runs("one", "true"), runs("two", "cat gate", 'timeout = "1m"'))


def newest(folder: Path) -> Path:
    return max((folder / "state" / "sessions").iterdir())


def write(folder: Path, text: str) -> None:
    (folder / "offline.md").write_text(text)


def waits_at_the_gate(folder: Path, resumes: int = 0) -> bool:
    """Whether a session has come to its second step, whose command reads from a pipe, since it was
    gone on with so often.
    """
    journals = list(folder.glob("state/sessions/*/journal.jsonl"))
    events = read_journal(journals[0].parent).events if journals else ()
    since = [e.seq for e in events if e.kind in ("session.opened", "session.resumed")]
    return len(since) == resumes + 1 and any(
        e.kind == "process"
        and e.step == "two"
        and data_of(e)["what"] == "started"
        and e.seq > since[-1]
        for e in events
    )


def processes_in(folder: Path) -> list[int]:
    """Living processes that work in a folder."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if (
                entry.name.isdigit()
                and os.readlink(entry / "cwd") == str(folder)
                and int(entry.name) != os.getpid()
            ):
                found.append(int(entry.name))
        except OSError:
            continue
    return found


# --- streams -------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_stream_that_was_closed_before_the_start_costs_nothing(
    tmp_path: Path, number: int
) -> None:
    """Neither the session, nor the result, nor a journal with a stream's number."""
    write(tmp_path, TWO)
    done = ended(
        beside(
            tmp_path, "--check", "offline.md", "--live", "--json", before=lambda: os.close(number)
        )
    )
    assert done.code == 0
    assert "Traceback" not in done.err
    assert state_of(newest(tmp_path)).verdict == "pass"
    if number != 1:
        assert json.loads(done.out)["verdict"] == "pass"
    assert done.err.count("step ") == (0 if number == 2 else 2)


@pytest.mark.parametrize("name", ["err", "out"])
def test_a_session_goes_on_where_nobody_reads(tmp_path: Path, name: str) -> None:
    write(tmp_path, TWO)
    reads, writes = os.pipe()
    os.close(reads)
    with os.fdopen(writes, "wb") as pipe:
        child = beside(
            tmp_path,
            "--check",
            "offline.md",
            "--live",
            "--json",
            out=pipe if name == "out" else subprocess.PIPE,
            err=pipe if name == "err" else subprocess.PIPE,
        )
        done = ended(child)
    assert state_of(newest(tmp_path)).verdict == "pass"
    assert done.code == (141 if name == "out" else 0)
    assert "Traceback" not in done.err
    if name == "err":
        assert json.loads(done.out)["verdict"] == "pass"


# --- folders and files ---------------------------------------------------------------------------


def test_a_record_that_was_removed_is_not_passed_on_as_kept(tmp_path: Path) -> None:
    write(tmp_path, book(runs("one", "true"), runs("two", "rm -rf state"), runs("three", "true")))
    done = ended(beside(tmp_path, "--check", "offline.md", "--live", "--json"))
    assert done.code == 70
    assert "NOT SAVED" in done.err
    assert "Traceback" not in done.err
    assert "step one pass" in done.err
    assert "step two" not in done.err
    assert "step three" not in done.err


def test_so_is_one_that_was_removed_at_the_very_end(tmp_path: Path) -> None:
    write(tmp_path, book(runs("one", "rm -rf state")))
    done = ended(beside(tmp_path, "--plain", "offline.md", "--origin", "office"))
    assert done.code != 0
    done = ended(beside(tmp_path, "--check", "offline.md", "--live"))
    assert done.code == 70
    assert "NOT SAVED" in done.err
    assert "Traceback" not in done.err


def test_a_record_that_was_moved_stays_one(tmp_path: Path) -> None:
    """Renaming a folder loses nothing; that it is not where it was is said."""
    write(tmp_path, book(runs("one", "mv state elsewhere"), runs("two", "true")))
    done = ended(beside(tmp_path, "--check", "offline.md", "--live"))
    assert done.code == 4
    assert "NOT SAVED" in done.err
    (folder,) = (tmp_path / "elsewhere" / "sessions").iterdir()
    assert state_of(folder).verdict == "pass"


def test_a_report_to_a_pipe_does_not_wait_for_a_reader(tmp_path: Path) -> None:
    write(tmp_path, TWO)
    os.mkfifo(tmp_path / "pipe")
    done = ended(beside(tmp_path, "--check", "offline.md", "--live", "--json", "--report", "pipe"))
    assert (done.code, json.loads(done.out)["verdict"]) == (2, "pass")
    assert state_of(newest(tmp_path)).verdict == "pass"


def test_no_room_for_a_report_leaves_the_old_one(tmp_path: Path) -> None:
    write(tmp_path, TWO)
    assert ended(beside(tmp_path, "--check", "offline.md", "--live")).code == 0
    (tmp_path / "report.md").write_text("the old one")

    def small() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (512, 512))

    for argv in (
        ("report", "last", "-o", "report.md"),
        ("--check", "last", "--report", "report.md"),
    ):
        done = ended(beside(tmp_path, *argv, before=small))
        assert done.code == 2
        assert "Traceback" not in done.err
        assert (tmp_path / "report.md").read_text() == "the old one"
    assert not list(tmp_path.glob(".smoke-tui-*"))


def test_names_that_collide_cost_the_older_session_nothing(program: OfflineProgram) -> None:
    """Sessions sort by when they began, two of one moment, too."""
    assert program.live(TWO).code == 0
    taken = program.only()
    before = (taken / "journal.jsonl").read_bytes()
    with pytest.raises(NameTakenError):
        JournalFile.create(taken)
    assert (taken / "journal.jsonl").read_bytes() == before
    moment = datetime(2031, 5, 6, 7, 8, 9, 999_900, tzinfo=UTC)
    files = [new_file(taken.parent, moment) for _ in range(9)]
    names = [file.folder.name for file in files]
    assert names[0] == session_id(moment) == "20310506T070809Z-fff9"
    assert names == sorted(set(names))
    assert session_id(moment.replace(microsecond=0)) < names[0]
    for file in files:
        file.close()


# --- signals -------------------------------------------------------------------------------------

INT, TERM, HUP = signal.SIGINT, signal.SIGTERM, signal.SIGHUP


@pytest.mark.parametrize("struck", [(INT, INT), (TERM, INT), (HUP, HUP, TERM)])
def test_signals_one_after_another_close_the_session_once(
    tmp_path: Path, struck: tuple[signal.Signals, ...]
) -> None:
    write(tmp_path, WAITS)
    os.mkfifo(tmp_path / "gate")
    child = beside(tmp_path, "--check", "offline.md", "--live", "--json")
    until(lambda: waits_at_the_gate(tmp_path), "the session did not come to its second step")
    for number in struck:
        child.send_signal(number)
    done = ended(child)
    assert done.code == 128 + struck[0] or done.code - 128 in struck
    events = read_journal(newest(tmp_path)).events
    assert [e.kind for e in events].count("session.closed") == 1
    assert data_of(events[-1])["verdict"] in ("blocked", "incomplete")
    assert state_of(newest(tmp_path)).steps["one"].outcome == "pass"
    until(lambda: processes_in(tmp_path) == [], "a child was left")


def opened(folder: Path) -> None:
    """Let the step at the gate go on."""
    with (folder / "gate").open("w"):
        pass


def resumed(folder: Path, before: Callable[[], None] | None = None) -> subprocess.Popen[bytes]:
    return beside(folder, "--check", "last", "--resume", "--live", "--json", before=before)


def test_a_signal_while_a_session_is_resumed(tmp_path: Path) -> None:
    write(tmp_path, WAITS)
    os.mkfifo(tmp_path / "gate")
    child = beside(tmp_path, "--check", "offline.md", "--live")
    until(lambda: waits_at_the_gate(tmp_path), "the session did not come to its second step")
    child.kill()
    ended(child)
    again = resumed(tmp_path)
    until(lambda: waits_at_the_gate(tmp_path, 1), "it was not resumed")
    again.send_signal(TERM)
    assert ended(again).code == 143
    assert state_of(newest(tmp_path)).left
    last = resumed(tmp_path)
    # What was stopped has its outcome; going on does not try it again by itself.
    assert ended(last).code == 4
    state = state_of(newest(tmp_path))
    assert state.steps["one"].outcome == "pass"
    assert len(state.steps["one"].tries) == 1
    assert ended(beside(tmp_path, "replay", "last")).code == 0


def test_of_two_that_resume_a_session_one_is_refused(tmp_path: Path) -> None:
    write(tmp_path, WAITS)
    os.mkfifo(tmp_path / "gate")
    child = beside(tmp_path, "--check", "offline.md", "--live")
    until(lambda: waits_at_the_gate(tmp_path), "the session did not come to its second step")
    child.kill()
    ended(child)
    pair = [resumed(tmp_path), resumed(tmp_path)]
    until(lambda: any(one.poll() is not None for one in pair), "both go on with it")
    loser = next(one for one in pair if one.poll() is not None)
    winner = next(one for one in pair if one is not loser)
    refused = ended(loser)
    assert refused.code == 3
    assert "another smoke-tui has this session open" in refused.err
    until(lambda: waits_at_the_gate(tmp_path, 1), "it was not resumed")
    opened(tmp_path)
    assert ended(winner).code == 0
    events = read_journal(newest(tmp_path)).events
    assert [e.kind for e in events].count("session.resumed") == 1
    assert ended(beside(tmp_path, "--check", "last")).code == 0


# --- clocks --------------------------------------------------------------------------------------


class ClockOf1970(SystemClock):
    """Goes back every seven looks; durations come from elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self._looks = 0

    def wall(self) -> datetime:
        self._looks += 1
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=5 - self._looks % 7)


def test_a_clock_of_1970_loses_nothing(program: OfflineProgram) -> None:
    runbook = parse(TWO, "offline.md").runbook
    assert runbook is not None
    done = run(runbook, program.folder, clock=ClockOf1970())
    assert done.verdict is Verdict.PASS
    assert all(event.time.startswith("19") for event in done.events)
    checked = program("--check", "last", "--json")
    assert checked.code == 0
    assert all(row["seconds"] >= 0 for row in checked.json()["steps"])
    assert program("replay", "last").code == 0
    cut(program.only(), 12)
    assert program("--check", "last", "--resume", "--live").code == 0
