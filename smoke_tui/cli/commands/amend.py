"""`amend`: the operator's second word on a step, in place of the first."""

from __future__ import annotations

import argparse

from smoke_tui.cli.commands.resume import no_more_options
from smoke_tui.cli.session_run import (
    finish,
)
from smoke_tui.config.settings import Settings
from smoke_tui.history.find import need_session
from smoke_tui.session.amend import amend_session


def amend(options: argparse.Namespace, settings: Settings) -> int:
    """Write the second word down; the exit code is that of the verdict that follows from it.

    Raises:
        UsageError: the step's outcome does not rest on the operator's word, or --why says nothing.
        CommandError: there is no such session (5), or it is damaged or in use (3).
    """
    folder = need_session(settings, options.session)
    session = amend_session(settings, folder, options.step, options.answer, options.why)
    return finish(session, session.runbook, no_more_options(options), settings, [])
