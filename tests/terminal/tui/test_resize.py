"""Many sizes in a row: the last one counts, and the app still listens."""

from __future__ import annotations

import asyncio
import os
import re
import select
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from textual.events import Resize
from textual.geometry import Size

from smoke_tui.tui.app import Goal, SmokeApp
from smoke_tui.tui.screens.base import Page
from smoke_tui.tui.screens.help import HelpScreen
from smoke_tui.tui.screens.session import SessionScreen
from smoke_tui.tui.widgets.modals import Box, LatestSize
from tests.helpers.app_driver import press, settings, until
from tests.helpers.events import data_of
from tests.helpers.paths import ROOT
from tests.helpers.pty_terminal import LONGEST, children_of
from tests.helpers.tui_records import run_until

SIZES = [(60 + 7 * (n % 20), 16 + (5 * n) % 34) for n in range(39)] + [(80, 24)]
READY = "run all that follows"


def test_an_outdated_size_is_ignored(tmp_path: Path) -> None:
    """Two of them would call each other up for ever."""
    assert all(issubclass(screen, LatestSize) for screen in (Page, Box, HelpScreen))

    async def main() -> None:
        app = SmokeApp(settings(tmp_path), Goal())
        async with app.run_test(size=(80, 24)) as pilot:
            await app.push_screen(
                SessionScreen(run_until(lambda e: data_of(e).get("kind") == "begin"))
            )
            for key in (None, "question_mark"):
                if key is not None:
                    await press(pilot, key)
                    await until(pilot, lambda: isinstance(app.screen, HelpScreen))
                stale, current = Size(60, 16), app.size
                assert not app.screen.post_message(Resize(stale, stale))
                assert app.screen.post_message(Resize(current, current))

    asyncio.run(main())


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


def shown(socket: Path, window: str) -> str:
    """What a window shows, without what differs by session."""
    text = tmux(socket, "capture-pane", "-p", "-t", window)
    for pattern, kept in (
        (r"smoke \w{4} ", "smoke aaaa "),
        (r"\d", "0"),
        (r"turn( · 0:00)?─+", "turn─"),
    ):
        text = re.sub(pattern, kept, text)
    return text


def look(condition: Callable[[], object], what: Callable[[], str]) -> None:
    """Look until it is so."""
    end = time.monotonic() + LONGEST
    while not condition():
        assert time.monotonic() < end, what()
        select.select([], [], [], 0.2)


def test_forty_resizes_leave_the_frame_of_a_fresh_start(tmp_path: Path) -> None:
    """As tmux sees it, which draws what a terminal would; and then a key ends it."""
    socket = tmp_path / "tmux"
    program = shlex.join(
        [
            "env",
            "-i",
            f"PATH={os.environ['PATH']}",
            f"HOME={tmp_path}",
            "TERM=screen-256color",
            "LANG=C.UTF-8",
            f"PYTHONPATH={ROOT}",
            "PYTHONUTF8=1",
            sys.executable,
            "-m",
            "smoke_tui",
            "--rehearse",
            "--state-dir",
        ]
    )
    tmux(
        socket,
        "new-session",
        "-d",
        "-s",
        "storm",
        "-x",
        "120",
        "-y",
        "40",
        f"{program} {tmp_path / 'a'}",
    )
    started = [tmux(socket, "display-message", "-p", "-t", "storm", "#{pane_pid}")]
    try:
        look(lambda: READY in shown(socket, "storm"), lambda: shown(socket, "storm"))
        for width, height in SIZES:
            tmux(socket, "resize-window", "-t", "storm", "-x", str(width), "-y", str(height))
        tmux(
            socket,
            "new-session",
            "-d",
            "-s",
            "fresh",
            "-x",
            "80",
            "-y",
            "24",
            f"{program} {tmp_path / 'b'}",
        )
        started.append(tmux(socket, "display-message", "-p", "-t", "fresh", "#{pane_pid}"))
        look(
            lambda: (
                READY in shown(socket, "fresh") and shown(socket, "storm") == shown(socket, "fresh")
            ),
            lambda: f"{shown(socket, 'storm')}\n{shown(socket, 'fresh')}",
        )
        for name in ("storm", "fresh"):
            tmux(socket, "send-keys", "-t", name, "C-q")
        look(
            lambda: not children_of(tmp_path / "a") + children_of(tmp_path / "b"),
            lambda: "it did not leave",
        )
        started.clear()
    finally:
        for pid in started:
            os.kill(int(pid), signal.SIGKILL)
