"""Going on with a recorded session: from where it broke off, or one step once more."""

from __future__ import annotations

import argparse
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from smoke_tui.cli.check import run_and_tell
from smoke_tui.cli.policy import Headless, Scripted, read_answers
from smoke_tui.find_session import need_session
from smoke_tui.journal.file import JournalError
from smoke_tui.launch import (
    CommandError,
    ScriptedHands,
    config_resumed,
    given_rehearsed,
    read_given,
    refuse_in_ci,
    rehearsal,
    rehearsed,
    wants_embedded,
)
from smoke_tui.outcomes import Exit
from smoke_tui.records import InvalidRecord, Unfinished, take_up
from smoke_tui.resolve import resolved_anew
from smoke_tui.settings import Settings, UsageError
from smoke_tui.world.live.hands import FileClipboard, Hands, NoBrowser

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
        unfinished = take_up(folder, finished=rerun is not None)
    except (InvalidRecord, JournalError) as error:
        raise CommandError(Exit.INVALID, str(error)) from None
    with ExitStack() as held:
        held.callback(unfinished.file.close)
        try:
            unfinished.check_step(rerun)
        except ValueError as error:
            raise UsageError(str(error)) from None
        if unfinished.state.world == "rehearsed":
            return _rehearsed(unfinished, settings, options, rerun, held)
        return _live(unfinished, settings, options, rerun)


def _rehearsed(
    unfinished: Unfinished,
    settings: Settings,
    options: argparse.Namespace,
    rerun: str | None,
    held: ExitStack,
) -> int:
    scenario = str(unfinished.state.opened["config"]["scenario"])
    world = held.enter_context(rehearsal(scenario, embedded=wants_embedded(settings)))
    given, hands = given_rehearsed(world), ScriptedHands(world)
    config = resolved_anew(rehearsed(config_resumed(unfinished.state, given, settings), world))
    return run_and_tell(
        options,
        settings,
        unfinished.runbook,
        config,
        Hands(hands, hands),
        Scripted(world),
        given,
        unfinished,
        rerun,
    )


def _live(
    unfinished: Unfinished, settings: Settings, options: argparse.Namespace, rerun: str | None
) -> int:
    if not options.live:
        raise UsageError(
            f"{unfinished.state.session} is live: add --live, which is the consent to spend"
        )
    if refuse_in_ci():
        raise CommandError(Exit.NOT_PROVABLE, "live calls are refused where CI is set")
    given = read_given(settings)
    config = replace(resolved_anew(config_resumed(unfinished.state, given, settings)), consent=True)
    answers = read_answers(Path(options.answers), unfinished.runbook) if options.answers else {}
    hands = Hands(NoBrowser(), FileClipboard(settings.state_dir))
    return run_and_tell(
        options,
        settings,
        unfinished.runbook,
        config,
        hands,
        Headless(answers),
        given,
        unfinished,
        rerun,
    )
