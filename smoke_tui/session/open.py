"""Opening a session for a front: against the rehearsal, live, or one that was broken off."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path

from smoke_tui.config.session_config import SessionConfig
from smoke_tui.config.settings import (
    Settings,
)
from smoke_tui.engine.amend import NotAmendable, amended
from smoke_tui.errors import (
    CommandError,
    UsageError,
)
from smoke_tui.files import (
    StorageError,
)
from smoke_tui.history.leftovers import agreed_before
from smoke_tui.journal.load import (
    InvalidRecord,
)
from smoke_tui.outcomes import Exit
from smoke_tui.runbook import Runbook
from smoke_tui.session.configure import (
    Given,
    config_from,
    config_recorded,
    config_resumed,
    read_given,
    refuse_in_ci,
    wants_embedded,
)
from smoke_tui.session.live_view import LiveView, OperatorInFrontEnd
from smoke_tui.session.rehearsed import (
    ScriptedHands,
    given_rehearsed,
    rehearsal,
    rehearsed,
)
from smoke_tui.session.resolve import resolved_anew, with_client
from smoke_tui.session.resume import (
    ResumableSession,
    open_resumable,
)
from smoke_tui.session.session import Session
from smoke_tui.world.live.browser_clipboard import (
    FileClipboard,
    NoBrowser,
    OperatorIO,
    SystemBrowser,
)
from smoke_tui.world.live.terminal_clipboard import TerminalClipboard

NOTHING_GIVEN = Given({}, "none")
ORIGIN_WORDS = {
    "residential": "a home connection",
    "office": "an office network",
    "datacenter": "a hosted machine, a CI runner, most VPNs",
    "unknown": "I can't say",
}


def open_rehearsal(settings: Settings, runbook: Runbook, scenario: str | None) -> LiveView:
    """A run against the embedded rehearsal. Blocks until its servers listen.

    Raises:
        UsageError: there is no such scenario, or no PostgreSQL for its ledger.
        CommandError: the record can't be kept.
    """
    run = LiveView(runbook)
    try:
        world = run.held.enter_context(rehearsal(scenario, embedded=wants_embedded(settings)))
        hands = ScriptedHands(world)
        run.hands = OperatorIO(hands, hands)
        run.prefill["instructions"] = str(world.current_instructions_file)
        config = with_client(rehearsed(config_from(settings, runbook, NOTHING_GIVEN), world))
        run.session = Session(
            runbook,
            config,
            state_dir=settings.state_dir,
            hands=run.hands,
            answerer=OperatorInFrontEnd(run, world),
            watchers=[run],
            given=given_rehearsed(world).texts,
        )
        run.look_back(settings.state_dir)
    except BaseException as error:
        run.held.close()
        if isinstance(error, StorageError):
            raise CommandError(Exit.NOT_PROVABLE, str(error)) from None
        raise
    return run


def why_not_live() -> str | None:
    """Why a live session is refused here; None where it is not."""
    if refuse_in_ci():
        return "live calls are refused where CI is set; rehearse instead"
    return None


def open_live(settings: Settings, runbook: Runbook, origin: str) -> LiveView:
    """A run against the real thing, with the origin the operator declared.

    Raises:
        UsageError: a setting makes no sense here.
        CommandError: live runs are refused here, or the record can't be kept.
    """
    refusal = why_not_live()
    if refusal is not None:
        raise CommandError(Exit.NOT_PROVABLE, refusal)
    if settings.get("bundle") == "-":
        raise UsageError("--bundle -: standard input is for the answers here; give a file")
    given = read_given(settings)
    config = replace(
        with_client(config_from(settings, runbook, given)),
        origin=origin,
        runbook_known=agreed_before(settings.state_dir, runbook),
    )
    run = LiveView(runbook)
    try:
        run.clipboard = TerminalClipboard(settings.state_dir)
        run.hands = OperatorIO(SystemBrowser(), run.clipboard)
        run.session = Session(
            runbook,
            config,
            state_dir=settings.state_dir,
            hands=run.hands,
            watchers=[run],
            given=given.texts,
            bundle_file=given.file,
        )
        run.look_back(settings.state_dir)
    except StorageError as error:
        raise CommandError(Exit.NOT_PROVABLE, str(error)) from None
    return run


def open_unfinished(settings: Settings, folder: Path, rerun: str | None = None) -> LiveView:
    """A run that goes on with a recorded session; `rerun`: one step of it once more. Blocks.

    Raises:
        UsageError: the session has no such step.
        CommandError: it is finished, damaged or in use, or live runs are refused here.
    """
    try:
        unfinished = open_resumable(folder, finished=rerun is not None)
    except (InvalidRecord, StorageError) as error:
        raise CommandError(Exit.INVALID, str(error)) from None
    run = LiveView.of_record(unfinished.runbook, unfinished.journal.events)
    run.held.callback(unfinished.file.close)
    try:
        unfinished.check_step(rerun)
        if unfinished.state.world == "rehearsed":
            _go_on_rehearsed(settings, run, unfinished, rerun)
        else:
            _go_on_live(settings, run, unfinished, rerun)
        run.look_back(settings.state_dir)
    except ValueError as error:
        run.held.close()
        raise UsageError(str(error)) from None
    except BaseException:
        run.held.close()
        raise
    return run


def _go_on_rehearsed(
    settings: Settings, run: LiveView, unfinished: ResumableSession, rerun: str | None
) -> None:
    scenario = unfinished.state.first_config.scenario
    world = run.held.enter_context(rehearsal(scenario, embedded=wants_embedded(settings)))
    given, hands = given_rehearsed(world), ScriptedHands(world)
    run.hands = OperatorIO(hands, hands)
    run.prefill["instructions"] = str(world.current_instructions_file)
    run.session = Session(
        unfinished.runbook,
        resolved_anew(rehearsed(config_resumed(unfinished.state, given, settings), world)),
        state_dir=settings.state_dir,
        hands=run.hands,
        answerer=OperatorInFrontEnd(run, world),
        watchers=[run],
        given=given.texts,
        unfinished=unfinished,
        rerun=rerun,
    )


def _go_on_live(
    settings: Settings, run: LiveView, unfinished: ResumableSession, rerun: str | None
) -> None:
    refusal = why_not_live()
    if refusal is not None:
        raise CommandError(Exit.NOT_PROVABLE, refusal)
    given = read_given(settings)
    run.clipboard = TerminalClipboard(settings.state_dir)
    run.hands = OperatorIO(SystemBrowser(), run.clipboard)
    run.session = Session(
        unfinished.runbook,
        replace(resolved_anew(config_resumed(unfinished.state, given, settings)), consent=False),
        state_dir=settings.state_dir,
        hands=run.hands,
        watchers=[run],
        given=given.texts,
        bundle_file=given.file,
        unfinished=unfinished,
        rerun=rerun,
    )


def amend_session(settings: Settings, folder: Path, step_id: str, answer: str, why: str) -> Session:
    """Write the operator's second word on a step down; the session has ended again then. Blocks.

    Nothing is run and nothing is spent.

    Raises:
        UsageError: the step's outcome does not rest on the operator's word, or `why` says nothing.
        CommandError: the session is damaged or in use, or the word could not be written down.
    """
    if not any(sign.isprintable() and not sign.isspace() for sign in why):
        raise UsageError("--why: say why it is otherwise now; it stands in the report")
    try:
        unfinished = open_resumable(folder, finished=True)
    except (InvalidRecord, StorageError) as error:
        raise CommandError(Exit.INVALID, str(error)) from None
    with closing(unfinished.file):
        try:
            amended(unfinished.runbook, unfinished.state, step_id, answer)
        except NotAmendable as wrong:
            raise UsageError(f"--step {step_id}: {wrong}") from None
        session = Session(
            unfinished.runbook,
            _config_kept(unfinished, settings),
            state_dir=settings.state_dir,
            hands=OperatorIO(NoBrowser(), FileClipboard(folder)),
            unfinished=unfinished,
            amend={"step": step_id, "answer": answer, "why": why},
        )
        session.start()
        session.wait()
    if isinstance(session.fault, StorageError):
        raise CommandError(Exit.NOT_PROVABLE, f"NOT SAVED: {session.fault}")
    return session


def _config_kept(unfinished: ResumableSession, settings: Settings) -> SessionConfig:
    """The settings a session was recorded with, for what runs nothing.

    Raises:
        UsageError: the command line names another origin, model or the like: nothing ran with it.
    """
    resumed = config_resumed(unfinished.state, NOTHING_GIVEN, settings)
    kept = replace(
        config_recorded(unfinished.state),
        bundle=resumed.bundle,
        refreshable=resumed.refreshable,
        ledger=resumed.ledger,
    )
    if kept != resumed:
        raise UsageError(
            "amend runs nothing: origin, model, shape, instructions, client and way "
            "of login stay as they are in the record"
        )
    return kept


def origin_warning(runbook: Runbook, origin: str) -> str | None:
    """What an origin means for a runbook that asks for another one; None: nothing."""
    if runbook.requires_origin != "non-datacenter":
        return None
    if origin == "datacenter":
        return (
            "This runbook asks for a non-datacenter origin: from here the provider's edge "
            "will most likely challenge the calls, and nothing will be proven."
        )
    if origin == "unknown":
        return (
            "This runbook asks for a non-datacenter origin. With an unknown one, a challenge "
            "of the provider's edge can't be told from a regression."
        )
    return None
