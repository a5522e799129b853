"""Load a recorded session: its journal, its runbook, and the state they fold to."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from smoke_tui.journal.events.body import Opaque
from smoke_tui.journal.events.event import OTHER_FORM_ERRORS, Event, JournalDamageError
from smoke_tui.journal.events.facts import HttpAnswered, SessionOpened
from smoke_tui.journal.events.requests import HttpRequested
from smoke_tui.journal.file import Journal, read_journal
from smoke_tui.journal.fold import fold
from smoke_tui.journal.state import State
from smoke_tui.runbook import LATER_ERRORS, Runbook, parse


class InvalidRecordError(ValueError):
    """A journal can't be replayed; the text says why."""


def runbook_of(journal: Journal) -> Runbook:
    """The runbook a session was recorded with, from its first line.

    Raises:
        InvalidRecordError: there is none, or it does not parse any more.
    """
    first = journal.events[0] if journal.events else None
    if first is None or first.kind != SessionOpened.kind:
        raise InvalidRecordError(f"{journal.folder}: the journal does not begin with its session")
    if not isinstance(first.body, SessionOpened):
        problem = first.body.problem if isinstance(first.body, Opaque) else None
        raise InvalidRecordError(f"{journal.folder}: its first event is of another form: {problem}")
    parsed = parse(first.body.runbook.text, first.body.runbook.path, LATER_ERRORS)
    if parsed.runbook is None:
        wrong = parsed.diagnostics[0]
        raise InvalidRecordError(f"{journal.folder}: its runbook does not parse: {wrong}")
    return parsed.runbook


def _check_answers(events: Iterable[Event]) -> None:
    """Check that every answer over HTTP has a request over HTTP.

    Raises:
        JournalDamageError: one has none.
    """
    asked = {event.seq for event in events if isinstance(event.body, HttpRequested)}
    for event in events:
        if isinstance(event.body, HttpAnswered) and event.request_seq not in asked:
            raise JournalDamageError(
                f"event {event.seq} (`http`): it answers no request that was made over HTTP"
            )


def load_state(folder: Path) -> tuple[Journal, Runbook, State]:
    """A recorded session as reports need it.

    Raises:
        InvalidRecordError, StorageError: it can't be read, or is damaged.
    """
    journal, state = load_events(folder)
    return journal, runbook_of(journal), state


def load_events(folder: Path) -> tuple[Journal, State]:
    """A recorded session for what does not need its runbook, whose parsing takes longest.

    Raises:
        InvalidRecordError, StorageError: it can't be read, or is damaged.
    """
    journal = read_journal(folder)
    if journal.damage:
        raise InvalidRecordError(f"{folder}: {journal.damage[0]}")
    try:
        _check_answers(journal.events)
        return journal, fold(journal.events)
    except JournalDamageError as error:
        raise InvalidRecordError(f"{folder}: its events are of another form: {error}") from None
    except OTHER_FORM_ERRORS as error:
        # Whole lines with another form: not of this program, or somebody wrote them by hand.
        raise InvalidRecordError(
            f"{folder}: its events are of another form ({type(error).__name__}: {error})"
        ) from None
