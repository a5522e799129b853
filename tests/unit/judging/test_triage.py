"""Classes of a drift, and the thresholds to propose."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smoke_tui.judging.drift import AnswerDrift, TextDrift, Threshold, ToolCallDrift
from smoke_tui.judging.texts import text_drift
from smoke_tui.judging.triage import (
    proposed_for,
    proposed_threshold,
    raised_for,
    raised_threshold,
    refusal_of,
    threshold_from,
    threshold_problem,
)

RATIOS = st.floats(0, 1, allow_subnormal=False)


@given(RATIOS, RATIOS)
def test_a_proposed_threshold_passes_by_the_smallest_step(ratio: float, old: float) -> None:
    proposed = proposed_threshold(ratio, old)
    if ratio >= old:
        assert proposed is None
    elif proposed is None:
        assert ratio <= 0.01
    else:
        assert 0 < proposed < ratio
        assert round(proposed + 0.01, 2) >= ratio
        assert proposed == round(proposed, 2)


@pytest.mark.parametrize(
    ("ratio", "proposed"),
    [(0.81, 0.80), (0.8123, 0.81), (0.29, 0.28), (0.57, 0.56), (0.01, None), (0.011, 0.01)],
)
def test_a_proposed_threshold_is_exact(ratio: float, proposed: float | None) -> None:
    assert proposed_threshold(ratio, 0.85) == proposed


@given(RATIOS)
def test_a_raised_threshold_fails_the_ratio_by_the_smallest_step(ratio: float) -> None:
    raised = raised_threshold(ratio)
    if raised is None:
        assert ratio == 1
    else:
        assert ratio < raised <= 1
        assert round(raised - 0.01, 2) <= ratio


@pytest.mark.parametrize("text", ["0.85", " .7 ", "1", "1.0", "0.0001"])
def test_a_threshold_of_a_person_is_read(text: str) -> None:
    assert threshold_from(text) == float(text)


@pytest.mark.parametrize("text", ["0", "-0.1", "1.01", "nan", "inf", "", "85%", "0,85", "0.85001"])
def test_what_is_no_threshold_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="give a number"):
        threshold_from(text)


def drift(ratio: float | None, *, calls: bool | None = None, sure: bool = True) -> AnswerDrift:
    text = None
    if ratio is not None:
        drifted = ratio < 0.85 if sure else None
        low, high = (ratio, ratio) if sure else (max(0, ratio - 0.1), ratio)
        text = TextDrift(ratio, "m", drifted, 0.85, low, high)
    return AnswerDrift(
        "a/b", "b.txt", Threshold(), text, None if calls is None else ToolCallDrift(calls)
    )


def test_a_threshold_is_no_answer_to_tool_calls() -> None:
    assert refusal_of("false-positive", drift(0.8)) is None
    assert refusal_of("false-positive", drift(0.8, calls=False)) is None
    assert "differ, too" in (refusal_of("false-positive", drift(0.8, calls=True)) or "")
    assert "compared exactly" in (refusal_of("false-positive", drift(0.9, calls=True)) or "")
    assert "no texts" in (refusal_of("false-positive", drift(None, calls=True)) or "")
    assert "nothing drifted" in (refusal_of("false-positive", drift(0.9)) or "")
    assert "every text" in (refusal_of("false-positive", drift(0.005)) or "")
    assert "by hand" in (refusal_of("false-positive", drift(0.1, sure=False)) or "")
    assert refusal_of("regression", drift(0.9, calls=True)) is None


def test_of_an_uncertain_ratio_the_lower_bound_counts() -> None:
    uncertain = drift(0.9, sure=False)
    assert uncertain.text is not None
    assert proposed_for(uncertain.text) == 0.79
    assert threshold_problem(0.8, uncertain) is None
    assert "it would drift or stay undecided" in (threshold_problem(0.81, uncertain) or "")
    assert threshold_problem(0.8, drift(0.8)) is None
    assert threshold_problem(0.8001, drift(0.8)) is not None


TEXTS = st.text("ab \u00e9", max_size=40)


@given(TEXTS, TEXTS, st.integers(0, 200))
def test_a_pair_passes_at_its_proposed_threshold_however_it_was_measured(
    recorded: str, new: str, budget: int
) -> None:
    """Also where the budget is used up, and only bounds of the ratio are certain."""
    measured = text_drift(recorded, new, budget=budget)
    proposed = proposed_for(measured)
    if measured.drifted is not False and proposed is not None:
        assert text_drift(recorded, new, threshold=proposed, budget=budget).drifted is False


@given(TEXTS, TEXTS, st.integers(0, 200))
def test_a_regression_drifts_at_its_raised_threshold(recorded: str, new: str, budget: int) -> None:
    measured = text_drift(recorded, new, threshold=0.3, budget=budget)
    raised = raised_for(measured)
    if measured.drifted is False and raised is not None:
        assert text_drift(recorded, new, threshold=raised, budget=budget).drifted is True
