"""Amend what the operator answered about a step of a recorded session."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from smoke_tui.config.session_config import SessionConfig
from smoke_tui.config.settings import Settings
from smoke_tui.engine.amend import NotAmendableError, amended
from smoke_tui.errors import CommandError, UsageError
from smoke_tui.files import StorageError
from smoke_tui.journal.events.values import Amendment
from smoke_tui.journal.load import InvalidRecordError
from smoke_tui.outcomes import Exit
from smoke_tui.session.configure import config_resumed
from smoke_tui.session.environment import user_name
from smoke_tui.session.open import open_session
from smoke_tui.session.request import SessionRequest
from smoke_tui.session.resume import ResumableSession, open_resumable
from smoke_tui.session.secret_options import NO_SECRET_OPTIONS
from smoke_tui.session.session import Session
from smoke_tui.structs import replace
from smoke_tui.world.live.browser_clipboard import headless_io


def amend_session(settings: Settings, folder: Path, step_id: str, answer: str, why: str) -> Session:
    """Record the operator's second answer about a step; the session has ended again then. Blocks.

    Nothing is run and nothing is spent.

    Raises:
        UsageError: the step's outcome does not rest on the operator's answer, or `why` is blank.
        CommandError: the session is damaged or in use, or the answer could not be recorded.
    """
    if not any(sign.isprintable() and not sign.isspace() for sign in why):
        raise UsageError("--why: say why it is otherwise now; it stands in the report")
    try:
        resumable = open_resumable(folder, finished=True)
    except (InvalidRecordError, StorageError) as error:
        raise CommandError(Exit.INVALID, str(error)) from None
    with closing(resumable.file):
        try:
            amended(resumable.runbook, resumable.state, step_id, answer)
        except NotAmendableError as wrong:
            raise UsageError(f"--step {step_id}: {wrong}") from None
        session = open_session(
            SessionRequest(
                runbook=resumable.runbook,
                config=_recorded_config(resumable, settings),
                state_dir=settings.state_dir,
                operator_io=headless_io(folder),
                resumable=resumable,
                amendment=Amendment(step_id, answer, why, user_name()),
            )
        )
        session.start()
        session.wait()
    if isinstance(session.fault, StorageError):
        raise CommandError(Exit.NOT_PROVABLE, f"NOT SAVED: {session.fault}")
    return session


def _recorded_config(resumable: ResumableSession, settings: Settings) -> SessionConfig:
    """The settings that a session was recorded with, for what runs nothing.

    Raises:
        UsageError: the command line names another origin, model or the like: nothing ran with it.
    """
    resumed = config_resumed(resumable.state, NO_SECRET_OPTIONS, settings)
    recorded = replace(
        resumable.state.config,
        bundle=resumed.bundle,
        refreshable=resumed.refreshable,
        ledger=resumed.ledger,
    )
    if recorded != resumed:
        raise UsageError(
            "amend runs nothing: origin, model, shape, instructions, client and way "
            "of login stay as they are in the record"
        )
    return recorded
