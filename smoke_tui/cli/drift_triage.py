"""The triage of a compared pair on the command line: its class, and what is done for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from smoke_tui.cli.calibration_io import read_pairs, update_file
from smoke_tui.cli.drift_sides import Side, world_of
from smoke_tui.config.settings import Settings
from smoke_tui.errors import CommandError, UsageError
from smoke_tui.files import read_plain, replace_plain, replace_private
from smoke_tui.history.calibration import today
from smoke_tui.judging.baselines import BaselineError, render_like
from smoke_tui.judging.calibration import StoredPair
from smoke_tui.judging.drift import DriftPair, ratio_text
from smoke_tui.judging.ticket import FALLBACK, ticket_draft
from smoke_tui.judging.triage import (
    CAUSES,
    TRIAGE_CLASSES,
    Cause,
    TriageClass,
    proposed_for,
    raised_for,
    refusal_of,
    threshold_from,
    threshold_problem,
)
from smoke_tui.judging.working_tree import fitting_changes
from smoke_tui.outcomes import Exit
from smoke_tui.presentation.calibration import rescoring_rows
from smoke_tui.presentation.drift.plain import plain_text
from smoke_tui.presentation.spans import as_text
from smoke_tui.redaction import Vault, scan
from smoke_tui.structs import Struct
from smoke_tui.world.git import GitError, working_tree

_OWN_OPTIONS: Final = {
    "changed": "expected",
    "path": "expected",
    "insist": "expected",
    "new_threshold": "false-positive",
    "ticket": "regression",
}


class TriageOptions(Struct, frozen=True):
    """The options of a triage as they were given."""

    triage: str | None = None
    why: str | None = None
    changed: str | None = None
    path: str | None = None
    insist: bool = False
    new_threshold: str | None = None
    ticket: str | None = None


class Triage(Struct, frozen=True):
    """A class with its reason, as far as the arguments alone can be checked."""

    triage: TriageClass
    why: str
    options: TriageOptions
    cause: Cause | None = None
    new_threshold: float | None = None


class Done(Struct, frozen=True):
    """What a triage did, in lines; `ticket` is the draft where it was not written to a file."""

    triage: TriageClass
    lines: tuple[str, ...]
    ticket: str | None = None


def triage_from(options: TriageOptions) -> Triage | None:
    """The triage that was asked for; None where none was.

    Raises:
        UsageError: the options do not go together.
    """
    wanted = options.triage
    for name, needed in _OWN_OPTIONS.items():
        if getattr(options, name) and wanted != needed:
            raise UsageError(f"--{name.replace('_', '-')} goes with --class {needed}")
    if wanted is None:
        if options.why is not None:
            raise UsageError(f"--why goes with --class {'|'.join(TRIAGE_CLASSES)}")
        return None
    triage = next((name for name in TRIAGE_CLASSES if name == wanted), None)
    if triage is None:
        raise UsageError(f"--class {wanted!r} is none of {', '.join(TRIAGE_CLASSES)}")
    if options.why is None or not options.why.strip():
        raise UsageError(f"--class {triage} needs --why TEXT: the reason is kept with the pair")
    cause = next((name for name in CAUSES if name == options.changed), None)
    if triage == "expected" and cause is None:
        raise UsageError(
            f"--class expected needs --changed {'|'.join(CAUSES)}: what was changed on purpose"
        )
    new = None
    if options.new_threshold is not None:
        try:
            new = threshold_from(options.new_threshold)
        except ValueError as error:
            raise UsageError(f"--new-threshold: {error}") from None
    return Triage(triage, Vault().redact_text(options.why.strip()), options, cause, new)


def perform(
    settings: Settings, triage: Triage, pair: DriftPair, baseline: Side, candidate: Side
) -> Done:
    """Do what a class asks for; the pair is stored with it.

    Raises:
        UsageError: the class does not fit the comparison.
        CommandError: it is refused, or something can't be written (4), or is a secret (7).
    """
    refusal = refusal_of(triage.triage, pair.drift)
    if refusal is not None:
        raise UsageError(f"--class {triage.triage} does not fit: {refusal}")
    place = candidate.name
    stored = StoredPair(pair, place, today(), triage.triage, triage.why)
    match triage.triage:
        case "expected":
            return _expected(settings, triage, stored, baseline, candidate)
        case "regression":
            return _regression(settings, triage, stored, baseline, candidate)
        case "false-positive":
            return _false_positive(settings, triage, stored, world_of(baseline, candidate))


def _expected(
    settings: Settings, triage: Triage, stored: StoredPair, baseline: Side, candidate: Side
) -> Done:
    if baseline.file is None:
        raise UsageError(
            f"--class expected replaces BASELINE, and {baseline.name} is a recorded session; "
            "give the file of the recorded answer"
        )
    if baseline.file.is_symlink():
        raise CommandError(
            Exit.NOT_PROVABLE, f"not accepted: {baseline.name} is a link; name the file itself"
        )
    assert triage.cause is not None
    lines = tuple(_fitting(triage, triage.cause, baseline.file, candidate.runbook))
    try:
        content = render_like(baseline.content, baseline.name, candidate.answer)
    except BaselineError as error:
        raise CommandError(Exit.NOT_PROVABLE, f"not accepted: {error}") from None
    _refuse_secrets(content, baseline.name)
    world = world_of(baseline, candidate)
    # A kill between the two writes leaves the old answer, and the same command does the rest.
    update_file(settings, lambda calibration: calibration.with_pair(stored), world)
    try:
        if read_plain(baseline.file) != baseline.content.encode():
            raise OSError("it was changed since it was read")
        replace_plain(baseline.file, content.encode("utf-8", "replace"))
    except OSError as error:
        raise CommandError(
            Exit.NOT_PROVABLE, f"{baseline.name}: not replaced: {error.strerror or error}"
        ) from None
    replaced = (
        f"{baseline.name} holds the new answer now, redacted; "
        "commit it in the same change as its cause"
    )
    return Done("expected", (*lines, replaced))


def _fitting(triage: Triage, cause: Cause, file: Path, runbook: str) -> Iterator[str]:
    """What of the working tree fits the cause; refused where nothing does."""
    unknown, tree = "it is in no checkout of git, or git is not installed", None
    changed: tuple[str, ...] = ()
    try:
        tree = working_tree(file.resolve().parent)
        changed = tree.changed() if tree is not None else ()
    except GitError as error:
        unknown, tree = str(error), None

    def shown(path: str | Path) -> str:
        return tree.path(Path(path)) if tree is not None else str(path)

    named = shown(triage.options.path) if triage.options.path else ""
    fitting = fitting_changes(
        cause,
        changed,
        baseline=shown(file),
        runbook=shown(runbook) if runbook else "",
        named=named,
    )
    if fitting:
        yield f"{cause} changed in the working tree: {', '.join(fitting)}"
        return
    if tree is None:
        problem = f"the working tree is not known ({unknown})"
    elif named:
        problem = f"{named} is not changed in the working tree"
    else:
        others = ", ".join(path for path in changed[:20] if path != shown(file))
        problem = (
            f"no changed file of the working tree fits {cause!r} (changed: {others or 'nothing'}); "
            "--path FILE names the one that does"
        )
    if not triage.options.insist:
        raise CommandError(
            Exit.NOT_PROVABLE, f"not accepted: {problem}; --insist accepts it all the same"
        )
    yield f"accepted although {problem}"


def _regression(
    settings: Settings, triage: Triage, stored: StoredPair, baseline: Side, candidate: Side
) -> Done:
    pair = stored.pair
    difference = "" if pair.drift.text is None else plain_text(pair, every=True).rstrip("\n")
    world = world_of(baseline, candidate)
    draft = ticket_draft(stored, difference=difference, request_ids=candidate.request_ids)
    _refuse_secrets(draft, "the ticket's draft")
    update_file(settings, lambda calibration: calibration.with_pair(stored), world)
    lines = [f"the recorded answer stays; fallback to consider: {FALLBACK}"]
    text = pair.drift.text
    if text is not None and text.drifted is False:
        raised = raised_for(text)
        lines.append(
            f"this regression passed at {ratio_text(text.ratio)} (trigger 2): raise the threshold, "
            f"such as `smoke-tui calibration --default "
            f"{'R' if raised is None else ratio_text(raised)} --why TEXT`"
        )
    target = triage.options.ticket
    if target is None:
        return Done("regression", tuple(lines), draft)
    try:
        replace_private(Path(target), draft.encode())
    except OSError as error:
        raise CommandError(
            Exit.NOT_PROVABLE, f"{target}: not written: {error.strerror or error}"
        ) from None
    return Done("regression", (*lines, f"ticket's draft: {target}"))


def _false_positive(settings: Settings, triage: Triage, stored: StoredPair, world: str) -> Done:
    drift = stored.pair.drift
    assert drift.text is not None
    new = triage.new_threshold if triage.new_threshold is not None else proposed_for(drift.text)
    assert new is not None, "refusal_of has refused it"
    problem = threshold_problem(new, drift)
    if problem is not None:
        raise UsageError(f"--new-threshold: {problem}")
    pairs, problems = read_pairs(settings)
    file = update_file(
        settings, lambda calibration: calibration.with_false_positive(stored, new, pairs), world
    )
    row, rescoring = file.calibration.log[-1], file.calibration.rescoring
    assert rescoring is not None
    lines = [
        f"threshold of {row.test}: {ratio_text(row.old)} → {ratio_text(row.new)}, from now on",
        *(as_text(text) for text in rescoring_rows(rescoring, written=True)),
        f"written to {file.path} with the log row and the pair",
        f"in pytest: @pytest.mark.llm_drift_threshold({row.new:g})",
        *problems,
    ]
    return Done("false-positive", tuple(lines))


def _refuse_secrets(content: str, what: str) -> None:
    leaks = scan(content.encode("utf-8", "replace"), Vault())
    if leaks:
        raise CommandError(
            Exit.SECRET,
            f"{what}: not written: it would hold what looks like a secret "
            f"({leaks[0].kind} in line {leaks[0].line})",
        )
