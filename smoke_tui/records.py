"""Recorded sessions: reading one, and running it again offline with today's rules."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from smoke_tui.engine.engine import Engine
from smoke_tui.journal.events import Event
from smoke_tui.journal.file import Journal, read_journal
from smoke_tui.journal.fold import State, fold
from smoke_tui.journal.inbox import Follower, Watcher
from smoke_tui.runbook import Runbook, parse
from smoke_tui.steps import BEHAVIOURS, check_guards
from smoke_tui.world.config import Config
from smoke_tui.world.loop import EngineLoop
from smoke_tui.world.recorded import RecordedInbox, RecordedWorld, RecordEnds


class InvalidRecord(ValueError):
    """A journal can't be replayed; the text says why."""


def runbook_of(journal: Journal) -> Runbook:
    """The runbook a session was recorded with, from its first line.

    Raises:
        InvalidRecord: there is none, or it does not parse any more.
    """
    if not journal.events or journal.events[0].ev != "session.opened":
        raise InvalidRecord(f"{journal.folder}: the journal does not begin with its session")
    recorded = journal.events[0].data["runbook"]
    parsed = parse(recorded["text"], recorded["path"])
    if parsed.runbook is None:
        first = parsed.diagnostics[0]
        raise InvalidRecord(f"{journal.folder}: its runbook does not parse: {first}")
    return parsed.runbook


def replay(folder: Path, watchers: Sequence[Watcher] = ()) -> State:
    """Run a recorded session again, offline, with today's rules.

    Raises:
        Divergence: a decision differs from the record.
        InvalidRecord, JournalError: it can't be read.
    """
    journal = read_journal(folder)
    if journal.damage:
        raise InvalidRecord(f"{folder}: {journal.damage[0]}")
    runbook = runbook_of(journal)
    config = Config.from_json(journal.events[0].data["config"])
    state = State()
    engine: list[Engine] = []

    def on_event(event: Event) -> None:
        if engine:
            engine[0].watch(event)

    inbox = RecordedInbox(journal, [Follower(on_event), *watchers])
    engine.append(Engine(
        runbook, config, inbox, RecordedWorld(), state, BEHAVIOURS, check_guards
    ))
    loop = EngineLoop()
    try:
        inbox.deliver()
        loop.when_idle(inbox.deliver)
        loop.run_until_complete(engine[0].run())
        inbox.finished()
    except RecordEnds:
        if state.closed is None and any(e.ev == "session.closed" for e in journal.events):
            raise
    finally:
        loop.drop()
    return state


def load_state(folder: Path) -> tuple[Journal, Runbook, State]:
    """A recorded session as reports need it.

    Raises:
        InvalidRecord, JournalError: it can't be read, or is damaged.
    """
    journal = read_journal(folder)
    if journal.damage:
        raise InvalidRecord(f"{folder}: {journal.damage[0]}")
    return journal, runbook_of(journal), fold(journal.events)
