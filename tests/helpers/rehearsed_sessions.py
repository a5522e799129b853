"""Whole sessions against the rehearsal, with a clock and ids that are the same in every run."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from smoke_tui.cli.answers_file import Scripted
from smoke_tui.cli.check_options import CheckOptions
from smoke_tui.cli.main import understand
from smoke_tui.cli.narration import Narrator
from smoke_tui.cli.session_run import finish
from smoke_tui.journal.events.event import Event
from smoke_tui.journal.events.values import Project
from smoke_tui.journal.file import read_journal
from smoke_tui.journal.state import State
from smoke_tui.journal.stream import TextDelta
from smoke_tui.rehearsal import Rehearsal
from smoke_tui.rehearsal.scenarios.lookup import find_scenario
from smoke_tui.session.configure import config_from, open_runbook
from smoke_tui.session.environment import this_program
from smoke_tui.session.open import open_session
from smoke_tui.session.rehearsed import rehearsed, rehearsed_io, rehearsed_secret_options
from smoke_tui.session.request import SessionRequest
from smoke_tui.session.secret_options import SecretOptions
from smoke_tui.structs import replace
from tests.helpers.event_order import in_fixed_order
from tests.helpers.events import data_of
from tests.helpers.placeholders import Placeholders

BEGIN: Final = datetime(2026, 1, 5, 9, tzinfo=UTC)
"""Long ago, so that no time of the stack, whose children have the machine's, is near it."""

TICK: Final = 0.1
DRAWN_UUID: Final = "1d2c-4b3a-9f8e-7d6c5b4a3f2e"
LONGEST: Final = 120.0

HERE: Final[Mapping[str, Any]] = {
    "tool": "0",
    "by": "ada",
    "host": "box",
    "system": "Linux 6",
    "python": "3",
    "pid": 4711,
    "network": (),
    "project": Project("0" * 40, False),
}
"""What a session says of who runs it and where."""


class EventClock:
    """A clock that the session's own facts move on: by a tick each, a timer by its seconds.

    It stands still while a service boots and for what a child prints, because how often a service
    is asked, and in how many pieces a text comes, is the machine's own.
    """

    def __init__(self) -> None:
        self._passed = 0.0
        self._services: set[str | None] = set()

    def wall(self) -> datetime:
        return BEGIN + timedelta(milliseconds=self.milliseconds())

    def milliseconds(self) -> int:
        return round(self._passed * 1000)

    def on_event(self, event: Event) -> None:
        """Called for every event before the next fact is dated."""
        if event.kind == "try.started" and data_of(event)["kind"] == "service":
            self._services.add(event.step)
        printed = event.kind == "process" and data_of(event)["what"] in ("started", "output")
        if event.is_fact and not printed and event.step not in self._services:
            self._passed += data_of(event)["seconds"] if event.kind == "timer" else TICK

    def on_signal(self, signal: TextDelta) -> None:
        """Deltas take no time."""


class CountedIds:
    """Ids of the shapes that the live world draws, counted instead of random."""

    def __init__(self) -> None:
        self._drawn: Counter[str] = Counter()

    def __call__(self, shape: str) -> str:
        self._drawn[shape] += 1
        count = self._drawn[shape]
        if shape == "nonce":
            return f"smoke-{count:010d}"
        if shape == "uuid":
            return f"{count:08d}-{DRAWN_UUID}"
        # The leak scan would take one for another with which it shares a dozen characters.
        return sha256(f"{shape} {count}".encode()).hexdigest()


@dataclass(frozen=True)
class Recorded:
    """What one session left, with what differs from machine to machine in fixed words."""

    events: list[Event]
    said: str
    report: str
    code: int


def rehearse(scenario: str, folder: Path, runbook: str | None = None) -> Recorded:
    """Run a shipped runbook headlessly in a scenario, as `--check --rehearse --json` does.

    Without `runbook` it is the scenario's own.
    """
    report = folder / "report.md"
    request = understand(
        [
            "--state-dir",
            str(folder / "state"),
            "--check",
            "--rehearse",
            "--json",
            "--scenario",
            scenario,
            "--report",
            str(report),
        ]
    )
    settings, book = request.settings, open_runbook(runbook or find_scenario(scenario).runbook)
    options = CheckOptions(**request.arguments).result(settings)
    clock, said = EventClock(), io.StringIO()
    world = _start(scenario, clock)
    with world, redirect_stdout(said), redirect_stderr(io.StringIO()):
        session = open_session(
            SessionRequest(
                runbook=book,
                config=rehearsed(config_from(settings, book, SecretOptions({}, "none")), world),
                state_dir=settings.state_dir,
                operator_io=rehearsed_io(world),
                answerer=Scripted(world),
                clock=clock,
                ids=CountedIds(),
                program=lambda config: replace(this_program(config), **HERE),
                secret_options=SecretOptions(rehearsed_secret_options(world).texts),
            )
        )
        session.start(clock, Narrator(State()))
        session.wait(LONGEST)
        code = finish(session, options)
    words = Placeholders(
        {
            book.text: "TEXT",
            str(book.path): "RUNBOOK",
            str(world.stack_dir.parent): "FOLDER",
            str(folder): "STATE",
        }
    )
    events = [words.event(event) for event in in_fixed_order(read_journal(session.folder).events)]
    return Recorded(
        events, words.text(said.getvalue()), words.text(report.read_text("utf-8")), code
    )


def _start(scenario: str, clock: EventClock) -> Rehearsal:
    """A rehearsal at a port of five digits: tokens name it, and their lengths are recorded."""
    while True:
        world = Rehearsal.start(scenario, now=lambda: clock.wall().timestamp())
        if (urlsplit(world.issuer).port or 0) >= 10_000:
            return world
        world.stop()
