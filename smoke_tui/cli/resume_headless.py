"""Resume a recorded session without a front end, or do one step of it once more."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from smoke_tui.cli.answers_file import Headless, Scripted, read_answers
from smoke_tui.cli.check_options import ResultOptions
from smoke_tui.cli.session_run import run_headless
from smoke_tui.config.settings import Settings
from smoke_tui.errors import CommandError, UsageError
from smoke_tui.files import StorageError
from smoke_tui.journal.load import InvalidRecordError
from smoke_tui.outcomes import Exit
from smoke_tui.session.configure import refuse_in_ci
from smoke_tui.session.prepare import resumed_request, with_consent
from smoke_tui.session.rehearsed import rehearsal
from smoke_tui.session.request import SessionRequest
from smoke_tui.session.resume import ResumableSession, open_resumable
from smoke_tui.structs import Struct, replace


class Resumption(Struct, frozen=True):
    """How a session is resumed: `live` is the consent to spend, `answers` a file of answers.

    `rerun` names one step that is done once more.
    """

    live: bool
    answers: str | None
    rerun: str | None = None


def resume_headless(
    settings: Settings, folder: Path, resumption: Resumption, options: ResultOptions
) -> int:
    """Resume a session; everything else follows from its record. Returns the exit code.

    Raises:
        UsageError: it is live and there is no consent, or it has no such step.
        CommandError: it is finished, damaged or in use (3), or refused here (4).
    """
    try:
        resumable = open_resumable(folder, finished=resumption.rerun is not None)
    except (InvalidRecordError, StorageError) as error:
        raise CommandError(Exit.INVALID, str(error)) from None
    with ExitStack() as resources:
        resources.callback(resumable.file.close)
        try:
            resumable.check_step(resumption.rerun)
        except ValueError as error:
            raise UsageError(str(error)) from None
        return run_headless(_request(settings, resumable, resumption, resources), options)


def _request(
    settings: Settings, resumable: ResumableSession, resumption: Resumption, resources: ExitStack
) -> SessionRequest:
    rerun = resumption.rerun
    if resumable.state.world == "rehearsed":
        scenario = resumable.state.first_config.scenario
        world = resources.enter_context(rehearsal(settings, scenario))
        request = resumed_request(settings, resumable, rerun, world)
        return replace(request, answerer=Scripted(world))
    if not resumption.live:
        raise UsageError(
            f"{resumable.state.session} is live: add --live, which is the consent to spend"
        )
    if refuse_in_ci():
        raise CommandError(Exit.NOT_PROVABLE, "live calls are refused where CI is set")
    request = with_consent(resumed_request(settings, resumable, rerun))
    answers = (
        read_answers(Path(resumption.answers), resumable.runbook) if resumption.answers else {}
    )
    return replace(request, answerer=Headless(answers))
