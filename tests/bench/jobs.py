"""The whole rehearsed job beside one turn of the real Codex CLI; replay beside the recording."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from smoke_tui.rehearsal import Rehearsal
from tests.bench.measure import Row, command, program, times
from tests.bench.records import rehearse
from tests.helpers import codex_runs


def rows() -> Iterator[Row]:
    """The check by a clock, since both wait for the same servers."""
    with tempfile.TemporaryDirectory() as name:
        state = Path(name) / "state"
        check = program("--check", "openai-subscription", "--rehearse", "--state-dir", state)
        ours = command(check, repeat=5)
        shutil.rmtree(state)
        rehearse(state)
        replay = command(program("replay", "last", "--state-dir", state), repeat=5)
        report = command([*program("report", "last", "--state-dir", state), "-o", "-"], repeat=5)
    codex = shutil.which("codex")
    if codex is None:
        yield Row("rehearsed `--check`", "`codex exec`", "?", "≤ 1.5×", "no `codex` on PATH")
    else:
        theirs = _codex(Path(codex))
        yield Row(
            "rehearsed `--check` (login, call, boot, seed, hand-over, turn)",
            "one `codex exec` turn against the same rehearsal",
            times(ours.wall / theirs),
            "≤ 1.5×",
            f"{ours.wall:.2f} s, {theirs:.2f} s",
        )
    for work, cost in (("replay", replay), ("report", report)):
        yield Row(
            f"`{work}` of that session",
            "the session's own time",
            times(cost.wall / ours.wall),
            "",
            f"{cost.wall:.2f} s, {ours.wall:.2f} s",
        )


def _codex(program_path: Path) -> float:
    """Seconds of the fastest turn."""
    spent: list[float] = []
    with Rehearsal.start() as world, tempfile.TemporaryDirectory() as name:
        home = Path(name)
        # With a login it would try to reach services of its own for more than a second.
        settings = codex_runs.custom_provider(world.codex_url, login=False)
        for _ in range(5):
            began = time.perf_counter()
            done = codex_runs.execute(program_path, home, settings, "Reply with the word pong.")
            spent.append(time.perf_counter() - began)
            if done.returncode != 0:
                raise SystemExit(f"codex exec: {done.stderr[-2000:]}")
    return min(spent)
