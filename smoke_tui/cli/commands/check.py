"""`--check`: headless. Looks without spending, runs with consent, or verifies a session."""

from __future__ import annotations

import sys
from pathlib import Path

from smoke_tui.cli.answers_file import Headless, Scripted, read_answers
from smoke_tui.cli.check_options import CheckOptions
from smoke_tui.cli.commands.check_preflight import check_preflight
from smoke_tui.cli.commands.check_recorded import verify
from smoke_tui.cli.output import print_json, print_result
from smoke_tui.cli.resume_headless import Resumption, resume_headless
from smoke_tui.cli.session_run import run_headless
from smoke_tui.config.settings import Settings
from smoke_tui.errors import UsageError
from smoke_tui.history.find import names_session, need_session, reading
from smoke_tui.journal.state import State
from smoke_tui.outcomes import Exit
from smoke_tui.presentation.rehearsal_limits import rehearsal_limits
from smoke_tui.presentation.report.check_result import check_object, finding, invalid_object
from smoke_tui.presentation.spans import as_text
from smoke_tui.redaction import clean
from smoke_tui.runbook import Runbook
from smoke_tui.session.configure import (
    InvalidRunbookError,
    choose_steps,
    open_runbook,
    refuse_in_ci,
)
from smoke_tui.session.prepare import new_request, with_consent
from smoke_tui.session.rehearsed import rehearsal
from smoke_tui.session.request import SessionRequest
from smoke_tui.structs import replace


def check(settings: Settings, options: CheckOptions) -> int:
    """Run `--check` in the form its options ask for; returns the exit code."""
    if options.scenario and not options.rehearse:
        raise UsageError("--scenario belongs to --rehearse")
    if options.live and options.rehearse:
        raise UsageError("--live and --rehearse exclude each other")
    if options.answers and not options.live:
        raise UsageError("--answers belongs to --live")
    result = options.result(settings)
    if options.target and names_session(settings, options.target):
        if options.resume:
            return resume_headless(
                settings,
                need_session(settings, options.target),
                Resumption(live=options.live, answers=options.answers),
                result,
            )
        with reading(settings, options.target) as folder:
            return verify(folder, result)
    if options.resume:
        raise UsageError("--resume goes with --check SESSION; `smoke-tui sessions` lists them")
    try:
        runbook = open_runbook(options.target)
    except InvalidRunbookError as error:
        if not options.json:
            raise
        print_json(invalid_object(str(error.path), error.diagnostics))
        return Exit.INVALID
    if options.rehearse:
        return _rehearse(options, settings, runbook)
    if options.live:
        return _live(options, settings, runbook)
    return check_preflight(options, settings, runbook)


def _rehearse(options: CheckOptions, settings: Settings, runbook: Runbook) -> int:
    with rehearsal(settings, options.scenario) as world:
        request = _chosen(new_request(settings, runbook, world), options)
        for sentence in rehearsal_limits(runbook, request.config):
            print(clean(as_text(sentence)), file=sys.stderr)
        return run_headless(replace(request, answerer=Scripted(world)), options.result(settings))


def _chosen(request: SessionRequest, options: CheckOptions) -> SessionRequest:
    """The request for the steps that --only and --from leave in."""
    config = choose_steps(request.config, request.runbook, options.only, options.start_from)
    return replace(request, config=config)


def _live(options: CheckOptions, settings: Settings, runbook: Runbook) -> int:
    if refuse_in_ci():
        code = Exit.NOT_PROVABLE
        refused = finding(
            "ci-refused",
            "error",
            None,
            "Live calls are refused where CI is set.",
            "Run it from a person's own machine, or use --rehearse.",
        )
        print_result(
            check_object(runbook, State(), exit_code=code, verdict=None, findings=[refused]),
            options.result(settings),
        )
        return code
    request = _chosen(with_consent(new_request(settings, runbook)), options)
    answers = read_answers(Path(options.answers), runbook) if options.answers else {}
    return run_headless(replace(request, answerer=Headless(answers)), options.result(settings))
