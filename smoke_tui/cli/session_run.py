"""Run a session headless: narrate it, write its reports, return its exit code."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from smoke_tui.cli.answers_file import Headless
from smoke_tui.cli.check_options import ResultOptions
from smoke_tui.cli.narration import Narrator
from smoke_tui.cli.output import print_result
from smoke_tui.cli.signals import run_session
from smoke_tui.errors import CommandError
from smoke_tui.files import StorageError, replace_private
from smoke_tui.history.leftovers import left_behind
from smoke_tui.journal.fold import fold
from smoke_tui.journal.folders import RecordGoneError
from smoke_tui.journal.load import InvalidRecordError, load_state
from smoke_tui.journal.state import State
from smoke_tui.outcomes import Exit, Verdict
from smoke_tui.presentation.report.check_result import check_object, finding
from smoke_tui.presentation.report.export import SecretFoundError, export
from smoke_tui.redaction import Vault, clean
from smoke_tui.runbook import Runbook
from smoke_tui.session.crash import crash_sentence
from smoke_tui.session.open import open_session
from smoke_tui.session.request import SessionRequest
from smoke_tui.session.session import NotStartedError, Session


def run_headless(request: SessionRequest, options: ResultOptions) -> int:
    """Run a session to its end, narrate each finished step, print the result."""
    for left in left_behind(request.state_dir):
        print(
            clean(f"smoke-tui: {left.sentence()}; `smoke-tui doctor --stop-leftovers` stops it"),
            file=sys.stderr,
        )
    resumable, answerer = request.resumable, request.answerer
    state = fold(resumable.journal.events) if resumable is not None else State()
    narrator = Narrator(state, verbose=options.verbose)
    try:
        session = open_session(request)
    except StorageError as error:
        raise CommandError(Exit.NOT_PROVABLE, str(error)) from None
    signals = run_session(session, narrator)
    more = [
        finding(
            code, "warning", step, words, "Answer each question by its kind (guide/scripts.md)."
        )
        for code, step, words in (answerer.findings() if isinstance(answerer, Headless) else ())
    ]
    return finish(session, options, signals, more)


def finish(
    session: Session,
    options: ResultOptions,
    signals: Sequence[int] = (),
    more: Sequence[dict[str, Any]] = (),
) -> int:
    """The exit code of a session that has ended, its result printed, its reports written."""
    if session.fault is not None:
        return fault_exit(session)
    try:
        _, _, state = load_state(session.folder)
    except (InvalidRecordError, StorageError) as error:
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
    code = int(options.exit_of(verdict))
    if verdict is Verdict.ERROR:
        print(
            f"smoke-tui: our own tool broke; the trace is in {session.folder / 'journal.jsonl'}",
            file=sys.stderr,
        )
    if signals:
        code = 128 + signals[0]
    written = write_reports(session.folder, session.runbook, state, session.vault, options)
    if written is Exit.SECRET or code == Exit.OK:
        # A report that was asked for and is not there is nothing to be green about.
        code = int(written)
    result = check_object(session.runbook, state, exit_code=code, verdict=verdict)
    result["findings"] += more
    print_result(result, options)
    return code


def write_reports(
    folder: Path, runbook: Runbook, state: State, vault: Vault, options: ResultOptions
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
        except SecretFoundError as error:
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
    if isinstance(fault, NotStartedError):
        print(f"smoke-tui: {fault}", file=sys.stderr)
        return Exit.INVALID
    if isinstance(fault, StorageError):
        print(f"smoke-tui: NOT SAVED: {fault}", file=sys.stderr)
        return Exit.INTERNAL if isinstance(fault, RecordGoneError) else Exit.NOT_PROVABLE
    print(f"smoke-tui: {crash_sentence(session.folder, fault, session.vault)}", file=sys.stderr)
    return Exit.INTERNAL
