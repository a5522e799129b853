"""Load a recorded session: its journal, its runbook, and the state they fold to."""

from __future__ import annotations

from pathlib import Path

from smoke_tui.journal.events.event import JournalDamageError
from smoke_tui.journal.file import Journal, read_journal
from smoke_tui.journal.fold import fold
from smoke_tui.journal.line_forms import check_forms
from smoke_tui.journal.state import State
from smoke_tui.runbook import LATER_ERRORS, Runbook, parse

OTHER_FORM_ERRORS = (KeyError, ValueError, TypeError, AttributeError, IndexError, AssertionError)
"""What reading a line of another form raises."""


class InvalidRecordError(ValueError):
    """A journal can't be replayed; the text says why."""


def runbook_of(journal: Journal) -> Runbook:
    """The runbook a session was recorded with, from its first line.

    Raises:
        InvalidRecordError: there is none, or it does not parse any more.
    """
    if not journal.events or journal.events[0].kind != "session.opened":
        raise InvalidRecordError(f"{journal.folder}: the journal does not begin with its session")
    try:
        recorded = journal.events[0].data["runbook"]
        text, path = str(recorded["text"]), str(recorded["path"])
    except (KeyError, TypeError) as error:
        raise InvalidRecordError(
            f"{journal.folder}: its first event is of another form "
            f"({type(error).__name__}: {error})"
        ) from None
    parsed = parse(text, path, LATER_ERRORS)
    if parsed.runbook is None:
        first = parsed.diagnostics[0]
        raise InvalidRecordError(f"{journal.folder}: its runbook does not parse: {first}")
    return parsed.runbook


def load_state(folder: Path) -> tuple[Journal, Runbook, State]:
    """A recorded session as reports need it.

    Raises:
        InvalidRecordError, StorageError: it can't be read, or is damaged.
    """
    journal = read_journal(folder)
    if journal.damage:
        raise InvalidRecordError(f"{folder}: {journal.damage[0]}")
    runbook = runbook_of(journal)
    try:
        check_forms(journal.events)
        return journal, runbook, fold(journal.events)
    except JournalDamageError as error:
        raise InvalidRecordError(f"{folder}: its events are of another form: {error}") from None
    except OTHER_FORM_ERRORS as error:
        # Whole lines with another form: not of this program, or somebody wrote them by hand.
        raise InvalidRecordError(
            f"{folder}: its events are of another form ({type(error).__name__}: {error})"
        ) from None
