"""Comparisons of answers, made by hand."""

from __future__ import annotations

from smoke_tui.judging.drift import (
    AnswerDrift,
    DriftPair,
    RecordedAnswer,
    TextDrift,
    Threshold,
    ToolCallDrift,
)

PROSE = (
    "The quarterly report shows that revenue grew by 12 percent, driven mainly by subscriptions.\n"
    "Costs stayed flat. The board should consider a second hiring round in spring.\n\n"
    "- Revenue: 12 percent up\n- Costs: flat\n- Risk: churn in the smallest plan\n"
    + "An unchanged paragraph that goes on for quite a while. " * 40
    + "\nIn short: hire in spring."
)
NEW_PROSE = (
    PROSE.replace("12 percent, driven", "13 percent, driven")
    .replace("should consider", "might consider")
    .replace("- Costs: flat\n", "- Costs: flat\n- Margin: better\n")
    .replace("hire in spring.", "wait until autumn.")
)
OVERRIDE = Threshold(0.8, "marker", place="tests/test_report.py:14")
CALLS = ToolCallDrift(
    True, ("[0].arguments.amount: 12 → 13", "[1]: only in the recorded answer: lookup_customer")
)


def pair(
    recorded: str | None,
    new: str | None,
    *,
    ratio: float = 0.7234,
    drifted: bool | None = True,
    bounds: tuple[float, float] | None = None,
    threshold: Threshold = OVERRIDE,
    calls: ToolCallDrift | None = None,
    case: str = "smoke/live-call",
    note: str = "",
) -> DriftPair:
    """A comparison of two texts, with the ratio that is wanted, whatever the texts are."""
    low, high = bounds or (ratio, ratio)
    text = TextDrift(ratio, "characters, difflib", drifted, threshold.value, low, high, note)
    return DriftPair(
        AnswerDrift(case, "baselines/report.txt", threshold, text, calls),
        RecordedAnswer(recorded),
        RecordedAnswer(new),
    )


def calls_alone(calls: ToolCallDrift) -> DriftPair:
    """A comparison of tool calls without one of texts."""
    return DriftPair(
        AnswerDrift("smoke/live-call", "baselines/report.json", Threshold(), calls=calls),
        RecordedAnswer(None),
        RecordedAnswer(None),
    )
