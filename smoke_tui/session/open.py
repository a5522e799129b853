"""Open a session: create its journal, or take over that of a session to resume."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from smoke_tui.journal.events.facts import SessionOpened, SessionResumed
from smoke_tui.journal.events.kinds import SCHEMA
from smoke_tui.journal.events.values import RecordedRunbook
from smoke_tui.journal.file import JournalFile
from smoke_tui.journal.folders import JOURNAL, NameTakenError, clear_left
from smoke_tui.journal.state import State
from smoke_tui.journal.stream import IncomingFact
from smoke_tui.redaction import Vault
from smoke_tui.session.request import SessionRequest
from smoke_tui.session.resume import ResumableSession
from smoke_tui.session.session import Session, SessionRecord
from smoke_tui.world.live.clock_ids import SystemClock


def open_session(request: SessionRequest) -> Session:
    """Open a session; nothing of it runs before its `start`. Blocks.

    Raises:
        StorageError: its journal can't be created or read.
    """
    resumable = request.resumable
    record = _resumed(request, resumable) if resumable is not None else _created(request)
    return Session(request, record)


def _created(request: SessionRequest) -> SessionRecord:
    """The journal of a new session."""
    program = request.program(request.config)
    clock = request.clock or SystemClock()
    file = new_file(request.state_dir / "sessions", clock.wall())
    name, runbook = file.folder.name, request.runbook
    opened = SessionOpened(
        SCHEMA,
        name,
        RecordedRunbook(runbook.id, Path(runbook.path).name, runbook.sha256, runbook.text),
        program,
    )
    vault = Vault()
    vault.salt = name
    return SessionRecord(name, file, State(), vault, clock, IncomingFact(opened))


def _resumed(request: SessionRequest, resumable: ResumableSession) -> SessionRecord:
    """The journal of a session that this program resumes."""
    amendment = request.amendment
    resumed = SessionResumed(
        undone=() if amendment else tuple(resumable.undone(request.rerun)),
        rerun=request.rerun,
        amend=amendment,
        torn_bytes=resumable.file.torn_bytes,
        program=request.program(request.config),
    )
    state, file, vault = resumable.state, resumable.file, Vault()
    vault.number_after((file.folder / JOURNAL).read_bytes())
    vault.salt = state.session
    clock = request.clock or SystemClock(state.now_ms)
    return SessionRecord(state.session, file, state, vault, clock, IncomingFact(resumed))


def session_id(moment: datetime) -> str:
    """A sortable name: UTC time, and the part of the second in 1/65,536 as four hex digits."""
    return f"{moment:%Y%m%dT%H%M%SZ}-{moment.microsecond * 65536 // 1_000_000:04x}"


def new_file(sessions: Path, moment: datetime) -> JournalFile:
    """Create the journal of a new session, under the first free name from this moment on.

    What killed programs have left among the sessions is cleared first.

    Raises:
        StorageError: it can't be created.
    """
    clear_left(sessions)
    while True:
        try:
            return JournalFile.create(sessions / session_id(moment))
        except NameTakenError:
            moment += timedelta(microseconds=16)
