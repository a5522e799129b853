"""`amend`: the operator's second word on a step, in place of the first."""

from __future__ import annotations

import argparse

from smoke_tui.cli.check import run_and_tell
from smoke_tui.cli.policy import Headless
from smoke_tui.cli.resume import no_more_options
from smoke_tui.engine.amending import NotAmendable, amended
from smoke_tui.find_session import need_session
from smoke_tui.journal.file import JournalError
from smoke_tui.launch import CommandError, Given, config_resumed
from smoke_tui.outcomes import Exit
from smoke_tui.records import InvalidRecord, take_up
from smoke_tui.settings import Settings, UsageError
from smoke_tui.world.live.hands import FileClipboard, Hands, NoBrowser


def amend(options: argparse.Namespace, settings: Settings) -> int:
    """Write the second word down, and give the session the verdict that follows from it.

    Nothing is run and nothing is spent.

    Raises:
        UsageError: the step's outcome does not rest on the operator's word, or --why says nothing.
        CommandError: there is no such session (5), or it is damaged or in use (3).
    """
    if not options.why.strip():
        raise UsageError("--why: say why it is otherwise now; it stands in the report")
    folder = need_session(settings, options.session)
    try:
        unfinished = take_up(folder, finished=True)
    except (InvalidRecord, JournalError) as error:
        raise CommandError(Exit.INVALID, str(error)) from None
    try:
        amended(unfinished.state, options.step, options.answer)
        given = Given({}, "none")
        config = config_resumed(unfinished.state, given, settings)
        return run_and_tell(
            no_more_options(options), settings, unfinished.runbook, config,
            Hands(NoBrowser(), FileClipboard(settings.state_dir)), Headless({}), given, unfinished,
            amend={"step": options.step, "answer": options.answer, "why": options.why},
        )
    except NotAmendable as wrong:
        raise UsageError(f"--step {options.step}: {wrong}") from None
    finally:
        unfinished.file.close()
