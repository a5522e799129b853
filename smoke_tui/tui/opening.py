"""Opening a session for the app: against the rehearsal, or live."""

from __future__ import annotations

from dataclasses import replace

from smoke_tui.journal.file import JournalError
from smoke_tui.launch import (
    CommandError,
    Given,
    ScriptedHands,
    config_from,
    read_given,
    refuse_in_ci,
    rehearsal,
    rehearsed,
)
from smoke_tui.outcomes import Exit
from smoke_tui.runbook import Runbook
from smoke_tui.session import Session
from smoke_tui.settings import Settings, UsageError
from smoke_tui.tui.run import Run, Walker
from smoke_tui.tui.terminal_clipboard import TerminalClipboard
from smoke_tui.world.live.live import Hands, SystemBrowser

NOTHING_GIVEN = Given({}, "none")


def open_rehearsal(settings: Settings, runbook: Runbook, scenario: str | None) -> Run:
    """A run against the embedded rehearsal. Blocks until its servers listen.

    Raises:
        UsageError: there is no such scenario.
        CommandError: the record can't be kept.
    """
    run = Run(runbook)
    try:
        world = run.held.enter_context(rehearsal(scenario))
        hands = ScriptedHands(world)
        run.hands = Hands(hands, hands)
        run.prefill["instructions"] = str(world.current_instructions_file)
        config = rehearsed(config_from(settings, runbook, NOTHING_GIVEN), world)
        run.session = Session(
            runbook, config, state_dir=settings.state_dir, hands=run.hands,
            answerer=Walker(run, world), watchers=[run],
        )
    except BaseException as error:
        run.held.close()
        if isinstance(error, JournalError):
            raise CommandError(Exit.NOT_PROVABLE, str(error)) from None
        raise
    return run


def why_not_live() -> str | None:
    """Why a live session is refused here; None where it is not."""
    if refuse_in_ci():
        return "live calls are refused where CI is set; rehearse instead"
    return None


def open_live(settings: Settings, runbook: Runbook, origin: str) -> Run:
    """A run against the real thing, with the origin the operator declared.

    Raises:
        UsageError: a setting makes no sense here.
        CommandError: live runs are refused here, or the record can't be kept.
    """
    refusal = why_not_live()
    if refusal is not None:
        raise CommandError(Exit.NOT_PROVABLE, refusal)
    if settings.get("bundle") == "-":
        raise UsageError("--bundle -: standard input is the terminal here; give a file")
    given = read_given(settings)
    config = replace(config_from(settings, runbook, given), origin=origin)
    run = Run(runbook)
    try:
        run.clipboard = TerminalClipboard(settings.state_dir)
        run.hands = Hands(SystemBrowser(), run.clipboard)
        run.session = Session(
            runbook, config, state_dir=settings.state_dir, hands=run.hands, watchers=[run],
            given=given.texts, bundle_file=given.file,
        )
    except JournalError as error:
        raise CommandError(Exit.NOT_PROVABLE, str(error)) from None
    return run


def origin_warning(runbook: Runbook, origin: str) -> str | None:
    """What an origin means for a runbook that asks for another one; None: nothing."""
    if runbook.requires_origin != "non-datacenter":
        return None
    if origin == "datacenter":
        return ("This runbook asks for a non-datacenter origin: from here the provider's edge "
                "will most likely challenge the calls, and nothing will be proven.")
    if origin == "unknown":
        return ("This runbook asks for a non-datacenter origin. With an unknown one, a challenge "
                "of the provider's edge can't be told from a regression.")
    return None
