"""Triage of a drift: its classes, which of them fit, and the threshold to propose. Pure."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Final, Literal, get_args

from smoke_tui.judging.drift import AnswerDrift, TextDrift, ratio_text

TriageClass = Literal["expected", "regression", "false-positive"]
"""Why an answer drifted: it was meant to, the provider behaves otherwise, or the threshold is
too strict for this case."""

Cause = Literal["prompt", "template", "fixture", "model"]
"""What was changed on purpose where a drift is expected."""

TRIAGE_CLASSES: Final[tuple[TriageClass, ...]] = get_args(TriageClass)
CAUSES: Final[tuple[Cause, ...]] = get_args(Cause)

CLASS_TEXTS: Final[dict[TriageClass, str]] = {
    "expected": "expected: prompt, template, fixture or model was changed on purpose",
    "regression": "regression: the same prompt gives a materially different answer",
    "false-positive": "false positive: the same meaning, worded differently",
}

STEP: Final = Decimal("0.01")
"""Thresholds are proposed in steps of this."""


def refusal_of(triage: TriageClass, drift: AnswerDrift) -> str | None:
    """Why a class does not fit a comparison; None where it does.

    A threshold changes nothing where tool calls differ: they are compared exactly.
    """
    if triage != "false-positive":
        return None
    if drift.text is None:
        return "no texts were compared, and a threshold applies to texts alone"
    if drift.text.drifted is False:
        return (
            "the texts are not below their threshold; tool calls are compared exactly, "
            "so that no threshold makes them equal"
            if drift.calls is not None and drift.calls.drifted
            else "nothing drifted: no threshold is too strict"
        )
    if drift.calls is not None and drift.calls.drifted:
        return (
            "the tool calls differ, too; they are compared exactly, so that no threshold "
            "makes the answers equal"
        )
    if proposed_for(drift.text) is not None:
        return None
    if drift.text.at_least != drift.text.at_most:
        return (
            "no least ratio is certain under which a threshold could be put; compare both by hand, "
            "and class it expected or regression"
        )
    return (
        "the texts have next to nothing in common; a threshold that they pass lets every text pass"
    )


def certain_ratio(text: TextDrift) -> float:
    """The largest threshold at which two texts pass for certain.

    An exact ratio is one; else only the lower bound is certain.
    """
    return text.ratio if text.at_least == text.at_most else text.at_least


def proposed_for(text: TextDrift) -> float | None:
    """The threshold to propose for two texts that drifted, so that they pass; None where none is."""
    return proposed_threshold(certain_ratio(text), text.threshold)


def proposed_threshold(ratio: float, old: float) -> float | None:
    """The largest threshold of two digits below a ratio.

    None where the ratio passes the old threshold already, and where only 0 is left, with which
    any two texts would pass.
    """
    if ratio >= old:
        return None
    # A float's decimal value is exact, but 0.81 as a float is above the decimal 0.81.
    proposed = Decimal(ratio).quantize(STEP, rounding=ROUND_FLOOR)
    if float(proposed) >= ratio:
        proposed -= STEP
    return float(proposed) if proposed > 0 else None


def threshold_problem(new: float, drift: AnswerDrift) -> str | None:
    """Why a new threshold does not make a false positive pass; None where it does."""
    text = drift.text
    if text is None:
        return "no texts were compared, and a threshold applies to texts alone"
    certain = certain_ratio(text)
    if new <= certain:
        return None
    if text.at_least == text.at_most:
        return (
            f"{ratio_text(new)} is above the measured ratio {ratio_text(certain)}: "
            "the pair would still drift"
        )
    return (
        f"{ratio_text(new)} is above {ratio_text(certain)}, below which the pair passes for certain: "
        "it would drift or stay undecided"
    )


def raised_for(text: TextDrift) -> float | None:
    """The threshold to propose after a regression that passed, so that it drifts for certain."""
    exact = text.at_least == text.at_most
    return raised_threshold(text.ratio if exact else text.at_most)


def raised_threshold(ratio: float) -> float | None:
    """The smallest threshold of two digits above a ratio; None where 1 is not above it.

    The default to propose after a regression that passed with this ratio.
    """
    if ratio >= 1:
        return None
    raised = Decimal(ratio).quantize(STEP, rounding=ROUND_CEILING)
    if float(raised) <= ratio:
        raised += STEP
    return float(raised) if raised <= 1 else None


def threshold_from(text: str) -> float:
    """A threshold that a person wrote.

    Raises:
        ValueError: it is no number above 0 and at most 1, or has more than four digits.
    """
    problem = f"{text!r} is not a threshold: give a number above 0 and at most 1, such as 0.85"
    try:
        value = Decimal(text.strip())
    except ArithmeticError:
        raise ValueError(problem) from None
    if not value.is_finite() or not 0 < value <= 1:
        raise ValueError(problem)
    if value != value.quantize(Decimal("0.0001")):
        raise ValueError(f"{text!r} has more than four digits; give a number such as 0.85")
    return float(value)
