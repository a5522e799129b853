"""Makes the committed records anew: a rehearsal walked by key, with the machine's own names taken
out.

    python -m tests.helpers.record_sessions
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from textual.pilot import Pilot

from smoke_tui.journal.events.event import Event
from smoke_tui.journal.file import read_journal
from smoke_tui.journal.folders import JOURNAL
from smoke_tui.tui.app import SmokeApp
from tests.helpers.app_driver import answer, asked, question, rehearsal_app, until
from tests.helpers.events import data_of, make_event
from tests.helpers.paths import TUI_RECORDS

NAMES: Final = {
    "edge-challenge": "20261121T210000Z-aaaa",
    "instructions-drift": "20261121T213000Z-bbbb",
}
"""Scenarios, and what their sessions are called."""
KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "begin": ("enter",),
    "spend": ("y",),
    "instructions": ("enter", "enter"),
    "tick": ("enter",),
    "confirm": ("y", "enter"),
    "finish": ("enter",),
}


async def walk_on(pilot: Pilot[Any], stop: str = "") -> None:
    """Answer every question as it comes, to the end, or up to one of this kind."""
    app = pilot.app
    assert isinstance(app, SmokeApp)
    run = app.current
    assert run is not None
    while run.active:
        await until(pilot, lambda: asked(app) in KEYS or not run.active, "a question")
        kind = asked(app)
        if kind == stop or kind is None:
            break
        if kind == "confirm":
            await question(pilot, kind)
            await until(pilot, lambda: run.snapshot().hint, "the page's words")
        await answer(pilot, kind, *KEYS[kind])


async def walk(state: Path, scenario: str) -> None:
    app = rehearsal_app(state, scenario)
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: app.current is not None, "the session")
        await walk_on(pilot)
        await pilot.press("ctrl+q")


def record(scenario: str, name: str, target: Path) -> None:
    """Walk one scenario and keep its record under that name."""
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(walk(Path(folder) / "state", scenario))
        (session,) = (Path(folder) / "state" / "sessions").iterdir()
        events = read_journal(session).events
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir(parents=True)
        if (session / "evidence").is_dir():
            shutil.copytree(session / "evidence", target / "evidence")
        (target / JOURNAL).write_bytes(
            b"".join(
                _renamed(event, session.name, name, data_of(events[0])["config"]["project"]).line()
                for event in events
            )
        )


def _renamed(event: Event, old: str, new: str, project: str) -> Event:
    text = json.dumps(dict(data_of(event))).replace(old, new)
    text = text.replace(str(Path(project).parent), "/tmp/smoke-rehearsal")
    text = text.replace(os.getcwd(), "/tmp/smoke-rehearsal")
    text = re.sub(
        r'"runbook": \{"id": "([^"]+)", "path": "[^"]*"',
        r'"runbook": {"id": "\1", "path": "runbooks/\1.md"',
        text,
    )
    data = json.loads(text)
    if event.kind == "session.opened":
        data |= {
            "by": "operator",
            "host": "workstation",
            "system": "Linux 6.1",
            "pid": 4242,
            "network": [],
        }
    return make_event(
        event.seq,
        event.time,
        event.ms,
        event.kind,
        event.step,
        event.attempt,
        event.request_seq,
        data,
    )


if __name__ == "__main__":
    for scenario_, name_ in NAMES.items():
        record(scenario_, name_, TUI_RECORDS / scenario_)
