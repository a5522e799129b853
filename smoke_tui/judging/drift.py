"""What a comparison of a recorded answer with a new one came to. Pure data, shared by all views."""

from __future__ import annotations

from collections.abc import Mapping
from math import floor
from typing import Final, Literal

from smoke_tui.structs import Struct

DEFAULT_THRESHOLD: Final = 0.85
"""The alpha default of the LLM testing runbook: texts at least this similar count as equal."""

ThresholdSource = Literal["default", "calibration", "runbook", "case", "marker", "option"]
"""Whose a threshold is: this tool's, the calibration log's, the runbook's, a case file's, a pytest
marker's, the command line's."""


class Threshold(Struct, frozen=True):
    """The least ratio with which two texts count as equal, and whose it is.

    `default` is the default at that time; `place` says where the threshold stands, such as a file
    with its line, or the date of the calibration.
    """

    value: float = DEFAULT_THRESHOLD
    source: ThresholdSource = "default"
    default: float = DEFAULT_THRESHOLD
    place: str = ""

    @property
    def is_override(self) -> bool:
        """Whether it is another's than the default."""
        return self.source != "default"

    def __str__(self) -> str:
        """Such as `0.70 (override; default 0.85)`."""
        value = ratio_text(self.value)
        if not self.is_override:
            return f"{value} (default)"
        return f"{value} (override; default {ratio_text(self.default)})"


def ratio_text(ratio: float) -> str:
    """A ratio with two digits where that is all of it, else with four, rounded down.

    Rounded up, a ratio just below a threshold would look like the threshold.
    """
    if float(short := f"{ratio:.2f}") == ratio:
        return short
    return f"{floor(ratio * 10_000) / 10_000:.4f}"


class RecordedAnswer(Struct, frozen=True):
    """An answer of a model: its final text, and its tool calls in their order.

    A tool call has a `name`, and `arguments` as the text that was sent, or as a JSON object.
    """

    text: str | None
    tool_calls: tuple[Mapping[str, object], ...] = ()


class TextDrift(Struct, frozen=True):
    """How similar two texts are.

    Attributes:
        ratio: The similarity, from 0 to 1; where only bounds of it are certain, the nearer one.
        metric: How it was measured, with its version.
        drifted: Whether it is below the threshold; None where that is not certain.
        threshold: The least ratio of equal texts.
        at_least: The certain lower bound of the similarity.
        at_most: The certain upper bound.
        note: What a person has to know about the measure; empty where nothing.
    """

    ratio: float
    metric: str
    drifted: bool | None
    threshold: float = DEFAULT_THRESHOLD
    at_least: float = 0.0
    at_most: float = 1.0
    note: str = ""


class ToolCallDrift(Struct, frozen=True):
    """How the tool calls of two answers differ; never a ratio.

    `differences` are paths with both values, such as `[0].arguments.amount: 12 → 13`.
    """

    drifted: bool
    differences: tuple[str, ...] = ()


class AnswerDrift(Struct, frozen=True):
    """A comparison of one case's new answer with its recorded one.

    `case` is the name in the calibration log: RUNBOOK/STEP, or a test's node id. `baseline` is
    where the recorded answer is from. What was not compared is None.
    """

    case: str
    baseline: str
    threshold: Threshold
    text: TextDrift | None = None
    calls: ToolCallDrift | None = None

    @property
    def drifted(self) -> bool | None:
        """Whether anything drifted; None where nothing did for certain and something may have."""
        parts = [part.drifted for part in (self.text, self.calls) if part is not None]
        if any(parts):
            return True
        return None if None in parts or not parts else False


class DriftPair(Struct, frozen=True):
    """A comparison with both answers, as they were compared."""

    drift: AnswerDrift
    recorded: RecordedAnswer
    new: RecordedAnswer
