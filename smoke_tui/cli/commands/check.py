"""`--check`: headless. Looks without spending, runs with consent, or verifies a session."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

from smoke_tui.cli.answers_file import Headless, Scripted, read_answers
from smoke_tui.cli.commands.check_preflight import look_at
from smoke_tui.cli.output import (
    print_json,
    print_result,
)
from smoke_tui.cli.session_run import (
    run_and_tell,
)
from smoke_tui.config.settings import (
    Settings,
)
from smoke_tui.errors import (
    UsageError,
)
from smoke_tui.history.find import names_session, need_session, reading
from smoke_tui.journal.state import State
from smoke_tui.outcomes import Exit
from smoke_tui.presentation.report.check_result import check_object, finding, invalid_object
from smoke_tui.runbook import Runbook
from smoke_tui.session.configure import (
    Given,
    InvalidRunbook,
    choose_steps,
    config_from,
    open_runbook,
    read_given,
    refuse_in_ci,
    wants_embedded,
)
from smoke_tui.session.rehearsed import (
    ScriptedHands,
    given_rehearsed,
    rehearsal,
    rehearsed,
)
from smoke_tui.session.resolve import with_client
from smoke_tui.world.live.browser_clipboard import FileClipboard, NoBrowser, OperatorIO


def check(options: argparse.Namespace, settings: Settings) -> int:
    """Run `--check` in the form its options ask for; returns the exit code."""
    if options.scenario and not options.rehearse:
        raise UsageError("--scenario belongs to --rehearse")
    if options.live and options.rehearse:
        raise UsageError("--live and --rehearse exclude each other")
    if options.answers and not options.live:
        raise UsageError("--answers belongs to --live")
    from smoke_tui.cli.commands.check_recorded import verify

    if options.target and names_session(settings, options.target):
        if options.resume:
            from smoke_tui.cli.commands.resume import go_on

            return go_on(need_session(settings, options.target), settings, options)
        with reading(settings, options.target) as folder:
            return verify(folder, settings, options)
    if options.resume:
        raise UsageError("--resume goes with --check SESSION; `smoke-tui sessions` lists them")
    try:
        runbook = open_runbook(options.target)
    except InvalidRunbook as error:
        if not options.json:
            raise
        print_json(invalid_object(str(error.path), error.diagnostics))
        return Exit.INVALID
    if options.rehearse:
        return _rehearse(options, settings, runbook)
    if options.live:
        return _live(options, settings, runbook)
    return look_at(options, settings, runbook)


def _rehearse(options: argparse.Namespace, settings: Settings, runbook: Runbook) -> int:
    with rehearsal(options.scenario, embedded=wants_embedded(settings)) as world:
        hands = ScriptedHands(world)
        config = choose_steps(
            with_client(rehearsed(config_from(settings, runbook, Given({}, "none")), world)),
            runbook,
            options.only,
            options.start_from,
        )
        return run_and_tell(
            options,
            settings,
            runbook,
            config,
            OperatorIO(hands, hands),
            Scripted(world),
            given_rehearsed(world),
        )


def _live(options: argparse.Namespace, settings: Settings, runbook: Runbook) -> int:
    if refuse_in_ci():
        state = State()
        code = Exit.NOT_PROVABLE
        refused = finding(
            "ci-refused",
            "error",
            None,
            "Live calls are refused where CI is set.",
            "Run it from a person's own machine, or use --rehearse.",
        )
        print_result(
            check_object(runbook, state, exit_code=code, verdict=None, findings=[refused]),
            options,
            settings,
        )
        return code
    given = read_given(settings)
    config = with_client(config_from(settings, runbook, given))
    config = choose_steps(replace(config, consent=True), runbook, options.only, options.start_from)
    answers = read_answers(Path(options.answers), runbook) if options.answers else {}
    hands = OperatorIO(NoBrowser(), FileClipboard(settings.state_dir))
    return run_and_tell(options, settings, runbook, config, hands, Headless(answers), given)
