"""What a comparison came to, in a line; and whose its threshold is, how it was measured."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from smoke_tui.judging.drift import (
    AnswerDrift,
    DriftPair,
    TextDrift,
    Threshold,
    ThresholdSource,
    ratio_text,
)
from smoke_tui.presentation.format import count, excerpt
from smoke_tui.presentation.marks import Mark
from smoke_tui.presentation.spans import Span, Text, as_text, quote

DRIFT_MARKS: Final = {
    True: Mark("✗", "drifted", "bad"),
    False: Mark("=", "same", "good"),
    None: Mark("?", "undecided", "warn"),
}
"""Marks of a comparison, by whether it drifted."""

MOST_CALLS: Final = 50
"""Differences of tool calls that are listed."""

_OWNERS: Final[dict[ThresholdSource, str]] = {
    "default": "the default",
    "calibration": "the calibration log's",
    "runbook": "the runbook's",
    "case": "the case file's",
    "marker": "the pytest marker's",
    "option": "the command line's",
}


def head(drift: AnswerDrift) -> Text:
    """Return the result in a line: mark, ratio, threshold, case and baseline."""
    mark = DRIFT_MARKS[drift.drifted]
    row: list[str | Span] = [
        Span(f"{mark.glyph} {mark.word}", mark.tone),
        f"  {result(drift)}  ",
        quote(drift.case, 120),
    ]
    if drift.baseline:
        row += [" · baseline ", quote(drift.baseline, 120)]
    return row


def result(drift: AnswerDrift) -> str:
    """Return ratio and threshold, and whether tool calls differ; what drifted alone comes first."""
    text = _ratio(drift.text, drift.threshold) if drift.text is not None else ""
    calls = drift.calls
    if calls is None:
        return text or "nothing was compared"
    if not calls.drifted:
        return f"{text}, tool calls equal" if text else "tool calls equal"
    if drift.text is not None and drift.text.drifted is not True:
        return f"tool calls differ, text {text}"
    return f"{text}, tool calls differ" if text else "tool calls differ"


def _ratio(text: TextDrift, threshold: Threshold) -> str:
    if text.drifted is None:
        low, high = ratio_text(text.at_least), ratio_text(text.at_most)
        return f"between {low} and {high}, threshold {threshold}: compare by hand"
    bound = "" if is_exact(text) else "at most " if text.drifted else "at least "
    return f"{bound}{ratio_text(text.ratio)} {'<' if text.drifted else '>='} {threshold}"


def is_exact(text: TextDrift) -> bool:
    """Whether the ratio is the similarity itself, not a bound of it."""
    return text.at_least == text.at_most or (text.at_least, text.at_most) == (0.0, 1.0)


def proof(drift: AnswerDrift) -> Text:
    """Return in a sentence why a comparison passed, or what it came to else."""
    mark = DRIFT_MARKS[drift.drifted]
    return [f"{mark.word}: {result(drift)}; compared with ", quote(drift.baseline, 200)]


def facts(drift: AnswerDrift) -> list[tuple[str, Text]]:
    """Return what else is to be known: whose the threshold is, how it was measured, tool calls."""
    rows: list[tuple[str, Text]] = []
    if drift.text is not None:
        own = drift.threshold.is_override or drift.threshold.place
        row = [f"{drift.threshold}", *([": ", *owner(drift.threshold)] if own else [])]
        rows += [("threshold", row), ("measured", _measure(drift.text))]
        if drift.text.note:
            rows.append(("note", [excerpt(drift.text.note, 600)]))
    if drift.calls is not None:
        total = len(drift.calls.differences)
        rows.append(("tool calls", [count(total, "difference") if total else "equal"]))
    return rows


def owner(threshold: Threshold) -> Text:
    """Return whose a threshold is, and where it stands."""
    name = _OWNERS[threshold.source]
    return [f"{name}, ", quote(threshold.place, 200)] if threshold.place else [name]


def _measure(text: TextDrift) -> Text:
    bounds = (
        ""
        if is_exact(text)
        else f"; between {ratio_text(text.at_least)} and {ratio_text(text.at_most)} for certain"
    )
    return [excerpt(text.metric, 200) + bounds]


def call_rows(drift: AnswerDrift, most: int | None = None) -> list[Text]:
    """Return the differences of the tool calls, each by its path; `most` of them."""
    differences: Sequence[str] = drift.calls.differences if drift.calls is not None else ()
    shown = differences if most is None else differences[:most]
    rows: list[Text] = [[quote(difference, 400)] for difference in shown]
    if len(shown) < len(differences):
        rows.append([f"and {len(differences) - len(shown):,} more"])
    return rows


def missing(pair: DriftPair) -> Text | None:
    """Return which answer's text is not there to be shown; None where both are."""
    if pair.drift.text is None:
        return None
    absent = [
        f"the {name} answer"
        for name, answer in (("recorded", pair.recorded), ("new", pair.new))
        if answer.text is None and not answer.tool_calls
    ]
    if not absent:
        return None
    return [Span(f"No text of {' and '.join(absent)}: it had none, or it is not at hand.", "warn")]


def head_line(drift: AnswerDrift) -> str:
    """Return the characters of the head."""
    return as_text(head(drift))
