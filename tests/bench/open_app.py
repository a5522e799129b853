"""The open app while an answer streams in: CPU, renders a second, and how soon a key is answered.

Both programs run on a terminal of 120×40 and read the same server, 300 deltas a second. A render is
a synchronized update of the terminal; the last word of the answer shows that no delta was lost.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from smoke_tui.structs import Struct
from tests.bench.live_call import KEY, MODEL, one_call_text
from tests.bench.measure import Row, times
from tests.bench.paced_server import LAST_WORD, Pace, paced_server
from tests.helpers.pty_terminal import Terminal

SECONDS = 12
PACE = Pace(300 * SECONDS, 0.1, 1 / 300)
_RENDER = b"\x1b[?2026h"
_SUPPORTED = "\x1b[?2026;2$y"
_KEYS = 8
_ENVIRONMENT = {"PYTHONDONTWRITEBYTECODE": ""}
SMALLEST = """
import asyncio, json, sys
from textual import work
from textual.app import App
from textual.widgets import Footer, Log
class Smallest(App):
    BINDINGS = [("question_mark", "notice", "Help")]
    def compose(self):
        yield Log()
        yield Footer()
    def on_mount(self):
        self.read()
    def action_notice(self):
        self.query_one(Log).write("ANSWERED" + str(len(self.query_one(Log).lines)))
    @work
    async def read(self):
        body = json.dumps({"model": "m", "input": [{"content": [{"text": "say AB12"}]}]})
        reader, writer = await asyncio.open_connection("127.0.0.1", int(sys.argv[1]))
        head = f"POST /v1/responses HTTP/1.1\\r\\nhost: x\\r\\ncontent-length: {len(body)}\\r\\n\\r\\n"
        writer.write((head + body).encode())
        await reader.readuntil(b"\\r\\n\\r\\n")
        while size := int(await reader.readline(), 16):
            for line in (await reader.readexactly(size + 2)).split(b"\\n"):
                if line.startswith(b"data: "):
                    event = json.loads(line[6:])
                    if event["type"] == "response.output_text.delta":
                        self.query_one(Log).write(event["delta"])
Smallest().run()
"""


class Streamed(Struct, frozen=True):
    """Share of a core and renders a second, while the answer came."""

    core: float
    renders: float


def _ticks(process: int) -> float:
    used = Path("/proc", str(process), "stat").read_text().rpartition(")")[2].split()
    return (int(used[11]) + int(used[12])) / os.sysconf("SC_CLK_TCK")


def _watch(terminal: Terminal) -> Streamed:
    """Count from when words of the answer are there until its last one is."""
    terminal.wait_for("handled in time")
    cpu, began, written = _ticks(terminal.process.pid), time.perf_counter(), len(terminal.output)
    terminal.wait_for(LAST_WORD, after=written)
    taken = time.perf_counter() - began
    return Streamed(
        (_ticks(terminal.process.pid) - cpu) / taken,
        terminal.output[written:].count(_RENDER) / taken,
    )


def _keys(terminal: Terminal, key: str, shown: str, back: str) -> float:
    """Median seconds from a key to the text that answers it, while deltas come."""
    terminal.wait_for("handled in time")
    taken: list[float] = []
    for _ in range(_KEYS):
        began = time.perf_counter()
        terminal.wait_for(shown, after=terminal.press(key))
        taken.append(time.perf_counter() - began)
        if back:
            terminal.wait_for("worker", after=terminal.press(back))
    return median(taken)


def _app(home: Path, port: int) -> Terminal:
    """The app, once its call has been agreed to."""
    home.mkdir()
    runbook = home / "one.md"
    runbook.write_text(one_call_text())
    # No address but this machine's.
    argv = (
        *("--origin", "residential", "--model", MODEL, "--state-dir", str(home / "state")),
        *("--api-url", f"http://127.0.0.1:{port}/v1", "--codex-url", f"http://127.0.0.1:{port}"),
        str(runbook),
    )
    env = {"OPENAI_API_KEY": KEY, **_ENVIRONMENT}
    terminal = Terminal(argv, home=home, rows=40, columns=120, env=env)
    terminal.press(_SUPPORTED)
    for text, key in (("go on all the same", "y"), ("Next: Call?", "\r"), ("make the call", "y")):
        terminal.wait_for(text)
        terminal.press(key)
    return terminal


def _smallest(home: Path, port: int) -> Terminal:
    home.mkdir()
    terminal = Terminal(
        [str(port)], home=home, code=SMALLEST, rows=40, columns=120, env=_ENVIRONMENT
    )
    terminal.press(_SUPPORTED)
    return terminal


def rows() -> Iterator[Row]:
    """Each program twice: once to be watched, once to be asked by keys."""
    with paced_server(PACE) as port, tempfile.TemporaryDirectory() as name:
        home = Path(name)
        with _app(home / "1", port) as terminal:
            ours = _watch(terminal)
        with _smallest(home / "2", port) as terminal:
            theirs = _watch(terminal)
        with _app(home / "3", port) as terminal:
            key = _keys(terminal, "?", "The tool walks the runbook", "\x1b")
        with _smallest(home / "4", port) as terminal:
            their_key = _keys(terminal, "?", "ANSWERED", "")
    work, peer = "the app, 300 deltas a second", "a Textual app with one `Log`"
    for what, ratio, goal, figures in (
        (
            "CPU",
            ours.core / theirs.core,
            "≤ 0.30 of a core",
            f"{ours.core:.2f}, {theirs.core:.2f} of a core",
        ),
        (
            "renders a second",
            ours.renders / theirs.renders,
            "≤ 12",
            f"{ours.renders:.1f}, {theirs.renders:.1f}",
        ),
        (
            "a key is answered",
            key / their_key,
            "≤ 50 ms",
            f"{key * 1e3:.0f} ms, {their_key * 1e3:.0f} ms, medians of {_KEYS}",
        ),
    ):
        yield Row(f"{work}: {what}", peer, times(ratio), goal, figures)
