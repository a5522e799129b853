"""Long records, and many: reports, replays, lists, and how their cost grows."""

from __future__ import annotations

import json
import math
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

from smoke_tui.journal.folders import EVIDENCE, JOURNAL
from tests.bench.measure import Cost, Row, command, program, times
from tests.helpers.long_journal import write

READ = "import json, sys\nfor line in open(sys.argv[1]): json.loads(line)"
EVENTS = 100_000
SESSIONS = (100, 1_000, 10_000)
LISTS: dict[str, tuple[str, ...]] = {
    "`sessions`": ("sessions",),
    "`sessions --last 0`, all": ("sessions", "--last", "0"),
    "`sessions --failed`, none of them": ("sessions", "--failed"),
    "`sessions --json`, all": ("sessions", "--json"),
    "finding a session by its name": ("report", "20250101", "-o", "-"),
    "`spend`": ("spend",),
    "`--check --max-age`": ("--check", "openai-subscription", "--max-age", "1d"),
}


def rehearse(state: Path) -> Path:
    """Rehearse the main job once; the folder of its session."""
    command(program("--check", "openai-subscription", "--rehearse", "--state-dir", state), repeat=1)
    (folder,) = (state / "sessions").iterdir()
    return folder


def rows() -> Iterator[Row]:
    """A session of 100,000 events beside reading its file with `json`."""
    with tempfile.TemporaryDirectory() as name:
        folder = long_session(Path(name), EVENTS)
        read = command([sys.executable, "-c", READ, folder / JOURNAL], repeat=3)
        state = ("--state-dir", Path(name))
        yield _beside("report", [*program("report", "last", *state), "-o", "-"], read, "≤ 3×")
        yield _beside("replay", program("replay", "last", *state), read, "≤ 4×")
        archive = [*program("archive", "last", *state), "-o", Path(name) / "a.smoke"]
        yield _beside("archive", archive, read, "")


def _beside(name: str, argv: list[str | Path], read: Cost, goal: str) -> Row:
    cost = command(argv, repeat=1)
    return Row(
        f"`{name}` of 100,000 events",
        "reading the file with `json`",
        times(cost.cpu / read.cpu),
        goal,
        f"{cost.cpu:.2f} s, {read.cpu:.2f} s CPU; {cost.memory:.0f} MiB",
    )


def long_session(state: Path, events: int) -> Path:
    """A state folder with one session of so many events."""
    root = state / "sessions"
    root.mkdir(mode=0o700, exist_ok=True)
    state.chmod(0o700)
    folder = write(root / "20261121T190000Z-aaaa", events)
    for path in (folder, folder / EVIDENCE):
        path.chmod(0o700)
    (folder / JOURNAL).chmod(0o600)
    return folder


def growth() -> Iterator[Row]:
    """How cost grows with the sessions of a machine."""
    with tempfile.TemporaryDirectory() as name:
        journal = (rehearse(Path(name)) / JOURNAL).read_bytes()
    for work, argv in LISTS.items():
        yield _growth(
            work,
            "sessions",
            SESSIONS,
            lambda state, count, argv=argv: _timed_list(state, count, journal, argv),  # type: ignore[misc]
        )


def _timed_list(state: Path, count: int, journal: bytes, argv: tuple[str, ...]) -> Cost:
    lay_out(state, count, journal)
    return command(program(*argv, "--state-dir", state), repeat=3)


def lay_out(state: Path, count: int, journal: bytes) -> None:
    """A state folder with so many sessions, all with the same journal."""
    root = state / "sessions"
    root.mkdir(mode=0o700, parents=True)
    state.chmod(0o700)
    for number in range(count):
        day, hour = 1 + number % 27, number // 27 % 24
        folder = root / f"202611{day:02}T{hour:02}{number % 60:02}00Z-{number:04x}"
        (folder / EVIDENCE).mkdir(mode=0o700, parents=True)
        folder.chmod(0o700)
        (folder / JOURNAL).write_bytes(journal)
        (folder / JOURNAL).chmod(0o600)


def _growth(
    work: str, unit: str, sizes: tuple[int, ...], measure: Callable[[Path, int], Cost]
) -> Row:
    costs: list[Cost] = []
    for size in sizes:
        with tempfile.TemporaryDirectory() as name:
            costs.append(measure(Path(name), size))
            shutil.rmtree(Path(name) / "sessions")
    steps = [
        math.log(after.cpu / before.cpu) / math.log(large / small)
        for (before, after), (small, large) in zip(pairwise(costs), pairwise(sizes), strict=True)
    ]
    return Row(
        work,
        f"{', '.join(f'{size:,}' for size in sizes)} {unit}",
        f"n^{steps[-1]:.2f}",
        "≤ n^1",
        ", ".join(f"{cost.cpu:.2f} s {cost.memory:.0f} MiB" for cost in costs),
    )


if __name__ == "__main__":
    print(json.dumps([row.ratio for row in rows()]))
