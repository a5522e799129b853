"""`--check`: headless. Looks without spending, runs with consent, or verifies a session."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from smoke_tui.cli.exits import exit_of
from smoke_tui.cli.look import look_at
from smoke_tui.cli.policy import Headless, Scripted, read_answers
from smoke_tui.cli.printing import Narrator, print_json, print_result
from smoke_tui.cli.running import run_session
from smoke_tui.crash import crash_sentence
from smoke_tui.earlier import left_behind
from smoke_tui.find_session import names_session, need_session, reading
from smoke_tui.journal.file import JournalError, RecordGone, replace_private
from smoke_tui.journal.fold import fold
from smoke_tui.journal.state import State
from smoke_tui.launch import (
    CommandError,
    Given,
    InvalidRunbook,
    ScriptedHands,
    choose_steps,
    config_from,
    given_rehearsed,
    open_runbook,
    read_given,
    refuse_in_ci,
    rehearsal,
    rehearsed,
    wants_embedded,
)
from smoke_tui.outcomes import Exit, Verdict
from smoke_tui.records import InvalidRecord, Unfinished, load_state
from smoke_tui.report.check_object import check_object, finding, invalid_object
from smoke_tui.report.export import SecretFound, export
from smoke_tui.resolve import with_client
from smoke_tui.runbook import Runbook
from smoke_tui.secrecy import Vault, clean
from smoke_tui.session import NotStarted, Session
from smoke_tui.settings import Settings, UsageError
from smoke_tui.world.config import Config
from smoke_tui.world.live.hands import FileClipboard, Hands, NoBrowser


def check(options: argparse.Namespace, settings: Settings) -> int:
    """Run `--check` in the form its options ask for; returns the exit code."""
    if options.scenario and not options.rehearse:
        raise UsageError("--scenario belongs to --rehearse")
    if options.live and options.rehearse:
        raise UsageError("--live and --rehearse exclude each other")
    if options.answers and not options.live:
        raise UsageError("--answers belongs to --live")
    from smoke_tui.cli.verifying import verify

    if options.target and names_session(settings, options.target):
        if options.resume:
            from smoke_tui.cli.resume import go_on

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
            Hands(hands, hands),
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
    hands = Hands(NoBrowser(), FileClipboard(settings.state_dir))
    return run_and_tell(options, settings, runbook, config, hands, Headless(answers), given)


def run_and_tell(
    options: argparse.Namespace,
    settings: Settings,
    runbook: Runbook,
    config: Config,
    hands: Hands,
    answerer: Any,
    given: Given,
    unfinished: Unfinished | None = None,
    rerun: str | None = None,
) -> int:
    """Run a session to its end, tell of each finished step, print the result."""
    for left in left_behind(settings.state_dir):
        print(
            clean(f"smoke-tui: {left.words()}; `smoke-tui doctor --stop-leftovers` stops it"),
            file=sys.stderr,
        )
    state = fold(unfinished.journal.events) if unfinished is not None else State()
    narrator = Narrator(state, verbose=settings.on("verbose"))
    try:
        session = Session(
            runbook,
            config,
            state_dir=settings.state_dir,
            hands=hands,
            answerer=answerer,
            watchers=[narrator],
            given=given.texts,
            bundle_file=given.file,
            unfinished=unfinished,
            rerun=rerun,
        )
    except JournalError as error:
        raise CommandError(Exit.NOT_PROVABLE, str(error)) from None
    struck = run_session(session)
    more = [
        finding(code, "warning", step, words, "Answer each question by its kind; see the README.")
        for code, step, words in (answerer.findings() if isinstance(answerer, Headless) else ())
    ]
    return finish(session, runbook, options, settings, struck, more)


def finish(
    session: Session,
    runbook: Runbook,
    options: argparse.Namespace,
    settings: Settings,
    struck: list[int],
    more: Sequence[dict[str, Any]] = (),
) -> int:
    """The exit code of a session that has ended, its result printed, its reports written."""
    if session.fault is not None:
        return fault_exit(session)
    try:
        _, _, state = load_state(session.folder)
    except (InvalidRecord, JournalError) as error:
        print(f"smoke-tui: NOT SAVED: {error}", file=sys.stderr)
        # A folder that was moved is whole elsewhere; one that is damaged has been cut by others.
        return Exit.INTERNAL if session.folder.exists() else Exit.NOT_PROVABLE
    if session.verdict is not None and state.verdict is not session.verdict:
        print(
            f"smoke-tui: NOT SAVED: {session.folder} was cut by another program: it does not "
            "hold the end of this session; only what it holds is proven",
            file=sys.stderr,
        )
        return Exit.INTERNAL
    verdict = session.verdict or Verdict.ERROR
    code = int(exit_of(verdict, options))
    if verdict is Verdict.ERROR:
        print(
            f"smoke-tui: our own tool broke; the trace is in {session.folder / 'journal.jsonl'}",
            file=sys.stderr,
        )
    if struck:
        code = 128 + struck[0]
    written = write_reports(session.folder, runbook, state, session.vault, options)
    if written is Exit.SECRET or code == Exit.OK:
        # A report that was asked for and is not there is nothing to be green about.
        code = int(written)
    result = check_object(runbook, state, exit_code=code, verdict=verdict)
    result["findings"] += more
    print_result(result, options, settings)
    return code


def write_reports(
    folder: Path, runbook: Runbook, state: State, vault: Vault, options: argparse.Namespace
) -> Exit:
    """Write --report and --junit; 7 where a secret would have left, 2 where one is not written."""
    code = Exit.OK
    for kind, option, target in (
        ("md", "--report", options.report),
        ("junit", "--junit", options.junit),
    ):
        if not target:
            continue
        try:
            content = export(kind, runbook, state, folder, vault)
            replace_private(Path(target), content)
        except SecretFound as error:
            print(f"smoke-tui: {error}", file=sys.stderr)
            return Exit.SECRET
        except OSError as error:
            print(
                f"smoke-tui: {option} {target}: {error.strerror}; the session is kept, "
                f"`smoke-tui report {folder.name}` writes it again",
                file=sys.stderr,
            )
            code = Exit.USAGE
    return code


def fault_exit(session: Session) -> int:
    """Say what ended a session that has no verdict; its exit code."""
    fault = session.fault
    assert fault is not None
    if isinstance(fault, NotStarted):
        print(f"smoke-tui: {fault}", file=sys.stderr)
        return Exit.INVALID
    if isinstance(fault, JournalError):
        print(f"smoke-tui: NOT SAVED: {fault}", file=sys.stderr)
        return Exit.INTERNAL if isinstance(fault, RecordGone) else Exit.NOT_PROVABLE
    print(f"smoke-tui: {crash_sentence(session.folder, fault, session.vault)}", file=sys.stderr)
    return Exit.INTERNAL
