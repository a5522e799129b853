"""What one durable outcome takes beside one `fdatasync`; a replay beside a session of a minute."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from smoke_tui.journal.durable import sync_content
from smoke_tui.journal.events.decisions import StepFinished
from smoke_tui.journal.events.facts import Noted
from smoke_tui.journal.file import JournalFile
from smoke_tui.journal.folders import JOURNAL
from smoke_tui.journal.stream import IncomingFact, LiveStream
from smoke_tui.outcomes import Outcome
from smoke_tui.redaction import Secret, Vault
from tests.bench.battery import WallClock
from tests.bench.live_call import KEY, session
from tests.bench.measure import Row, command, program, times
from tests.bench.paced_server import Pace, paced_server

OUTCOMES = 100
ROUNDS = 5
MINUTE = Pace(650, 0.1, 0.1)


def rows() -> Iterator[Row]:
    """Both, in folders of the same file system."""
    yield _outcome()
    yield _replay()


def _outcome() -> Row:
    ours: list[float] = []
    theirs: list[float] = []
    with tempfile.TemporaryDirectory() as name:
        for number in range(ROUNDS):
            mine, lines = _recorded(Path(name, "sessions", str(number)))
            ours.append(mine)
            theirs.append(_synced(Path(name, f"plain-{number}"), lines))
    mine, other = min(ours), min(theirs)
    return Row(
        "one durable outcome: a fact, its decision, both synced",
        "one write of the same bytes and one `fdatasync`, same file system",
        times(mine / other),
        "≤ 1.5×",
        f"{mine * 1e3:.2f} ms, {other * 1e3:.2f} ms; least of {ROUNDS} medians of {OUTCOMES}",
    )


def _recorded(folder: Path) -> tuple[float, list[bytes]]:
    """Seconds of one outcome, by the product's own stream and file, and what it wrote."""
    vault = Vault()
    vault.add(Secret(KEY, kind="api-key", ref="given"))
    file = JournalFile.create(folder)
    stream = LiveStream(file, vault, WallClock(), [])
    taken: list[float] = []
    for number in range(OUTCOMES):
        began = time.perf_counter()
        stream.post(IncomingFact(Noted(f"the operator saw {number} rows"), "step", 1))
        stream.deliver()
        done = StepFinished(Outcome.PASS, None, f"{number} rows are there")
        stream.decide(done, step="step", attempt=1)
        stream.flush()
        taken.append(time.perf_counter() - began)
    file.close()
    lines = (folder / JOURNAL).read_bytes().splitlines(keepends=True)
    pairs = [b"".join(lines[at : at + 2]) for at in range(0, 2 * OUTCOMES, 2)]
    assert len(pairs[-1]) > len(lines[-1])
    return median(taken), pairs


def _synced(path: Path, contents: list[bytes]) -> float:
    """Seconds of one write and one sync, by this system's cheapest durable one."""
    taken: list[float] = []
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for content in contents:
        began = time.perf_counter()
        os.write(fd, content)
        sync_content(fd)
        taken.append(time.perf_counter() - began)
    os.close(fd)
    return median(taken)


def _replay() -> Row:
    with paced_server(MINUTE) as port, tempfile.TemporaryDirectory() as name:
        call = session(port, Path(name))
        replay = command(program("replay", "last", "--state-dir", name), repeat=5)
    return Row(
        f"`replay` of a session of {call.total:.0f} s",
        "the session's own time",
        f"{call.total / replay.wall:.0f}× faster",
        "≥ 100× faster",
        f"{replay.wall:.2f} s, {call.total:.1f} s",
    )
