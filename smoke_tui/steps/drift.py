"""Comparisons of a step's answer with recorded ones, as `expect` and `[[on]]` ask for them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Any, Final

from smoke_tui.engine.conditions import COMPARISONS, UNDECIDED
from smoke_tui.journal.events.decisions import DriftEvidence
from smoke_tui.journal.events.values import ComparedAnswers, TriagedDrift
from smoke_tui.judging.answers import Part, compare_answers
from smoke_tui.judging.baselines import BaselineError
from smoke_tui.judging.drift import AnswerDrift, DriftPair, ratio_text
from smoke_tui.runbook.model import Condition, Match, Step
from smoke_tui.steps.drift_baseline import Baseline, read_baselines
from smoke_tui.steps.drift_triage import Triage, triage, triage_words
from smoke_tui.steps.kept_answer import keep_answer
from smoke_tui.structs import Struct, replace
from smoke_tui.world.context import StepContext
from smoke_tui.world.result import Result

Behaviour = Callable[[StepContext], Awaitable[Result]]

MOST_DIFFERENCES: Final = 3
"""Differences of tool calls in a sentence."""

_PARTS: Final[Mapping[str, Part]] = {"text_drift": "text", "tool_calls": "calls"}


class Group(Struct, frozen=True):
    """The conditions that compare with one recorded answer; `required` are those of `expect`."""

    conditions: tuple[Condition, ...]
    required: tuple[Condition, ...]
    line: int

    @property
    def first(self) -> Mapping[str, Any]:
        """The table that names the threshold where one does: that of the text."""
        texts = [c.value for c in self.conditions if c.word == "text_drift"]
        return dict(texts[0] if texts else self.conditions[0].value)

    @property
    def parts(self) -> tuple[Part, ...]:
        """What is compared."""
        words = {c.word for c in self.conditions}
        return tuple(part for word, part in _PARTS.items() if word in words)


def groups_of(step: Step) -> tuple[Group, ...]:
    """The comparisons of a step: one for each recorded answer, case and threshold."""
    groups: dict[tuple[object, ...], Group] = {}
    for condition, line, required in sorted(
        _conditions(step), key=lambda each: each[0].word != "text_drift"
    ):
        key = _key(condition)
        if condition.word == "tool_calls":
            key = next((k for k in groups if k[:2] == key[:2]), key)
        group = groups.get(key, Group((), (), line))
        groups[key] = Group(
            (*group.conditions, condition),
            (*group.required, condition) if required else group.required,
            group.line,
        )
    return tuple(groups.values())


def _key(condition: Condition) -> tuple[object, ...]:
    names = ("baseline", "case", "threshold", "test")
    return tuple(condition.value.get(name) for name in names)


def _conditions(step: Step) -> Iterator[tuple[Condition, int, bool]]:
    """Every comparison of a step with its line, and whether a pass needs it."""
    matches: list[tuple[Match, bool]] = [(match, True) for match in step.expect]
    matches += [(rule.match, False) for rule in step.rules]
    for match, required in matches:
        for condition in match.conditions:
            if condition.word in _PARTS:
                yield condition, match.line, required


def compared(behaviour: Behaviour) -> Behaviour:
    """Wrap a behaviour whose step may compare its answer with recorded ones.

    What is compared with is read before the behaviour, so that no call is made for nothing.
    """

    async def run(ctx: StepContext) -> Result:
        groups = groups_of(ctx.step)
        if not groups:
            return await behaviour(ctx)
        baselines = [
            await read_baselines(ctx, group.first, group.parts, group.line) for group in groups
        ]
        result = await behaviour(ctx)
        if result.code is not None or result.error:
            return result
        with ctx.result_known():
            return await _compare(ctx, groups, baselines, result)

    return run


async def _compare(
    ctx: StepContext, groups: tuple[Group, ...], baselines: list[Baseline], result: Result
) -> Result:
    """The result with what its comparisons came to; the operator triages what drifted."""
    try:
        with_calls = any("calls" in group.parts for group in groups)
        answer, kept = await keep_answer(ctx, result, with_calls=with_calls)
    except BaselineError as error:
        problem = str(error).removeprefix("the answer: ")
        why = f"The answer can't be compared: {problem}. Compare it by hand."
        return replace(result, code=UNDECIDED, summary=why)
    rows: list[dict[str, Any]] = []
    all_drifts: list[AnswerDrift] = []
    drifted: list[tuple[Group, Baseline, AnswerDrift]] = []
    for group, baseline in zip(groups, baselines, strict=True):
        drift = compare_answers(
            baseline.case,
            baseline.path,
            baseline.threshold,
            baseline.answer,
            answer,
            parts=group.parts,
            autojunk=ctx.config.drift_autojunk,
        )
        ctx.decide(DriftEvidence(ComparedAnswers(baseline.blob, kept, drift)))
        all_drifts.append(drift)
        group_rows = [_row(condition, drift) for condition in group.conditions]
        rows += group_rows
        if any(
            row["drifted"] is not False
            for row, condition in zip(group_rows, group.conditions, strict=True)
            if condition in group.required
        ):
            drifted.append((group, baseline, drift))
    for group, baseline, drift in drifted:
        pair = DriftPair(drift, baseline.answer, answer)
        triaged = await triage(Triage(ctx, baseline, pair, _request_ids(result)))
        rows = _with_class(rows, group, triaged)
    likeness = [_likeness(drift) for drift in all_drifts if drift.drifted is False]
    return replace(
        result,
        summary=" ".join([result.summary, *likeness]),
        observed={**result.observed, COMPARISONS: rows},
    )


def _request_ids(result: Result) -> tuple[str, ...]:
    """The provider's id of the request that was answered so, where it gave one."""
    identity = result.observed.get("request_id")
    return (identity,) if isinstance(identity, str) else ()


def _likeness(drift: AnswerDrift) -> str:
    """That an answer counts as equal to the recorded one, and by which threshold."""
    parts = []
    if drift.text is not None:
        ratio = ratio_text(drift.text.ratio)
        parts.append(f"Its text is {ratio} like {drift.baseline} (threshold {drift.threshold})")
    if drift.calls is not None:
        parts.append(
            "its tool calls are the same"
            if parts
            else f"Its tool calls are those of {drift.baseline}"
        )
    return f"{'; '.join(parts)}."


def _row(condition: Condition, drift: AnswerDrift) -> dict[str, Any]:
    """What a condition expects, the actual value, and whether it drifted."""
    if condition.word == "text_drift":
        text = drift.text
        assert text is not None
        bounds = (
            ratio_text(text.ratio)
            if text.drifted is not None
            else f"undecided, from {ratio_text(text.at_least)} to {ratio_text(text.at_most)}"
        )
        note = f"; {text.note}" if text.note else ""
        expected = f"a text at least {ratio_text(drift.threshold.value)} like {drift.baseline}"
        actual = f"{bounds} (threshold {drift.threshold}){note}"
        decided = text.drifted
    else:
        calls = drift.calls
        assert calls is not None
        shown = "; ".join(calls.differences[:MOST_DIFFERENCES])
        more = len(calls.differences) - MOST_DIFFERENCES
        expected = f"the tool calls of {drift.baseline}"
        actual = f"{shown}{f'; and {more} more differences' if more > 0 else ''}"
        decided = calls.drifted
    return {
        "word": condition.word,
        "condition": dict(condition.value),
        "expected": expected,
        "actual": actual or "the same",
        "drifted": decided,
    }


def _with_class(
    rows: list[dict[str, Any]], group: Group, triaged: TriagedDrift | None
) -> list[dict[str, Any]]:
    """The rows of a group's conditions with the class that the operator gave."""
    words = triage_words(triaged)
    names = [(c.word, dict(c.value)) for c in group.conditions]
    return [
        {**row, "actual": f"{row['actual']}, {words}"}
        if row["drifted"] is not False and (row["word"], row["condition"]) in names
        else row
        for row in rows
    ]
