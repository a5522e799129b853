"""`--check SESSION`: journal, evidence, replay, rebuilt report, leak scan."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from smoke_tui.cli.check_options import ResultOptions
from smoke_tui.cli.output import print_result
from smoke_tui.cli.session_run import write_reports
from smoke_tui.errors import CommandError
from smoke_tui.files import StorageError
from smoke_tui.journal.decision_rules import RULES
from smoke_tui.journal.evidence import look_at_evidence
from smoke_tui.journal.file import Journal
from smoke_tui.journal.load import InvalidRecordError, load_state
from smoke_tui.journal.state import State
from smoke_tui.outcomes import Exit, worst_exit
from smoke_tui.presentation.format import count
from smoke_tui.presentation.report.check_result import check_object, finding
from smoke_tui.presentation.report.export import RecordUnscannedError, SecretFoundError, export
from smoke_tui.presentation.report.verdict_text import effective_verdict
from smoke_tui.redaction import Vault, clean
from smoke_tui.replay.run import NOT_BORNE_OUT, Rechecked, recheck_loaded
from smoke_tui.runbook import Runbook

MOST_SPARE = 20


def verify(folder: Path, options: ResultOptions) -> int:
    """Look at a recorded session from all sides, and print the result.

    Raises:
        CommandError: its journal is damaged or can't be read (3).
    """
    try:
        journal, runbook, state = load_state(folder)
    except (InvalidRecordError, StorageError) as error:
        raise CommandError(Exit.INVALID, str(error)) from None
    verdict = effective_verdict(runbook, state)
    exits: list[Exit] = []
    rows = _torn(journal)
    rows += _evidence(folder, journal, exits)
    if Exit.INVALID not in exits:
        done = _rechecked(journal, runbook, state)
        state.ruling = done.ruling
        verdict = effective_verdict(runbook, state)
        rows += _replayed(folder, done, exits)
    exits.append(options.exit_of(verdict))
    rows += _exported(folder, runbook, state, exits)
    code = worst_exit(exits)
    written = write_reports(folder, runbook, state, Vault(), options)
    if code is Exit.OK:
        code = written
    result = check_object(runbook, state, exit_code=code, verdict=verdict)
    result["findings"] = rows + result["findings"]
    print_result(result, options)
    return code


def _torn(journal: Journal) -> list[dict[str, Any]]:
    if not journal.torn_bytes:
        return []
    return [
        finding(
            "torn-tail",
            "warning",
            None,
            f"The last line was cut short ({journal.torn_bytes} bytes) and does not count.",
            "",
        )
    ]


def _evidence(folder: Path, journal: Journal, exits: list[Exit]) -> list[dict[str, Any]]:
    evidence = look_at_evidence(folder, journal.events)
    rows = [
        finding(
            "evidence-damaged",
            "error",
            None,
            clean(problem),
            "The session can be read, not relied on; look for another copy of it.",
        )
        for problem in evidence.problems
    ]
    if rows:
        exits.append(Exit.INVALID)
    if evidence.spare:
        names = ", ".join(evidence.spare[:MOST_SPARE])
        rows.append(
            finding(
                "evidence-unreferenced",
                "warning",
                None,
                clean(
                    f"{count(len(evidence.spare), 'file')} of evidence that no event speaks of: {names}."
                ),
                "A crash may have left them; they prove nothing.",
            )
        )
    return rows


def _rechecked(journal: Journal, runbook: Runbook, state: State) -> Rechecked:
    """Decide the session again.

    Raises:
        CommandError: it can't be decided again (3).
    """
    try:
        return recheck_loaded(journal, runbook, state)
    except (InvalidRecordError, StorageError) as error:
        raise CommandError(Exit.INVALID, str(error)) from None


def _replayed(folder: Path, done: Rechecked, exits: list[Exit]) -> list[dict[str, Any]]:
    """What became of the record when it was decided again."""
    if done.divergence is not None:
        exits.append(Exit.DIVERGENCE)
        return [
            finding(
                "divergence",
                "error",
                None,
                clean(str(done.divergence)),
                f"Compare with `smoke-tui replay {folder.name}`.",
            )
        ]
    if done.missing is not None:
        exits.append(Exit.NOT_PROVABLE)
        return [
            finding(
                NOT_BORNE_OUT,
                "error",
                None,
                clean(done.missing),
                "Run it again for a verdict by the rules of today.",
            )
        ]
    if done.rules != RULES:
        return [
            finding(
                "older-rules",
                "info",
                None,
                f"It was recorded by rules {done.rules} with the verdict "
                f"{done.state.verdict or 'none'}, and decided again by rules {RULES}.",
                "",
            )
        ]
    return []


def _exported(
    folder: Path, runbook: Runbook, state: State, exits: list[Exit]
) -> list[dict[str, Any]]:
    try:
        export("md", runbook, state, folder, Vault())
    except SecretFoundError as error:
        if isinstance(error, RecordUnscannedError) and {Exit.INVALID, Exit.DIVERGENCE} & set(exits):
            # That it is not what was written has been said already, and more exactly.
            return []
        exits.append(Exit.SECRET)
        return [finding("secret", "error", None, str(error), "Do not pass this session on.")]
    return []
