"""Decide on new recordings: check the class, calibrate, draft a ticket, take over or keep."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from smoke_tui.errors import CommandError, UsageError
from smoke_tui.files import StorageError, private_folder, replace_private
from smoke_tui.history.calibration import update_calibration
from smoke_tui.judging.acceptance import count_refusal
from smoke_tui.judging.calibration import Calibration, StoredPair
from smoke_tui.judging.calibration_file import CalibrationError
from smoke_tui.judging.drift import DriftPair, ratio_text
from smoke_tui.judging.recording_changes import RecordingChange
from smoke_tui.judging.ticket import ticket_draft
from smoke_tui.judging.triage import (
    CAUSES,
    Cause,
    TriageClass,
    proposed_for,
    refusal_of,
    threshold_problem,
)
from smoke_tui.judging.working_tree import fitting_changes
from smoke_tui.outcomes import Exit
from smoke_tui.presentation.recording_change import change_lines
from smoke_tui.redaction import Vault
from smoke_tui.session.cassette_review import CassetteReviews, ReviewedCase, ReviewPlace, now_text
from smoke_tui.session.environment import user_name
from smoke_tui.structs import Struct
from smoke_tui.world.cassettes.change_record import ChangeRecordError
from smoke_tui.world.cassettes.lint import LintInput, lint_text
from smoke_tui.world.cassettes.review import Decision, ReviewError, decide
from smoke_tui.world.cassettes.secret_search import SECRET
from smoke_tui.world.git import GitError

NO_REPOSITORY: Final = (
    "there is no git repository here, so it was not checked whether the {cause} is changed"
)


class Triage(Struct, frozen=True):
    """What a person decided on new recordings.

    Attributes:
        triage: The class.
        why: The reason; a regression and a false positive need one.
        cause: What was changed on purpose; an expected difference needs it.
        named: The file that is the cause, where its name does not show it.
        threshold: The new threshold of a false positive; None takes the proposed one.
        count: The number of recordings, as the person typed it.
    """

    triage: TriageClass
    why: str = ""
    cause: Cause | None = None
    named: str = ""
    threshold: float | None = None
    count: int | None = None


class Decided(Struct, frozen=True):
    """What was done with a case, as sentences for a person."""

    case: str
    sentences: tuple[str, ...]


class _Checked(Struct, frozen=True):
    case: ReviewedCase
    change: RecordingChange
    sentences: tuple[str, ...]
    threshold: float | None = None


def decide_on(
    reviews: CassetteReviews, cases: Sequence[ReviewedCase], triage: Triage
) -> tuple[Decided, ...]:
    """Decide on recordings: all are checked before the first is touched.

    Raises:
        UsageError: what the class needs is missing, or the number was not typed.
        CommandError: a difference was not opened, a recording holds a secret, no changed file fits,
            or something could not be written.
    """
    _check_triage(triage)
    refusal = count_refusal(len(cases), triage.count)
    if refusal is not None:
        raise UsageError(refusal)
    checked = [_check(reviews, case, triage) for case in cases]
    why = Vault().redact_text(triage.why.strip())
    return tuple(_decide(reviews, item, triage, why) for item in checked)


def _check_triage(triage: Triage) -> None:
    if triage.triage == "expected":
        if triage.cause is None:
            raise UsageError(
                f"--class expected needs --cause: which changed on purpose? {', '.join(CAUSES)}"
            )
    elif not triage.why.strip():
        raise UsageError(f"--class {triage.triage} needs --reason: it stands in the record")
    if triage.threshold is not None and triage.triage != "false-positive":
        raise UsageError("--threshold belongs to --class false-positive")


def _check(reviews: CassetteReviews, case: ReviewedCase, triage: Triage) -> _Checked:
    review = case.review
    if not review.opened:
        raise CommandError(
            Exit.NOT_PROVABLE,
            f"{case.name}: its difference was not opened yet, or it was changed since; "
            f"`smoke-tui cassettes diff {review.files.newest}` shows it",
        )
    change = reviews.change_of(case)
    if triage.triage == "regression":
        if review.accepted is None:
            raise UsageError(
                f"{case.name}: a first recording has no former answer, so it is no regression"
            )
        return _Checked(case, change, ())
    _check_secrets(case)
    if triage.triage == "false-positive":
        return _Checked(case, change, (), _new_threshold(reviews, case, change, triage))
    return _Checked(case, change, (_cause_sentence(reviews, case, triage),))


def _check_secrets(case: ReviewedCase) -> None:
    described = case.listed.case
    sensitive = frozenset(described.sensitive) if described is not None else frozenset()
    path = str(case.review.files.newest)
    text = (case.review.new or b"").decode("utf-8", "replace")
    secrets = [
        line
        for line in lint_text(LintInput(path, text, sensitive, named=True))
        if line.code == SECRET
    ]
    if secrets:
        raise CommandError(
            Exit.SECRET,
            f"{secrets[0].text()}; {len(secrets)} in all: not accepted. Record it again, with the "
            f"field's name in `sensitive` of {case.review.files.case_file.name}",
        )


def _cause_sentence(reviews: CassetteReviews, case: ReviewedCase, triage: Triage) -> str:
    """Which changed file is the cause of an expected difference.

    Raises:
        CommandError: none can be.
    """
    cause = triage.cause
    assert cause is not None
    tree = reviews.tree
    if tree is None:
        return NO_REPOSITORY.format(cause=cause)
    try:
        changed = tree.changed()
        files = case.review.files
        own = {tree.path(p) for p in (files.accepted, files.pending, files.changes)}
        named = tree.path(Path(triage.named)) if triage.named else ""
    except GitError as error:
        raise CommandError(Exit.NOT_PROVABLE, str(error)) from None
    except ValueError:
        raise UsageError(f"--named {triage.named}: it is not in {tree.root}") from None
    others = [path for path in changed if path not in own]
    fits: set[str] = set()
    if not named and cause == "prompt":
        fits = set(others) & {tree.path(p) for p in _prompt_files(case)}
    fits = fits or set(fitting_changes(cause, others, named=named))
    if fits:
        return f"with it is changed ({cause}): {', '.join(sorted(fits))}"
    shown = ", ".join(others[:10]) or "nothing"
    raise CommandError(
        Exit.NOT_PROVABLE,
        f"{case.name}: no changed file in the working tree can be the {cause} (changed: {shown}). "
        "Change it in the same commit, name the file with --named FILE, or choose another cause "
        "or class",
    )


def _prompt_files(case: ReviewedCase) -> tuple[Path, ...]:
    described, case_file = case.listed.case, case.listed.path.case_file
    if described is None or not described.prompt_file:
        return (case_file,)
    file = case_file.parent / described.prompt_file
    return (case_file, file.parent.resolve() / file.name)


def _new_threshold(
    reviews: CassetteReviews, case: ReviewedCase, change: RecordingChange, triage: Triage
) -> float | None:
    """The new threshold of a false positive; None where the log has it of exactly this pair.

    Raises:
        CommandError: the class does not fit, or the threshold would not make the answers pass.
    """
    drifted = [pair for pair in change.pairs if pair.drift.drifted is not False]
    if not drifted:
        if _is_logged(reviews.calibration(), change):
            return None
        raise CommandError(
            Exit.NOT_PROVABLE,
            f"{case.name}: no answer drifted, so no threshold is too strict: not a false positive",
        )
    for pair in drifted:
        refusal = refusal_of("false-positive", pair.drift)
        if refusal is not None:
            raise CommandError(Exit.NOT_PROVABLE, f"{case.name}: {refusal}")
    lowest = change.lowest
    assert lowest is not None
    assert lowest.drift.text is not None
    new = triage.threshold if triage.threshold is not None else proposed_for(lowest.drift.text)
    assert new is not None
    problem = threshold_problem(new, lowest.drift)
    if problem is not None:
        raise UsageError(f"{case.name}: {problem}")
    return new


def _is_logged(calibration: Calibration, change: RecordingChange) -> bool:
    """Whether an earlier try has logged this false positive and was broken off behind that."""
    logged = {pair.fingerprint for pair in calibration.pairs if pair.triage == "false-positive"}
    return any(StoredPair(pair, "", "").fingerprint in logged for pair in change.pairs)


def _decide(reviews: CassetteReviews, item: _Checked, triage: Triage, why: str) -> Decided:
    case, time = item.case, now_text()
    sentences = list(item.sentences)
    try:
        if item.change.pairs:
            _store_pairs(reviews.place, item, triage.triage, why, time)
        if item.threshold is not None:
            sentences.append(
                f"the threshold of {case.measure.case} is {ratio_text(item.threshold)} from now on"
            )
        if triage.triage == "regression":
            ticket = _write_ticket(reviews.place, item, why, time)
            sentences += [
                f"the accepted recording is kept; the new one stays in "
                f"{case.review.files.pending.name}",
                f"a draft of the ticket is in {ticket}",
            ]
        full_why = "; ".join(part for part in (why, *item.sentences) if part)
        decision = Decision(triage.triage, full_why, user_name(), time)
        decide(case.review, decision, reviews.tree)
    except CalibrationError as error:
        raise CommandError(Exit.INVALID, f"{case.name}: nothing was decided: {error}") from None
    except (ReviewError, ChangeRecordError) as error:
        raise CommandError(Exit.NOT_PROVABLE, str(error)) from None
    except OSError as error:
        raise CommandError(
            Exit.NOT_PROVABLE,
            f"{case.name}: {error.filename or ''} {error.strerror or error}: it still waits for "
            "its review",
        ) from None
    head = "refused as a regression" if triage.triage == "regression" else "accepted"
    return Decided(case.name, (f"{head} ({triage.triage})", *sentences))


def _store_pairs(
    place: ReviewPlace, item: _Checked, triage: TriageClass, why: str, time: str
) -> None:
    """Keep the compared answers with their class; of a false positive with the new threshold.

    Raises:
        CalibrationError: the file can't be read or written.
    """
    lowest, reason = item.change.lowest, why or f"{triage} at the review of a recording"

    def stored(pair: DriftPair) -> StoredPair:
        return StoredPair(pair, str(item.case.review.files.newest), time[:10], triage, reason)

    def change(calibration: Calibration) -> Calibration:
        for pair in item.change.pairs:
            if pair is not lowest or item.threshold is None:
                calibration = calibration.with_pair(stored(pair))
        if item.threshold is not None and lowest is not None:
            calibration = calibration.with_false_positive(stored(lowest), item.threshold)
        return calibration

    update_calibration(place.calibration, change)


def _write_ticket(place: ReviewPlace, item: _Checked, why: str, time: str) -> Path:
    pair = item.change.lowest or next(iter(item.change.pairs), None)
    difference = "\n".join(change_lines(item.change, item.case.name))
    source = str(item.case.review.files.newest)
    if pair is None:
        text = f"# Provider regression: {item.case.name}\n\n{why}\n\n    " + difference.replace(
            "\n", "\n    "
        )
    else:
        stored = StoredPair(pair, source, time[:10], "regression", why)
        text = ticket_draft(stored, difference=difference)
    name = re.sub(r"[^A-Za-z0-9_.-]+", "-", item.case.name).strip("-.")
    path = place.state_dir / "tickets" / f"{name}-{item.case.review.new_sha256[:8]}.md"
    try:
        private_folder(path.parent)
        replace_private(path, Vault().redact_text(text).encode("utf-8", "backslashreplace"))
    except StorageError as error:
        raise CommandError(Exit.NOT_PROVABLE, f"{item.case.name}: {error}") from None
    return path
