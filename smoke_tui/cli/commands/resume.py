"""Going on with a recorded session: from where it broke off, or one step once more."""

from __future__ import annotations

import argparse
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from smoke_tui.cli.answers_file import Headless, Scripted, read_answers
from smoke_tui.cli.session_run import (
    run_and_tell,
)
from smoke_tui.config.settings import (
    Settings,
)
from smoke_tui.errors import (
    CommandError,
    UsageError,
)
from smoke_tui.files import (
    StorageError,
)
from smoke_tui.history.find import need_session
from smoke_tui.journal.load import (
    InvalidRecord,
)
from smoke_tui.outcomes import Exit
from smoke_tui.session.configure import (
    refuse_in_ci,
)
from smoke_tui.session.prepare import resumed_request, with_consent
from smoke_tui.session.rehearsed import (
    rehearsal,
)
from smoke_tui.session.resume import (
    ResumableSession,
    open_resumable,
)

_OPTIONS = {
    "live": False,
    "answers": None,
    "json": False,
    "junit": None,
    "report": None,
    "strict": False,
    "allow_limitation": False,
}


def resume_command(options: argparse.Namespace, settings: Settings) -> int:
    """`resume` where there is no terminal: what to do instead.

    Raises:
        UsageError: always.
    """
    raise UsageError(
        "the app needs a terminal; without one use `smoke-tui resume --plain "
        f"{options.session}`, or `smoke-tui --check {options.session} --resume`"
    )


def rerun_command(options: argparse.Namespace, settings: Settings) -> int:
    """`rerun`, headless."""
    folder = need_session(settings, options.session)
    return go_on(folder, settings, no_more_options(options), options.step)


def no_more_options(options: argparse.Namespace) -> argparse.Namespace:
    """A command's options with those of `--check` that it does not have."""
    return argparse.Namespace(**{**_OPTIONS, **vars(options)})


def go_on(
    folder: Path, settings: Settings, options: argparse.Namespace, rerun: str | None = None
) -> int:
    """`--check SESSION --resume` and `rerun`: everything follows from the record alone.

    A live session needs `--live`, which is the consent to spend.

    Raises:
        CommandError: it is finished, damaged or in use (3), or refused here (4).
    """
    try:
        unfinished = open_resumable(folder, finished=rerun is not None)
    except (InvalidRecord, StorageError) as error:
        raise CommandError(Exit.INVALID, str(error)) from None
    with ExitStack() as held:
        held.callback(unfinished.file.close)
        try:
            unfinished.check_step(rerun)
        except ValueError as error:
            raise UsageError(str(error)) from None
        if unfinished.state.world == "rehearsed":
            scenario = unfinished.state.first_config.scenario
            world = held.enter_context(rehearsal(settings, scenario))
            request = resumed_request(settings, unfinished, rerun, world)
            return run_and_tell(options, settings, replace(request, answerer=Scripted(world)))
        return _live(unfinished, settings, options, rerun)


def _live(
    unfinished: ResumableSession, settings: Settings, options: argparse.Namespace, rerun: str | None
) -> int:
    if not options.live:
        raise UsageError(
            f"{unfinished.state.session} is live: add --live, which is the consent to spend"
        )
    if refuse_in_ci():
        raise CommandError(Exit.NOT_PROVABLE, "live calls are refused where CI is set")
    request = with_consent(resumed_request(settings, unfinished, rerun))
    answers = read_answers(Path(options.answers), unfinished.runbook) if options.answers else {}
    return run_and_tell(options, settings, replace(request, answerer=Headless(answers)))
