"""`amend`: the operator's second word on a step, in place of the first."""

from __future__ import annotations

from smoke_tui.cli.check_options import ResultOptions
from smoke_tui.cli.session_run import finish
from smoke_tui.config.settings import Settings
from smoke_tui.history.find import need_session
from smoke_tui.session.amend import amend_session


def amend(settings: Settings, *, session: str, step: str, answer: str, why: str, json: bool) -> int:
    """Write the second word down; the exit code is that of the verdict that follows from it.

    Raises:
        UsageError: the step's outcome does not rest on the operator's word, or --why says nothing.
        CommandError: there is no such session (5), or it is damaged or in use (3).
    """
    folder = need_session(settings, session)
    amended = amend_session(settings, folder, step, answer, why)
    return finish(amended, ResultOptions.of(settings, json=json))
