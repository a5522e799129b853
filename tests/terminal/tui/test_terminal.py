"""On a real terminal: how it is left, what a crash tells, and what never gets there."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from smoke_tui.journal.file import read_journal
from tests.helpers.events import data_of
from tests.helpers.paths import ROOT
from tests.helpers.pty_terminal import Terminal, children_of

SENTINEL = "sk-SENTINEL-0123456789abcdef"
RESTORED = (b"\x1b[?1049l", b"\x1b[?25h", b"\x1b[?2004l", b"\x1b[?1000l")

CRASHES = {
    "handler": "def boom(self, event=None):\n    token = S\n    raise RuntimeError('broke')\n"
    "h.HomeScreen.on_key = boom\n",
    "worker": "from textual import work\nasync def boom(self):\n    token = S\n"
    "    raise RuntimeError('broke')\nh.HomeScreen.on_key = work(boom)\n",
    "timer": "def boom():\n    token = S\n    raise RuntimeError('broke')\n"
    "h.HomeScreen.on_key = lambda self, event: self.set_timer(0.01, boom)\n",
    "render": "from smoke_tui.tui.widgets.panel import Panel\ndef boom(self, *args):\n    token = S\n"
    "    raise RuntimeError('broke')\n"
    "def on_key(self, event):\n    Panel.render = boom\n"
    "    self.query_one('#top').refresh()\nh.HomeScreen.on_key = on_key\n",
    "rich": "class Boom(Exception):\n    def __rich__(self):\n        return S\n"
    "def boom(self, event):\n    raise Boom('broke')\nh.HomeScreen.on_key = boom\n",
    "start": "from smoke_tui.tui.app import SmokeApp\ndef boom(self):\n    token = S\n"
    "    raise RuntimeError('broke')\nSmokeApp.on_mount = boom\n",
}


def crashing(how: str) -> str:
    return (
        f"import sys\nimport smoke_tui.tui.screens.home as h\nS = '-'.join({SENTINEL.split('-')!r})\n"
        f"{CRASHES[how]}"
        "from smoke_tui.__main__ import main\nsys.exit(main(sys.argv[1:]))\n"
    )


@pytest.mark.parametrize("how", CRASHES)
def test_a_crash_tells_where_its_trace_is_and_nothing_else(how: str, tmp_path: Path) -> None:
    state = tmp_path / "state"
    with Terminal(["--state-dir", str(state)], home=tmp_path, code=crashing(how)) as terminal:
        if how != "start":
            terminal.wait_for("Runbooks")
            terminal.press("x")
        assert terminal.end() == 70
        written = terminal.output
    assert SENTINEL.encode() not in written
    assert b"Traceback" not in written
    assert b"token" not in written
    told = re.sub(r"\s", "", terminal.words)
    (trace,) = state.glob("crash-*.txt")
    assert f"toolbroke({'Boom' if how == 'rich' else 'RuntimeError'});thetraceisin{trace}" in told
    assert trace.stat().st_mode & 0o777 == 0o600
    text = trace.read_text()
    assert "broke" in text
    assert SENTINEL not in text
    if how != "start":
        for sequence in RESTORED:
            assert sequence in written


def test_a_signal_ends_session_children_and_screen(tmp_path: Path) -> None:
    state = tmp_path / "state"
    with Terminal(["--rehearse", "--state-dir", str(state)], home=tmp_path) as terminal:
        at = terminal.wait_for("run all that follows")
        terminal.press("b")
        terminal.wait_for("Which step is to be run now?", after=at)
        at = terminal.press("jj\r")
        terminal.wait_for("1/6 done", after=at)
        (folder,) = (state / "sessions").iterdir()
        stack = Path(data_of(read_journal(folder).events[0])["config"]["project"])
        assert children_of(stack.parent)
        terminal.strike(signal.SIGTERM)
        assert terminal.end() == 143
        for sequence in RESTORED:
            assert sequence in terminal.output
    last = read_journal(folder).events[-1]
    assert last.kind == "session.closed"
    assert data_of(last)["cancelled"] == "SIGTERM"
    assert children_of(stack.parent) == []
    assert not stack.parent.exists()


def test_a_closed_window_ends_the_session(tmp_path: Path) -> None:
    state = tmp_path / "state"
    with Terminal(["--rehearse", "--state-dir", str(state)], home=tmp_path) as terminal:
        terminal.wait_for("run all that follows")
        (folder,) = (state / "sessions").iterdir()
        terminal.hang_up()
        assert terminal.end() == 129
    last = read_journal(folder).events[-1]
    assert last.kind == "session.closed"
    assert data_of(last)["cancelled"] == "SIGHUP"


def test_ctrl_c_asks_and_leaving_prints_the_way_back(tmp_path: Path) -> None:
    state = tmp_path / "state"
    with Terminal(["--rehearse", "--state-dir", str(state)], home=tmp_path) as terminal:
        terminal.wait_for("run all that follows")
        at = terminal.press("\x03")
        terminal.wait_for("Ctrl-C once more leaves at once", after=at)
        terminal.press("n")
        at = terminal.press("R")
        terminal.wait_for("no secret found", after=at)
        at = terminal.press("b")
        terminal.wait_for("run all that follows", after=at)
        at = terminal.press("\x03")
        terminal.wait_for("Ctrl-C once more leaves at once", after=at)
        terminal.press("\x03")
        assert terminal.end() == 4
    (folder,) = (state / "sessions").iterdir()
    last = terminal.words
    assert "The session has ended. Verdict: incomplete." in last
    assert f"smoke-tui resume {folder.name}" in last
    assert f"smoke-tui report {folder.name} -o FILE" in last


def test_a_terminal_that_can_not_move_its_cursor_is_not_drawn_on(tmp_path: Path) -> None:
    with Terminal([], home=tmp_path, env={"TERM": "dumb"}) as terminal:
        assert terminal.end() == 2
        written = terminal.output
    assert b"smoke-tui --plain" in written
    assert b"\x1b" not in written


def run_without_a_terminal(tmp_path: Path, *args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "smoke_tui", *args],
        capture_output=True,
        text=True,
        timeout=30,
        stdin=subprocess.DEVNULL,
        cwd=tmp_path,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


def test_without_a_terminal_it_is_refused(tmp_path: Path) -> None:
    done = run_without_a_terminal(tmp_path, "--rehearse")
    assert done.returncode == 2
    assert "terminal" in done.stderr
    assert "\x1b" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("args", "code", "words"),
    [
        (["--rehearse", "--scenario", "no-such"], 2, "no scenario"),
        (["--scenario", "happy"], 2, "belongs to --rehearse"),
        (["no-such-runbook"], 5, "no runbook"),
    ],
)
def test_nonsense_is_reported_before_the_screen_is_taken(
    args: list[str], code: int, words: str, tmp_path: Path
) -> None:
    with Terminal(args, home=tmp_path) as terminal:
        assert terminal.end() == code
    assert words in terminal.words
    assert b"\x1b[?1049h" not in terminal.output


def test_variables_of_the_framework_do_nothing(tmp_path: Path) -> None:
    log = tmp_path / "log.txt"
    keys = tmp_path / "keys.txt"
    with Terminal(
        ["--state-dir", str(tmp_path / "state")],
        home=tmp_path,
        env={"TEXTUAL_LOG": str(log), "SSLKEYLOGFILE": str(keys), "TEXTUAL_THEME": "no-such-theme"},
    ) as terminal:
        terminal.wait_for("Runbooks")
        limits = Path(f"/proc/{terminal.process.pid}/limits").read_text()
        terminal.press("q")
        assert terminal.end() == 0
    assert not log.exists()
    assert not keys.exists()
    assert re.search(r"Max core file size\s+0\s+0", limits)
