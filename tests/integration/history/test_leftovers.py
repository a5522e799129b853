"""What a session that broke off has left: found by its mark, named, and stopped on demand."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from smoke_tui.history.leftovers import LeftBehind, left_behind
from tests.helpers.other_system import Elsewhere
from tests.helpers.paths import ROOT
from tests.helpers.processes import free_port, until

SERVE = f"{sys.executable} -u -m http.server --bind 127.0.0.1"
HOLD = """
import sys
from pathlib import Path
sys.path.insert(0, {tests!r})
from smoke_tui.config.questions import Answer
from tests.helpers.service_sessions import book, look, run, service
run(book(({command!r}, service("boot", {ready!r})), ("", look("see"))), Path({folder!r}),
    lambda kind, data: None if kind == "manual" else Answer("run" if kind == "begin" else "yes"))
"""


def held_session(
    folder: Path, command: str, port: int, env: dict[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """A program in the middle of a session, its service ready."""
    ready = f'{{ http = "http://127.0.0.1:{port}/", timeout = "2m" }}'
    code = HOLD.format(tests=str(ROOT), command=command, ready=ready, folder=str(folder))
    program = subprocess.Popen([sys.executable, "-c", code], env=env)
    until(
        lambda: any(
            b'"ev":"provided"' in path.read_bytes()
            for path in folder.glob("state/sessions/*/journal.jsonl")
        ),
        "the service did not get ready",
    )
    return program


def test_a_session_that_runs_has_left_nothing(tmp_path: Path) -> None:
    port = free_port()
    program = held_session(tmp_path, f"{SERVE} {port}", port)
    try:
        assert left_behind(tmp_path / "state") == []
    finally:
        program.kill()
        program.wait()


def test_when_we_are_killed_what_we_started_goes_with_us(tmp_path: Path) -> None:
    port = free_port()
    program = held_session(tmp_path, f"{SERVE} {port}", port)
    program.kill()
    program.wait()
    until(lambda: left_behind(tmp_path / "state") == [], "something is left")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells when a process started")
def test_what_outlives_its_guardian_is_named_and_can_be_stopped(tmp_path: Path) -> None:
    port = free_port()
    program = held_session(tmp_path, f"{SERVE} {port}", port)
    found = subprocess.run(
        ["pgrep", "-P", str(program.pid)], capture_output=True, text=True, check=True
    )
    guardian = int(found.stdout.split()[0])
    os.kill(program.pid, signal.SIGSTOP)
    os.kill(guardian, signal.SIGKILL)
    program.kill()
    program.wait()
    left: list[LeftBehind] = []

    def see() -> bool:
        left[:] = left_behind(tmp_path / "state")
        return bool(left)

    until(see, "it was not seen")
    assert [one.step for one in left] == ["boot"]
    assert f"{SERVE} {port} (process {left[0].pid}) still runs" in left[0].sentence()
    assert left[0].end()
    assert left_behind(tmp_path / "state") == []


def test_where_no_process_has_a_mark_what_may_be_left_is_named_and_never_signalled(
    tmp_path: Path,
) -> None:
    """Without a mark a process can't be told from a later one of its number."""
    elsewhere = Elsewhere(tmp_path)
    port = free_port()
    program = held_session(tmp_path, f"{SERVE} {port}", port, elsewhere.environment())
    listed = subprocess.run(
        ["pgrep", "-P", str(program.pid)], capture_output=True, text=True, check=True
    )
    guardian = int(listed.stdout.split()[0])
    listed = subprocess.run(
        ["pgrep", "-P", str(guardian)], capture_output=True, text=True, check=True
    )
    service = int(listed.stdout.split()[0])
    os.kill(program.pid, signal.SIGSTOP)
    os.kill(guardian, signal.SIGKILL)
    program.kill()
    program.wait()
    try:
        stopped = elsewhere.run("doctor", "--stop-leftovers")
        assert stopped.returncode == 4, stopped.stdout + stopped.stderr
        assert f"not proven gone: {SERVE} {port} (process {service}) may still" in stopped.stdout
        assert f"`ps -p {service}`" in elsewhere.run("doctor").stdout
        os.kill(service, 0)
    finally:
        os.killpg(service, signal.SIGKILL)


def test_a_service_that_detached_itself_is_named_with_its_stop_command(tmp_path: Path) -> None:
    """Its command is kept in the record; what it stops nobody but the command knows."""
    (tmp_path / "up").touch()
    one = LeftBehind("S", "boot", "docker compose up", stop=("rm", "up"), cwd=str(tmp_path))
    assert "`rm up`" in one.sentence()
    assert one.end()
    assert not (tmp_path / "up").exists()
    assert not one.end()
