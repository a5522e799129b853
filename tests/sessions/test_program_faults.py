"""The whole program under real faults: killed anywhere, a disk that fails, a file that is full."""

from __future__ import annotations

import os
import random
import resource
import signal
import subprocess
import time
from pathlib import Path

import pytest

from smoke_tui.history.leftovers import left_behind
from smoke_tui.journal.file import read_journal
from tests.helpers.events import data_of
from tests.helpers.program_faults import (
    acknowledged,
    check,
    command,
    environment,
    newest,
    program,
    run,
    state_of,
)

KILLS = int(os.environ.get("SMOKE_TUI_TEST_KILLS", "6"))
"""A thousand of them are run by hand."""

SCENARIOS = ("happy", "instructions-drift", "instructions-drift-at-turn", "token-expired")


def kill_at_random(state: Path, folder: Path, luck: random.Random) -> dict[str, str]:
    """Start a session, kill it with -9 at some moment; the outcomes it had told of."""
    child = subprocess.Popen(
        command(state, "--check", "--rehearse", "--scenario", luck.choice(SCENARIOS)),
        env=environment(folder),
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
    )
    assert child.stderr is not None
    os.set_blocking(child.stderr.fileno(), False)
    lines = luck.randrange(4, 230)
    end = time.monotonic() + 60
    while child.poll() is None and time.monotonic() < end:
        journals = list(state.glob("sessions/*/journal.jsonl"))
        if journals and max(journals).read_bytes().count(b"\n") >= lines:
            break
        time.sleep(luck.random() * 0.01)
    child.send_signal(signal.SIGKILL)
    child.wait()
    os.set_blocking(child.stderr.fileno(), True)
    with child.stderr:
        return acknowledged(child.stderr.read())


@pytest.mark.parametrize("seed", range(KILLS))
def test_killed_anywhere(tmp_path: Path, seed: int) -> None:
    luck = random.Random(seed)
    state = tmp_path / "state"
    told = kill_at_random(state, tmp_path, luck)
    if not (state / "sessions").exists():
        return
    folder = newest(state)
    journal = read_journal(folder)
    if not journal.events:
        assert told == {}
        return
    before = state_of(folder)
    for step, outcome in told.items():
        finished = [
            data_of(e)["outcome"]
            for e in journal.events
            if e.kind == "step.finished" and e.step == step
        ]
        assert finished, f"{step} {outcome} was acknowledged and is not in the record"
        assert finished[-1] == outcome or outcome in finished
    end = time.monotonic() + 30
    while left_behind(state):
        assert time.monotonic() < end, "a child was left"
        time.sleep(0.05)
    if before.closed is None:
        done = check(state, tmp_path, "--check", "last", "--resume")
        assert done.code in (0, 1, 4), done.err
        after = state_of(folder)
        assert after.closed is not None
        assert len(after.resumes) == 1
    replayed = check(state, tmp_path, "replay", "last")
    assert replayed.code == 0, replayed.out


@pytest.mark.parametrize(
    ("call", "error", "when"),
    [
        ("fdatasync", "EIO", 1),
        ("fdatasync", "EIO", 30),
        ("fdatasync", "ENOSPC", 50),
        ("fdatasync", "EIO", "20+20"),
    ],
)
def test_a_disk_that_fails_to_sync(tmp_path: Path, call: str, error: str, when: int | str) -> None:
    """A sibling takes over, and the session goes on as if nothing had been."""
    state = tmp_path / "state"
    done = run(
        [
            program("strace"),
            "-f",
            "-qq",
            "-o",
            str(tmp_path / "trace"),
            "-e",
            f"trace={call}",
            "-e",
            f"inject={call}:error={error}:when={when}",
            *command(state, "--check", "--rehearse"),
        ],
        tmp_path,
    )
    assert done.code == 0, done.err
    assert error in (tmp_path / "trace").read_text()
    assert state_of(newest(state)).closed is not None
    assert check(state, tmp_path, "replay", "last").code == 0


@pytest.mark.parametrize("kilobytes", [24, 31, 40, 52])
def test_a_disk_that_is_full(tmp_path: Path, kilobytes: int) -> None:
    """Nothing that was acknowledged is lost, and the operator is told at once."""
    state = tmp_path / "state"

    def small() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (kilobytes * 1024, kilobytes * 1024))

    done = subprocess.run(
        command(state, "--check", "--rehearse"),
        env=environment(tmp_path),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=120,
        check=False,
        preexec_fn=small,
    )
    told = acknowledged(done.stderr)
    assert done.returncode == 4, done.stderr
    assert "NOT SAVED" in done.stderr
    assert "Traceback" not in done.stderr
    folder = newest(state)
    journal = read_journal(folder)
    finished = {e.step: data_of(e)["outcome"] for e in journal.events if e.kind == "step.finished"}
    assert finished == told
    assert left_behind(state) == []
    if journal.events:
        # With room again, it goes on.
        assert check(state, tmp_path, "--check", "last", "--resume").code in (0, 4)
        assert check(state, tmp_path, "replay", "last").code == 0


def test_no_room_for_the_rehearsal_itself(tmp_path: Path) -> None:
    def tiny() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1024, 1024))

    done = subprocess.run(
        command(tmp_path / "state", "--check", "--rehearse"),
        env=environment(tmp_path),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=120,
        check=False,
        preexec_fn=tiny,
    )
    assert done.returncode == 4
    assert "the rehearsal can't be set up in" in done.stderr
    assert "Traceback" not in done.stderr
