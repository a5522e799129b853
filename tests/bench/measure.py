"""Measure commands and functions against a peer of the same run; print ratios as a table.

Times are CPU seconds (user and system, children included), the least of several runs: what else a
machine does changes them less than the time on a clock.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.helpers.machine import ENVIRONMENT

# Python's own cache of compiled modules is a part of every installation.
_ENVIRONMENT = {k: v for k, v in ENVIRONMENT.items() if k != "PYTHONDONTWRITEBYTECODE"}


@dataclass(frozen=True, slots=True)
class Cost:
    """What one run took: CPU seconds, seconds on a clock, peak memory in MiB."""

    cpu: float
    wall: float
    memory: float


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table; `goal` is a ratio that is not to be passed, or a note."""

    work: str
    beside: str
    ratio: str
    goal: str
    figures: str


def command(argv: Sequence[str | Path], *, repeat: int = 5, cwd: Path | None = None) -> Cost:
    """The least cost of a command that must not fail for a reason of its own (2, 70)."""
    costs = [_once([str(word) for word in argv], cwd) for _ in range(repeat)]
    return Cost(
        min(cost.cpu for cost in costs),
        min(cost.wall for cost in costs),
        min(cost.memory for cost in costs),
    )


def _once(argv: list[str], cwd: Path | None) -> Cost:
    began = time.perf_counter()
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            argv, stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd=cwd, env=_ENVIRONMENT
        )
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode in (2, 70, 127):
            output.seek(0)
            raise SystemExit(f"{argv}: exit {process.returncode}\n{output.read().decode()}")
    # In KiB on Linux, in bytes on macOS.
    scale = 1024 if sys.platform == "linux" else 1024 * 1024
    return Cost(used.ru_utime + used.ru_stime, time.perf_counter() - began, used.ru_maxrss / scale)


def function(work: Callable[[], object], *, repeat: int = 3) -> float:
    """The least CPU seconds of a call in this process."""
    costs: list[float] = []
    for _ in range(repeat):
        began = time.process_time()
        work()
        costs.append(time.process_time() - began)
    return min(costs)


def own_memory() -> float:
    """Peak memory of this process, MiB."""
    scale = 1024 if sys.platform == "linux" else 1024 * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / scale


def program(*argv: str | Path) -> list[str | Path]:
    """The command of this program."""
    return [sys.executable, "-m", "smoke_tui", *argv]


def times(value: float) -> str:
    """A ratio, as it is written in the table."""
    return f"{value:.2f}×" if value < 10 else f"{value:.0f}×"


def print_table(rows: Iterable[Row]) -> None:
    """Print rows as Markdown."""
    print("| Work | Beside | Ratio | Goal | Figures |")
    print("|---|---|--:|--:|---|")
    for row in rows:
        cells = (row.work, row.beside, row.ratio, row.goal, row.figures)
        print(f"| {' | '.join(cells)} |", flush=True)
