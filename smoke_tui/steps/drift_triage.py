"""The operator's class for a drift, and what follows: baseline, ticket draft, threshold.

Nothing here turns the try into a pass: the next one is judged by what is written here.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePosixPath
from typing import Final

from smoke_tui.config.questions import Answer, Verb
from smoke_tui.journal.events.decisions import TriageEvidence
from smoke_tui.journal.events.values import TriagedDrift
from smoke_tui.judging.baselines import BaselineError, render_like
from smoke_tui.judging.calibration import Calibration, StoredPair
from smoke_tui.judging.calibration_file import render_calibration
from smoke_tui.judging.drift import DriftPair, ratio_text
from smoke_tui.judging.ticket import ticket_draft
from smoke_tui.judging.triage import (
    Cause,
    TriageClass,
    proposed_for,
    refusal_of,
    threshold_from,
    threshold_problem,
)
from smoke_tui.judging.word_diff import word_diff
from smoke_tui.judging.working_tree import changed_paths, fitting_changes
from smoke_tui.steps.drift_baseline import Baseline, read_calibration
from smoke_tui.structs import Struct
from smoke_tui.world.context import StepContext
from smoke_tui.world.requests.operator import Question
from smoke_tui.world.requests.texts import KeepText, ReadChanges, ReplaceCalibration, ReplaceText
from smoke_tui.world.resources import StepError

UNTRIAGED: Final = "drift-untriaged"
NOT_WRITTEN: Final = "triage-not-written"
TICKET_NAME: Final = "ticket.md"
MOST_PATHS: Final = 20
MOST_ROUNDS: Final = 20
"""How often one thing is asked again: a script may answer the same for ever."""

MOST_DIFFERENCE: Final = 20_000

_CAUSES: Final[dict[str, Cause]] = {
    Verb.PROMPT: "prompt",
    Verb.TEMPLATE: "template",
    Verb.FIXTURE: "fixture",
    Verb.MODEL: "model",
}
_WORDS: Final[dict[str, str]] = {"false-positive": "false positive"}


class Triage(Struct, frozen=True):
    """A drift that is being triaged."""

    ctx: StepContext
    baseline: Baseline
    pair: DriftPair
    request_ids: tuple[str, ...] = ()

    @property
    def place(self) -> str:
        """Where the new answer is recorded."""
        return f"{self.ctx.attempt.session}:{self.ctx.step.id}"

    def stored(self, triage_class: TriageClass, reason: str) -> StoredPair:
        """The pair as the calibration file keeps it."""
        return StoredPair(self.pair, self.place, self.ctx.now[:10], triage_class, reason)

    def about(self, **more: object) -> dict[str, object]:
        """What a front end shows beside a question."""
        drift = self.pair.drift
        return {"case": drift.case, "baseline": drift.baseline, **more}


def triage_words(triaged: TriagedDrift | None) -> str:
    """What a report says of a drift's class."""
    if triaged is None:
        return "not triaged"
    words = [f"triaged: {_WORDS.get(triaged.triage_class, triaged.triage_class)}"]
    if triaged.changed:
        words[0] += f" ({triaged.changed} changed)"
    if triaged.problem:
        words.append(f"not written: {triaged.problem}")
    elif triaged.threshold is not None:
        words.append(f"threshold {ratio_text(triaged.threshold)} from the next try on")
    elif triaged.replaced:
        words.append(f"{triaged.replaced} replaced for the next try")
    elif triaged.ticket is not None:
        words.append("a draft of a ticket is in the record")
    return "; ".join(words)


async def triage(case: Triage) -> TriagedDrift | None:
    """Ask for the class of a drift until one is given and done; None where it is left open."""
    ctx, pair = case.ctx, case.pair
    problem = ""
    try:
        for _ in range(MOST_ROUNDS):
            answer = await ctx.ask(Question("drift", _question(pair), case.about(problem=problem)))
            if answer.do == Verb.LATER:
                problem = "It was left without a class."
                break
            triaged = await _triaged(case, answer)
            if isinstance(triaged, TriagedDrift):
                return _recorded(ctx, triaged)
            problem = triaged
    except StepError as error:
        if error.code != "needs-operator":
            raise
        problem = f"Nobody gave it a class: {error.summary}"
    ctx.finding(
        UNTRIAGED,
        f"The drift of {pair.drift.case} is not triaged. {problem}",
        "Try the step again and give it a class.",
    )
    return None


def _question(pair: DriftPair) -> str:
    drift = pair.drift
    parts = []
    if drift.text is not None and drift.text.drifted is not False:
        measure = (
            f"is {ratio_text(drift.text.ratio)} like"
            if drift.text.drifted
            else "can't be compared for certain with"
        )
        parts.append(f"the text {measure} {drift.baseline} (threshold {drift.threshold})")
    if drift.calls is not None and drift.calls.drifted:
        count = len(drift.calls.differences)
        parts.append(f"the tool calls have {count} difference{'' if count == 1 else 's'}")
    return f"Drift of {drift.case}: {'; '.join(parts)}. Why?"


async def _triaged(case: Triage, answer: Answer) -> TriagedDrift | str:
    """What was done for a class; a text is why it is asked again."""
    reason = (answer.words or "").strip()
    match answer.do:
        case Verb.EXPECTED:
            return await _expected(case, reason)
        case Verb.REGRESSION:
            return await _regression(case, reason)
        case Verb.FALSE_POSITIVE:
            return await _false_positive(case, reason)
    return f"{answer.do!r} is no class of a drift."


def _recorded(ctx: StepContext, triaged: TriagedDrift) -> TriagedDrift:
    ctx.decide(TriageEvidence(triaged))
    if triaged.problem:
        ctx.finding(
            NOT_WRITTEN,
            f"The triage of {triaged.case} was not written: {triaged.problem}.",
            "Mend that, and triage it again.",
        )
    return triaged


# --- the three classes ------------------------------------------------------------------------


async def _expected(case: Triage, reason: str) -> TriagedDrift | str:
    """The recorded answer is replaced, where the change that explains it is named and agreed."""
    ctx, baseline = case.ctx, case.baseline
    asked = await ctx.ask(Question("drift-cause", "What was changed on purpose?", case.about()))
    cause = _CAUSES.get(asked.do)
    if cause is None:
        return "No change was named."
    read = await ctx.perform(ReadChanges())
    paths = changed_paths(read.content) if read.content is not None else ()
    # The runbook itself holds the prompt and names the model.
    runbook = next((p for p in paths if PurePosixPath(p).name == ctx.attempt.runbook_file), "")
    # git names paths from the repository's root, which may lie above the project's folder.
    own = next((p for p in paths if f"/{p}".endswith(f"/{baseline.path}")), baseline.path)
    fitting = fitting_changes(cause, paths, baseline=own, runbook=runbook)
    if ctx.config.in_own_folder:
        return (
            "The recorded answer was not replaced: a rehearsal leaves the project's own as it is."
        )
    agreed = await ctx.ask(
        Question(
            "drift-accept",
            f"{_tree_text(cause, paths, fitting, read.problem)} Replace {baseline.path} by the new "
            "answer?",
            case.about(cause=cause, paths=list(paths[:MOST_PATHS]), fitting=list(fitting)),
        )
    )
    if agreed.do != Verb.YES:
        return "The recorded answer was not replaced."
    try:
        text = render_like(baseline.content, baseline.path, case.pair.new)
    except BaselineError as error:
        return f"{error}."
    problem = await ctx.perform(ReplaceText(baseline.path, baseline.blob.sha256, text))
    if problem is None:
        problem = await _store(case, lambda c: c.with_pair(case.stored("expected", reason)))
    return TriagedDrift(
        case=case.pair.drift.case,
        triage_class="expected",
        reason=reason,
        changed=cause,
        paths=fitting,
        replaced=baseline.path,
        problem=problem,
    )


def _tree_text(
    cause: Cause, paths: tuple[str, ...], fitting: tuple[str, ...], problem: str | None
) -> str:
    """Whether a change that fits is in the working tree, as sentences."""
    if problem is not None:
        return f"Whether that change is in the working tree is not known: {problem}."
    if fitting:
        return f"In the working tree are changed: {_listed(fitting)}."
    if paths:
        return f"No changed file of the working tree looks like a {cause}; changed are {_listed(paths)}."
    return "Nothing is changed in the working tree, so this change is not in it."


def _listed(paths: tuple[str, ...]) -> str:
    more = len(paths) - MOST_PATHS
    return ", ".join(paths[:MOST_PATHS]) + (f" and {more} more" if more > 0 else "")


async def _regression(case: Triage, reason: str) -> TriagedDrift:
    """The recorded answer stays; a draft of a ticket is kept as evidence."""
    stored = case.stored("regression", reason)
    draft = ticket_draft(
        stored,
        difference=_difference(case.pair)[:MOST_DIFFERENCE],
        request_ids=case.request_ids,
    )
    kept = await case.ctx.perform(KeepText(TICKET_NAME, draft))
    problem = await _store(case, lambda c: c.with_pair(stored))
    return TriagedDrift(
        case=case.pair.drift.case,
        triage_class="regression",
        reason=reason,
        ticket=kept.blob,
        problem=problem,
    )


def _difference(pair: DriftPair) -> str:
    """Both texts in one, what differs as `[-recorded-]{+new+}`."""
    if pair.drift.text is None:
        return ""
    return "".join(
        piece.new
        if piece.equal
        else (f"[-{piece.recorded}-]" if piece.recorded else "")
        + (f"{{+{piece.new}+}}" if piece.new else "")
        for piece in word_diff(pair.recorded.text or "", pair.new.text or "")
    )


async def _false_positive(case: Triage, reason: str) -> TriagedDrift | str:
    """The case gets another threshold, with its row in the log, in one write."""
    ctx, drift = case.ctx, case.pair.drift
    if ctx.config.calibration is None:
        return "A new threshold needs a calibration file: name one with --calibration."
    refusal = refusal_of("false-positive", drift)
    if refusal is not None:
        return f"That class does not fit: {refusal}."
    if not reason:
        return "A false positive needs a reason: the log says why a threshold was changed."
    threshold = await _new_threshold(case)
    if threshold is None:
        return "No threshold was given."
    stored = case.stored("false-positive", reason)
    problem = await _store(case, lambda c: c.with_false_positive(stored, threshold))
    return TriagedDrift(
        case=drift.case,
        triage_class="false-positive",
        reason=reason,
        threshold=threshold,
        problem=problem,
    )


async def _new_threshold(case: Triage) -> float | None:
    """The threshold that the operator agrees to; None where they want none."""
    drift = case.pair.drift
    assert drift.text is not None
    proposed = proposed_for(drift.text)
    assert proposed is not None
    problem = ""
    for _ in range(MOST_ROUNDS):
        answer = await case.ctx.ask(
            Question(
                "drift-threshold",
                f"The measured ratio is {ratio_text(drift.text.ratio)}; proposed for {drift.case} "
                f"from the next try on: {ratio_text(proposed)}, in place of {drift.threshold}.",
                case.about(proposed=proposed, problem=problem),
            )
        )
        if answer.do == Verb.YES:
            return proposed
        if answer.do != Verb.TEXT:
            return None
        try:
            threshold = threshold_from(answer.words or "")
        except ValueError as error:
            problem = f"{error}."
            continue
        above = threshold_problem(threshold, drift)
        if above is None:
            return threshold
        problem = f"{above}."
    return None


async def _store(case: Triage, change: Callable[[Calibration], Calibration]) -> str | None:
    """Change the calibration file in one write; why it could not be written."""
    ctx = case.ctx
    if ctx.config.calibration is None:
        return None
    try:
        read = await read_calibration(ctx)
    except StepError as error:
        return error.summary.rstrip(".")
    try:
        text = render_calibration(change(read.calibration))
    except ValueError as error:
        return str(error)
    return await ctx.perform(ReplaceCalibration(read.former, text))
