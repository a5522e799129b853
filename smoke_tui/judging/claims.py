"""What a number of violations in a number of answers shows about the rate of violations."""

from __future__ import annotations

from math import exp, lgamma, log, log1p
from typing import Final

from smoke_tui.structs import Struct

CONFIDENCE: Final = 0.95
METHOD: Final = "Clopper-Pearson, one-sided, 95 %"

CORRELATIONS: Final = (0.001, 0.01, 0.1, 1.0)
"""Intra-class correlations for which the bound is shown, since the true one is not known."""


_MOST_TERMS: Final = 10_000
_TINY: Final = 1e-300
_PRECISION: Final = 1e-14


class ClusteredBound(Struct, frozen=True):
    """The bound where answers to one prompt are alike: as if `effective` answers were independent."""

    correlation: float
    effective: float
    bound: float


class Claim(Struct, frozen=True):
    """The most that the rate of violations can be, from `violations` in `answers`.

    Attributes:
        violations: Answers that broke the format.
        answers: All answers; errors are not among them.
        prompts: Different prompts that were answered.
        bound: The upper bound as if all answers were independent.
        clustered: The bound with the answers to one prompt alike, by correlation.
        per_prompt: The bound for each prompt alone, with none of its answers a violation; None
            where prompts were not asked equally often or there were violations.
        simultaneous: The same for all prompts at once (Bonferroni).
    """

    violations: int
    answers: int
    prompts: int
    bound: float
    clustered: tuple[ClusteredBound, ...]
    per_prompt: float | None
    simultaneous: float | None


def claim(violations: int, answers: int, prompts: int) -> Claim | None:
    """What may be claimed; None where nothing was answered.

    Raises:
        ValueError: the numbers contradict each other.
    """
    if not 0 <= violations <= answers or prompts < 0 or (answers and not prompts):
        raise ValueError(f"{violations} violations in {answers} answers to {prompts} prompts")
    if not answers:
        return None
    size = answers / prompts
    clustered = []
    for correlation in CORRELATIONS:
        effective = answers / (1 + (size - 1) * correlation)
        rate = violations / answers
        bound = upper_bound(rate * effective, effective)
        clustered.append(ClusteredBound(correlation, effective, bound))
    even = violations == 0 and answers % prompts == 0
    return Claim(
        violations,
        answers,
        prompts,
        upper_bound(violations, answers),
        tuple(clustered),
        upper_bound(0, size) if even else None,
        upper_bound(0, size, 1 - (1 - CONFIDENCE) / prompts) if even else None,
    )


def upper_bound(violations: float, answers: float, confidence: float = CONFIDENCE) -> float:
    """The one-sided upper bound of a rate (Clopper-Pearson), by bisection.

    Effective numbers of answers are not whole, so both may be fractions: the binomial tail is
    then that of the incomplete beta function, which for whole numbers is the same.
    """
    if violations >= answers:
        return 1.0
    miss = 1 - confidence
    if violations == 0:
        return float(1 - miss ** (1 / answers))
    low, high = violations / answers, 1.0
    for _ in range(100):
        middle = (low + high) / 2
        if _tail(violations, answers, middle) > miss:
            low = middle
        else:
            high = middle
    return high


def _tail(violations: float, answers: float, rate: float) -> float:
    """The probability of at most so many violations: the incomplete beta I(1 - rate)."""
    return _incomplete_beta(answers - violations, violations + 1, 1 - rate)


def _incomplete_beta(a: float, b: float, x: float) -> float:
    """The regularised incomplete beta function, by its continued fraction (Lentz)."""
    if x <= 0 or x >= 1:
        return 0.0 if x <= 0 else 1.0
    if x > (a + 1) / (a + b + 2):
        return 1 - _incomplete_beta(b, a, 1 - x)
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x)) / a
    fraction, c, d = 1.0, 1.0, 0.0
    for step in range(_MOST_TERMS):
        half = step // 2
        if step == 0:
            factor = 1.0
        elif step % 2:
            factor = -(a + half) * (a + b + half) * x / ((a + 2 * half) * (a + 2 * half + 1))
        else:
            factor = half * (b - half) * x / ((a + 2 * half - 1) * (a + 2 * half))
        d = 1 / ((1 + factor * d) or _TINY)
        c = (1 + factor / c) or _TINY
        fraction *= c * d
        if abs(1 - c * d) < _PRECISION:
            break
    return front * (fraction - 1)
