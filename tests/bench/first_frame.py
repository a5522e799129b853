"""The app's first frame on a terminal of 120×40, beside the smallest Textual app of its kind."""

from __future__ import annotations

import re
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from smoke_tui.journal.folders import JOURNAL
from tests.bench.measure import Cost, Row, times
from tests.bench.records import lay_out, rehearse
from tests.helpers.pty_terminal import Terminal

SMALLEST = """
from textual.app import App
from textual.widgets import Footer, Markdown, OptionList
class Smallest(App):
    BINDINGS = [("q", "quit", "Leave")]
    def compose(self):
        yield OptionList(*(f"item {n}" for n in range(500)))
        yield Markdown("# A heading\\n\\nSome text with `code`.\\n\\n- one\\n- two")
        yield Footer()
Smallest().run()
"""
SESSIONS = 500
ROUNDS = 7


def rows() -> Iterator[Row]:
    """In turn, so that both meet the same machine."""
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        journal = (rehearse(home / "first") / JOURNAL).read_bytes()
        lay_out(home / "state", SESSIONS, journal)
        ours: list[Cost] = []
        theirs: list[Cost] = []
        filled: list[Cost] = []
        for _ in range(ROUNDS):
            theirs.append(_frame(home, [], SMALLEST, "Leave"))
            argv = ["--state-dir", str(home / "state")]
            ours.append(_frame(home, argv, None, "Leave"))
            filled.append(_frame(home, argv, None, "openai-subscription"))
    for what, goal, mine, peer, unit in (
        ("first frame", "≤ 1.15×", _least(ours, "wall"), _least(theirs, "wall"), "s"),
        ("lists filled", "", _least(filled, "wall"), _least(theirs, "wall"), "s"),
        ("first frame, CPU", "", _least(ours, "cpu"), _least(theirs, "cpu"), "s"),
        ("lists filled, CPU", "", _least(filled, "cpu"), _least(theirs, "cpu"), "s"),
        ("memory then", "≤ 1.3×", _least(ours, "memory"), _least(theirs, "memory"), "MiB"),
        ("memory, lists filled", "", _least(filled, "memory"), _least(theirs, "memory"), "MiB"),
    ):
        yield Row(
            f"{what}, {SESSIONS} sessions",
            "the smallest Textual app with a list, Markdown and footer",
            times(mine / peer),
            goal,
            f"{mine:.2f} {unit}, {peer:.2f} {unit}",
        )


def _least(costs: list[Cost], what: str) -> float:
    return min(float(getattr(cost, what)) for cost in costs)


def _frame(home: Path, argv: list[str], code: str | None, text: str) -> Cost:
    began = time.perf_counter()
    with Terminal(argv, home=home, code=code, rows=40, columns=120) as terminal:
        terminal.wait_for(text)
        wall = time.perf_counter() - began
        process = Path("/proc", str(terminal.process.pid))
        used = (process / "stat").read_text().rpartition(")")[2].split()
        peak = re.search(r"VmHWM:\s+(\d+)", (process / "status").read_text())
        assert peak is not None
        ticks = int(used[11]) + int(used[12])
    return Cost(ticks / 100, wall, int(peak[1]) / 1024)
