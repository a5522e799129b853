"""How the answers of a step differ between two sessions: the text by ratio, tool calls by path."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from smoke_tui.judging.answers import compare_answers
from smoke_tui.judging.calibration import OWN_SOURCES, Calibration
from smoke_tui.judging.drift import AnswerDrift, RecordedAnswer, Threshold
from smoke_tui.presentation.drift.sentences import owner, result
from smoke_tui.presentation.format import count, excerpt
from smoke_tui.presentation.report.recorded_answers import StepAnswer
from smoke_tui.presentation.spans import as_text
from smoke_tui.runbook.model import Runbook
from smoke_tui.structs import Struct, replace

MOST_PATHS = 3
"""Differences of tool calls that a row names."""


class AnswerRow(Struct, frozen=True):
    """A compared part of two answers; None where a session has no answer."""

    part: str
    old: str | None
    new: str | None
    same: bool
    drift: AnswerDrift | None = None


class Judge(Struct, frozen=True):
    """What answers are compared by: the thresholds of a calibration, and the measure."""

    calibration: Calibration = Calibration()
    autojunk: bool = False

    def rows(
        self, runbook: Runbook, step: str, old: StepAnswer | None, new: StepAnswer | None
    ) -> Iterator[AnswerRow]:
        """Compare the answers of a step; nothing where neither session has one."""
        if old is None or new is None:
            answer = old or new
            if answer is not None:
                shown = _text(answer)
                yield AnswerRow(
                    "text", None if old is None else shown, None if new is None else shown, False
                )
            return
        drift = self.drift(runbook, step, old, new)
        threshold = drift.threshold
        if old.answer.text is not None or new.answer.text is not None:
            text = replace(drift, calls=None)
            words = f"{_text(new)}, {result(text)}"
            if threshold.is_override:
                words += f", {as_text(owner(threshold))}"
            yield AnswerRow("text", _text(old), words, text.drifted is False, text)
        if old.answer.tool_calls or new.answer.tool_calls:
            calls = replace(drift, text=None)
            yield AnswerRow(
                "tool calls",
                _calls(old.answer),
                _calls(new.answer) + _paths(calls),
                calls.drifted is False,
                calls,
            )

    def drift(
        self, runbook: Runbook, step: str, old: StepAnswer, new: StepAnswer, baseline: str = ""
    ) -> AnswerDrift:
        """Compare two answers of a step by the threshold of its case."""
        case = new.case or old.case or f"{runbook.id}/{step}"
        threshold = self.calibration.effective(case, _own(runbook, step, old, new))
        return compare_answers(
            case, baseline, threshold, old.answer, new.answer, autojunk=self.autojunk
        )


def _own(runbook: Runbook, step: str, old: StepAnswer, new: StepAnswer) -> Threshold:
    """The threshold that the step has of its own: as it was compared, else as its runbook says."""
    recorded = (answer.threshold for answer in (new, old) if answer.threshold is not None)
    nearest = next((each for each in recorded if each.source in OWN_SOURCES), None)
    if nearest is not None:
        return nearest
    for match in next((each.expect for each in runbook.steps if each.id == step), ()):
        for condition in match.conditions:
            table = condition.value if condition.word == "text_drift" else None
            if isinstance(table, Mapping) and table.get("threshold") is not None:
                place = f"{runbook.path}:{match.line}"
                return Threshold(float(table["threshold"]), "runbook", place=place)
    return Threshold()


def _text(answer: StepAnswer) -> str:
    text = answer.answer.text
    shown = "no text" if text is None else count(len(text), "character")
    return f"{shown}, not whole ({excerpt(answer.problem, 80)})" if answer.problem else shown


def _calls(answer: RecordedAnswer) -> str:
    return count(len(answer.tool_calls), "call")


def _paths(drift: AnswerDrift) -> str:
    if drift.calls is None or not drift.calls.drifted:
        return ""
    differences = drift.calls.differences
    more = len(differences) - MOST_PATHS
    shown = "; ".join(excerpt(difference, 80) for difference in differences[:MOST_PATHS])
    rest = f"; and {more} more" if more > 0 else ""
    return f", {count(len(differences), 'difference')}: {shown}{rest}"
