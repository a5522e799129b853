"""Start-up of commands, beside a Python that does nothing."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.bench.measure import Cost, Row, command, program, times
from tests.bench.records import rehearse

GOALS = {"--version": 3, "lint": 6, "sessions": 8, "report": 8}
FLOORS = {
    "`lint`": "import msgspec, markdown_it",
    # It decides the session again, with the engine.
    "`report`": "import msgspec, markdown_it, asyncio, authlib.oauth2.rfc6749",
}
"""The libraries that a command can't do without."""


def rows() -> Iterator[Row]:
    """A row a command; the state folder holds one rehearsed session."""
    nothing = command([sys.executable, "-c", "pass"], repeat=9)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        state = ("--state-dir", folder / "state")
        rehearse(folder / "state")
        yield _row("--version", command(program("--version"), repeat=9), nothing)
        lint = command(program("lint", "openai-subscription"), repeat=9)
        yield _row("lint", lint, nothing)
        yield _row("sessions", command(program("sessions", *state), repeat=9), nothing)
        report = command([*program("report", "last", *state), "-o", "-"], repeat=9)
        yield _row("report", report, nothing)
    for below, imports in FLOORS.items():
        floor = command([sys.executable, "-c", imports], repeat=9)
        yield Row(
            f"`python -c '{imports}'`, the floor of {below}",
            "`python -c pass`",
            times(floor.cpu / nothing.cpu),
            "(floor)",
            f"{floor.cpu * 1e3:.0f} ms, {nothing.cpu * 1e3:.0f} ms CPU",
        )


def _row(name: str, cost: Cost, nothing: Cost) -> Row:
    return Row(
        f"`{name}`",
        "`python -c pass`",
        times(cost.cpu / nothing.cpu),
        f"≤ {GOALS[name]}×",
        f"{cost.cpu * 1e3:.0f} ms, {nothing.cpu * 1e3:.0f} ms CPU",
    )
