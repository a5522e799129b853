"""`cassettes diff` and `cassettes accept`: open the difference of a recording, and decide on it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from smoke_tui.cli.cassette_options import CassetteOptions
from smoke_tui.cli.output import print_json
from smoke_tui.config.settings import Settings
from smoke_tui.errors import CommandError, UsageError
from smoke_tui.judging.drift import DriftPair
from smoke_tui.judging.recording_changes import RecordingChange
from smoke_tui.judging.triage import CLASS_TEXTS, threshold_from
from smoke_tui.outcomes import Exit
from smoke_tui.presentation.drift.sentences import result
from smoke_tui.presentation.format import count
from smoke_tui.presentation.recording_change import change_lines, ratio_summary
from smoke_tui.redaction import Vault, clean
from smoke_tui.session.cassette_decision import Triage, decide_on
from smoke_tui.session.cassette_review import CassetteReviews, ReviewedCase, place_of


def diff(settings: Settings, paths: Sequence[Path], options: CassetteOptions) -> int:
    """Show the difference of every recording that waits for a review; that opens it.

    With --json nothing counts as opened: no person reads it.

    Raises:
        CommandError: something can't be read, or a change record can't be written.
    """
    reviews = CassetteReviews(place_of(settings), paths)
    cases = reviews.cases()
    waiting = [c for c in cases if c.review.state in ("pending review", "regression")]
    changes = [(case, reviews.change_of(case)) for case in waiting]
    warnings = reviews.warnings(cases)
    if options.json:
        print_json(
            {
                "schema": "smoke-cassettes-diff/1",
                "recordings": [_change_object(case, change) for case, change in changes],
                "warnings": list(warnings),
            }
        )
        return _exit(reviews, cases)
    vault = Vault()
    for case, change in changes:
        for line in change_lines(change, case.name):
            print(clean(vault.redact_text(line)))
        print(f"held against: {case.review.accepted_place or 'nothing: a first recording'}\n")
    # What was not printed was not opened.
    sys.stdout.flush()
    for case, _ in changes:
        reviews.mark_opened(case)
    _print_warnings(warnings)
    print(_summary(cases, waiting))
    return _exit(reviews, cases)


def accept(settings: Settings, paths: Sequence[Path], options: CassetteOptions) -> int:
    """Decide on recordings whose difference was opened.

    Raises:
        UsageError: the class or what it needs is missing.
        CommandError: a recording may not be decided on, or something can't be written.
    """
    if options.triage is None:
        raise UsageError(f"accept needs --class: {'; '.join(CLASS_TEXTS.values())}")
    reviews = CassetteReviews(place_of(settings), paths)
    cases = reviews.cases()
    if reviews.problems:
        raise CommandError(Exit.INVALID, "; ".join(reviews.problems))
    files = [path for path in paths if not path.is_dir()]
    states = ("pending review", "regression") if len(files) == len(paths) else ("pending review",)
    waiting = [case for case in cases if case.review.state in states]
    refused = [case.name for case in cases if case.review.state == "regression"]
    refused = [name for name in refused if name not in {case.name for case in waiting}]
    if not waiting:
        print(_summary(cases, waiting))
        return _refused_exit(refused) or _exit(reviews, cases)
    _print_warnings(reviews.warnings(cases))
    try:
        threshold = threshold_from(options.threshold) if options.threshold else None
    except ValueError as error:
        raise UsageError(f"--threshold: {error}") from None
    triage = Triage(
        options.triage,
        options.reason or "",
        options.cause,
        options.named or "",
        threshold,
        options.count,
    )
    for decided in decide_on(reviews, waiting, triage):
        print(clean(f"{decided.case}: {'; '.join(decided.sentences)}"))
    return _refused_exit(refused)


def _refused_exit(refused: Sequence[str]) -> Exit:
    """1 where a recording that is not decided on now was refused as a regression."""
    if not refused:
        return Exit.OK
    print(
        clean(f"refused as a regression, and not accepted: {', '.join(refused)}"), file=sys.stderr
    )
    return Exit.FAILED


def _exit(reviews: CassetteReviews, cases: Sequence[ReviewedCase]) -> Exit:
    for problem in reviews.problems:
        print(clean(problem), file=sys.stderr)
    if reviews.problems:
        return Exit.INVALID
    return Exit.OK if cases else Exit.NOTHING


def _print_warnings(warnings: Sequence[str]) -> None:
    for warning in warnings:
        print(clean(f"warning: {warning}"), file=sys.stderr)


def _summary(cases: Sequence[ReviewedCase], waiting: Sequence[ReviewedCase]) -> str:
    if not cases:
        return "0 cases: nothing is recorded here"
    states = [case.review.state for case in cases]
    refused = states.count("regression")
    parts = [f"{states.count('pending review')} waiting for a decision"]
    parts += [f"{states.count('accepted')} accepted"]
    parts += [f"{refused} refused as a regression"] if refused else []
    return f"{count(len(cases), 'case')}: {', '.join(parts)}"


def _change_object(case: ReviewedCase, change: RecordingChange) -> dict[str, Any]:
    vault = Vault()
    return {
        "case": case.name,
        "path": str(case.review.files.newest),
        "state": case.review.state,
        "opened": case.review.opened,
        "against": case.review.accepted_place or None,
        "old_sha256": case.review.old_sha256,
        "new_sha256": case.review.new_sha256,
        "ratio": ratio_summary(change),
        "exchanges": [
            {
                "number": exchange.number,
                "title": exchange.title,
                "kind": exchange.kind,
                "fields": [
                    {
                        "path": vault.redact_text(field.path),
                        "old": vault.redact_text(field.old),
                        "new": vault.redact_text(field.new),
                    }
                    for field in exchange.fields
                ],
                "answer": _answer_object(exchange.answers, vault) if exchange.answers else None,
            }
            for exchange in change.exchanges
        ],
    }


def _answer_object(pair: DriftPair, vault: Vault) -> dict[str, Any]:
    drift = pair.drift
    return {
        "drifted": drift.drifted,
        "measured": result(drift),
        "recorded": vault.redact_text(pair.recorded.text or ""),
        "new": vault.redact_text(pair.new.text or ""),
        "tool_calls": [
            vault.redact_text(difference)
            for difference in (drift.calls.differences if drift.calls is not None else ())
        ],
    }
