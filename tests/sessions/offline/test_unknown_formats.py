"""A record of another form is told as one, whatever is wrong with it, and breaks no command."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from smoke_tui.journal.archive import unpack
from smoke_tui.journal.events.event import Event
from smoke_tui.journal.file import read_journal
from smoke_tui.journal.folders import JOURNAL
from smoke_tui.outcomes import Exit
from tests.helpers.events import change_event, data_of
from tests.helpers.offline_program import OfflineProgram
from tests.helpers.paths import RECORDS_OF_RULES_1

ODD: list[Any] = [
    None,
    True,
    False,
    0,
    -1,
    3.5,
    "",
    "x",
    "pass",
    "9" * 400,
    [],
    {},
    [1],
    {"a": 1},
    [["a"]],
    "\u202e",
]
COMMANDS = [
    ("--check", "last", "--json"),
    ("replay", "last"),
    ("report", "last"),
    ("report", "last", "--format", "json"),
    ("report", "last", "--format", "junit"),
    ("report", "last", "--format", "html"),
    ("sessions",),
    ("replay", "--all"),
    ("diff", "last", "last"),
    ("spend",),
    ("archive", "last", "-o", "odd.smoke"),
]


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a JSON value."""
    if path:
        yield path
    items = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, item in items:
        yield from places(item, (*path, key))


def mutated(event: Event, chance: random.Random) -> Event:
    """The event with one place of its data removed or of another kind."""
    data = json.loads(json.dumps(data_of(event)))
    path = chance.choice([*places(data), ("more",)])
    here = data
    for key in path[:-1]:
        here = here[key]
    if isinstance(here, dict) and chance.random() < 0.3:
        here.pop(path[-1], None)
    else:
        here[path[-1]] = chance.choice(ODD)
    return change_event(event, data=data)


@pytest.mark.parametrize("seed", range(24))
def test_an_event_of_any_form_breaks_no_command(program: OfflineProgram, seed: int) -> None:
    chance = random.Random(seed)
    root = program.state / "sessions"
    root.mkdir(parents=True)
    folder = unpack(chance.choice(RECORDS_OF_RULES_1), root)
    events = list(read_journal(folder).events)
    at = chance.randrange(len(events))
    events[at] = mutated(events[at], chance)
    if chance.random() < 0.5 and isinstance(data_of(events[0]), dict):
        events[0] = change_event(events[0], data={**data_of(events[0]), "rules": 2})
    (folder / JOURNAL).write_bytes(b"".join(event.line() for event in events))
    for command in chance.sample(COMMANDS, 3):
        assert program(*command).code in [e for e in Exit if e is not Exit.INTERNAL]


def changed(data: Any, path: tuple[Any, ...], value: Any) -> Any:
    """The data with another value at one place."""
    made = json.loads(json.dumps(data))
    here = made
    for key in path[:-1]:
        here = here[key]
    here[path[-1]] = value
    return made


@pytest.mark.parametrize(
    ("ev", "path", "value"),
    [
        ("session.opened", ("runbook",), 7),
        ("session.opened", ("runbook",), {}),
        ("session.opened", ("config",), True),
        ("session.opened", ("config", "codex_url"), "x"),
        ("session.opened", ("config", "world"), None),
        ("session.closed", ("verdict",), None),
        ("request", ("method",), None),
        ("request", ("headers", 0), []),
        ("request", ("headers", 0), [7, "x"]),
        ("request", ("url",), 7),
        ("process", ("argv",), 7),
        ("process", ("pid",), "x"),
        ("request", ("port",), "timer"),
        ("session.opened", ("config", "callback_seconds"), "long"),
        ("session.opened", ("config", "ledger_columns"), [None]),
        ("session.opened", ("system",), None),
    ],
)
def test_a_line_of_another_form_breaks_no_list_and_no_look(
    program: OfflineProgram, ev: str, path: tuple[Any, ...], value: Any
) -> None:
    root = program.state / "sessions"
    root.mkdir(parents=True)
    folder = unpack(next(s for s in RECORDS_OF_RULES_1 if s.stem == "rehearsed-happy"), root)
    events = list(read_journal(folder).events)
    Path("book.md").write_text(str(data_of(events[0])["runbook"]["text"]))
    at = next(
        n
        for n, event in enumerate(events)
        if event.kind == ev
        and path[0] in data_of(event)
        and (ev != "request" or data_of(event)["port"] == "http")
    )
    events[at] = change_event(events[at], data=changed(data_of(events[at]), path, value))
    if ev == "process":
        events.pop()
    (folder / JOURNAL).write_bytes(b"".join(event.line() for event in events))
    for command in (
        ("sessions", "--json"),
        ("--check", "book.md", "--max-age", "7d"),
        ("report", "last"),
        ("--check", "last"),
        ("spend",),
        ("doctor",),
    ):
        assert program(*command).code in [e for e in Exit if e is not Exit.INTERNAL], command
