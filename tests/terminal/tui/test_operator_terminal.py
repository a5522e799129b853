"""What the operator's terminal is told: title, bell, recorders, resize, stop and continue."""

from __future__ import annotations

import asyncio
import os
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from smoke_tui.journal.events.event import Event
from smoke_tui.process_setup import recorder_of
from smoke_tui.session.session_view import SessionView
from smoke_tui.tui.app import Goal, SmokeApp
from smoke_tui.tui.screens.session import LONG_WORK, SessionScreen
from tests.helpers.app_driver import settings, until
from tests.helpers.events import data_of
from tests.helpers.paths import ROOT
from tests.helpers.pty_terminal import LONGEST, Terminal
from tests.helpers.tui_records import recorded
from tests.terminal.tui.test_terminal import crashing

SAVE, RESTORE = b"\x1b[22;2t", b"\x1b[23;2t"


def titles(written: bytes) -> list[str]:
    """The titles that were set, in order."""
    return [text.decode() for text in re.findall(rb"\x1b\]2;([^\x07]*)\x07", written)]


def saved_and_restored(written: bytes) -> None:
    """The title is saved before the first is set, and restored after the last."""
    assert written.count(SAVE) == written.count(RESTORE) == 1
    assert written.index(SAVE) < written.index(b"\x1b[?1049h")
    assert written.index(RESTORE) > written.rfind(b"\x1b]2;")


def test_the_title_says_whose_turn_it_is_and_goes_when_we_go(tmp_path: Path) -> None:
    state = tmp_path / "state"
    with Terminal(["--rehearse", "--state-dir", str(state)], home=tmp_path) as terminal:
        at = terminal.wait_for("run all that follows")
        terminal.press("\r")
        terminal.wait_for("Make one live call?", after=at)
        terminal.press("\x11")
        assert terminal.end() == 4
        written = terminal.output
    told = titles(written)
    wanted = [
        f"smoke-tui {words}"
        for words in ("your turn: oauth-login", "running: oauth-login", "your turn: live-call")
    ]
    shown = [title for title in told if title in wanted]
    # A login that is quicker than a frame of the screen runs without a title of its own.
    assert shown in (wanted, [wanted[0], wanted[2]])
    saved_and_restored(written)


def test_the_title_is_restored_after_a_signal(tmp_path: Path) -> None:
    state = tmp_path / "state"
    with Terminal(["--rehearse", "--state-dir", str(state)], home=tmp_path) as terminal:
        terminal.wait_for("run all that follows")
        terminal.strike(signal.SIGTERM)
        assert terminal.end() == 143
        assert "smoke-tui your turn: oauth-login" in titles(terminal.output)
        saved_and_restored(terminal.output)


def test_the_title_is_restored_after_a_crash(tmp_path: Path) -> None:
    state = tmp_path / "state"
    with Terminal(["--state-dir", str(state)], home=tmp_path, code=crashing("handler")) as terminal:
        terminal.wait_for("Runbooks")
        terminal.press("x")
        assert terminal.end() == 70
        saved_and_restored(terminal.output)


class Timed(SessionView):
    """A record whose time is what it is told to be."""

    at = 0

    @property
    def elapsed(self) -> int:
        return self.at


@pytest.mark.parametrize(("work", "rings"), [(LONG_WORK, 0), (LONG_WORK + 1, 1)])
def test_the_bell_rings_only_after_long_work(work: int, rings: int, tmp_path: Path) -> None:
    """The question that ends the work rings; the first one of a session does not."""
    runbook, events = recorded()

    def question(event: Event) -> bool:
        return event.kind == "request" and data_of(event)["port"] == "operator"

    first = next(n for n, event in enumerate(events) if question(event))
    second = next(n for n, event in enumerate(events) if n > first and question(event))
    rung: list[int] = []

    class Heard(SmokeApp):
        def bell(self) -> None:
            rung.append(run.at)

    run = Timed(runbook)

    async def main() -> None:
        app = Heard(settings(tmp_path), Goal())
        async with app.run_test(size=(80, 24)) as pilot:
            walk = SessionScreen(run)
            await app.push_screen(walk)
            await pilot.pause()

            async def come(part: list[Event], at: int, asks: bool) -> None:
                run.at = at
                for event in part:
                    run.incoming.on_event(event)
                await until(
                    pilot,
                    lambda: (
                        run.incoming.backlog[0] == 0
                        and (walk.followed_question is not None) == asks
                    ),
                )
                walk.tick()

            await come(events[: first + 1], 1000, True)
            await come(events[first + 1 : first + 2], 2000, False)
            await come(events[first + 2 : second], 2000 + work // 2, False)
            await come(events[second : second + 1], 2000 + work, True)

    asyncio.run(main())
    assert rung == [2000 + work] * rings


DUMPABLE = """
import ctypes, os
from smoke_tui.process_setup import no_core_files
def dumpable(): return ctypes.CDLL(None).prctl(3, 0, 0, 0, 0)
before = dumpable()
no_core_files()
child = os.popen("python3 -c 'import ctypes; print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))'")
print(before, dumpable(), child.read().strip())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="prctl is Linux's")
def test_nobody_reads_our_memory_and_children_are_as_always() -> None:
    done = subprocess.run(
        [sys.executable, "-c", DUMPABLE],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
        timeout=30,
    )
    assert done.stdout.split() == ["1", "0", "1"]


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({}, ""),
        ({"ASCIINEMA_REC": "1"}, "asciinema"),
        ({"SCRIPT": "typescript"}, "script"),
        ({"ASCIINEMA_REC": "1", "SCRIPT": "x"}, "asciinema and script"),
        ({"TMUX": "/nonexistent,1,0", "PATH": os.environ["PATH"]}, ""),
    ],
)
def test_known_recorders(environ: Mapping[str, str], words: str) -> None:
    assert recorder_of(environ) == words


def test_a_recorded_terminal_is_reported(tmp_path: Path) -> None:
    with Terminal(
        ["--state-dir", str(tmp_path / "state")], home=tmp_path, env={"ASCIINEMA_REC": "1"}
    ) as terminal:
        terminal.wait_for("what is shown is recorded: asciinema")
        terminal.press("q")
        assert terminal.end() == 0


def tmux(socket: Path, *words: str) -> str:
    done = subprocess.run(
        ["tmux", "-S", str(socket), "-f", "/dev/null", *words],
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
        env={"PATH": os.environ["PATH"], "LANG": "C.UTF-8"},
    )
    return done.stdout


def test_tmux_with_a_pipe_is_a_recorder(tmp_path: Path) -> None:
    socket = tmp_path / "tmux"
    tmux(socket, "new-session", "-d", "-x", "80", "-y", "24", "cat")
    try:
        pane = tmux(socket, "display-message", "-p", "#{pane_id}").strip()
        environ = {"TMUX": f"{socket},1,0", "TMUX_PANE": pane, "PATH": os.environ["PATH"]}
        assert recorder_of(environ) == ""
        tmux(socket, "pipe-pane", "-t", pane, "cat >/dev/null")
        assert recorder_of(environ) == "tmux (pipe-pane)"
    finally:
        tmux(socket, "kill-server")


@pytest.mark.skipif(sys.platform != "linux", reason="/proc tells that it is stopped")
def test_stopped_it_gives_the_terminal_back_and_continued_it_takes_it_again(tmp_path: Path) -> None:
    with Terminal(["--state-dir", str(tmp_path / "state")], home=tmp_path) as terminal:
        terminal.wait_for("Runbooks")
        stat = Path(f"/proc/{terminal.process.pid}/stat")
        assert not terminal.echoes()
        terminal.strike(signal.SIGTSTP)
        terminal.wait_until(lambda: stat.read_text().rpartition(")")[2].split()[0] == "T", "a stop")
        terminal.wait_until(terminal.echoes, "an echo")
        terminal.wait_until(lambda: terminal.output.count(b"\x1b[?1049l") == 1, "the old screen")
        assert terminal.output.count(SAVE) == terminal.output.count(RESTORE) == 1
        at = len(terminal.output)
        terminal.strike(signal.SIGCONT)
        terminal.wait_for("Runbooks", after=at)
        assert not terminal.echoes()
        terminal.press("q")
        assert terminal.end() == 0
        assert terminal.output.count(b"\x1b[?1049h") == 2
        assert terminal.output.count(SAVE) == terminal.output.count(RESTORE) == 2


def threads_of(terminal: Terminal) -> int:
    return len(list(Path(f"/proc/{terminal.process.pid}/task").iterdir()))


@pytest.mark.skipif(sys.platform != "linux", reason="/proc tells of threads")
def test_continued_without_a_stop_it_reads_the_terminal_once(tmp_path: Path) -> None:
    """And it sets the terminal's modes again, which somebody else may have changed."""
    with Terminal(["--state-dir", str(tmp_path / "state")], home=tmp_path) as terminal:
        # Filled lists: the threads that read what is beside them have begun, and stay.
        terminal.wait_for("openai-subscription")
        before = 0
        for number in range(5):
            terminal.set_echo()
            assert terminal.echoes()
            at = len(terminal.output)
            terminal.strike(signal.SIGCONT)
            terminal.wait_until(lambda: not terminal.echoes(), "no echo")
            terminal.wait_for("Runbooks", after=at)
            before = before if number else threads_of(terminal)
        terminal.wait_until(lambda: threads_of(terminal) == before, "the same threads")
        terminal.press("q")
        assert terminal.end() == 0


@pytest.mark.parametrize("leaves", [True, False])
def test_it_ends_though_it_is_continued_at_its_end(leaves: bool, tmp_path: Path) -> None:
    """A terminal that is closed sends a SIGCONT after the SIGHUP."""
    with Terminal(["--state-dir", str(tmp_path / "state")], home=tmp_path) as terminal:
        terminal.wait_for("Runbooks")
        if leaves:
            terminal.press("\x11")
        else:
            terminal.strike(signal.SIGHUP)
        end = time.monotonic() + LONGEST
        while terminal.process.poll() is None:
            assert time.monotonic() < end, "it did not end"
            terminal.strike(signal.SIGCONT)
            select.select([], [], [], 0.005)
        assert terminal.end() in ({0} if leaves else {129})
