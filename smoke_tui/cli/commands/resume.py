"""`resume` and `rerun`, where there is no front end."""

from __future__ import annotations

from smoke_tui.cli.check_options import ResultOptions
from smoke_tui.cli.resume_headless import Resumption, resume_headless
from smoke_tui.config.settings import Settings
from smoke_tui.errors import UsageError
from smoke_tui.history.find import need_session


def resume(settings: Settings, *, session: str) -> int:
    """Name what resumes a session without a terminal.

    Raises:
        UsageError: always.
    """
    raise UsageError(
        "the app needs a terminal; without one use `smoke-tui resume --plain "
        f"{session}`, or `smoke-tui --check {session} --resume`"
    )


def rerun(
    settings: Settings, *, session: str, step: str, live: bool, answers: str | None, json: bool
) -> int:
    """Do one step of a session once more; returns the exit code."""
    return resume_headless(
        settings,
        need_session(settings, session),
        Resumption(live, answers, step),
        ResultOptions.of(settings, json=json),
    )
