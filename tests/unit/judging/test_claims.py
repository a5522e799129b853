"""The bound of a rate of violations, against published figures and the binomial sum."""

from __future__ import annotations

from math import exp, lgamma, log, log1p

import pytest

from smoke_tui.judging.claims import claim, upper_bound


@pytest.mark.parametrize(
    ("answers", "bound"),
    [(13, 0.206), (100, 0.0295), (1000, 0.00299), (1300, 0.00230), (13000, 0.000230)],
)
def test_no_violation(answers: int, bound: float) -> None:
    assert upper_bound(0, answers) == pytest.approx(bound, rel=0.005)


@pytest.mark.parametrize(("violations", "bound"), [(1, 0.000429), (5, 0.000897)])
def test_two_sided_figures_of_a_few_violations(violations: int, bound: float) -> None:
    assert upper_bound(violations, 13_000, 0.975) == pytest.approx(bound, rel=0.002)


@pytest.mark.parametrize(
    ("violations", "answers"), [(1, 13_000), (3, 50), (10, 130), (49, 50), (6500, 13_000)]
)
def test_the_bound_is_where_the_binomial_tail_is_five_percent(
    violations: int, answers: int
) -> None:
    rate = upper_bound(violations, answers)
    tail = sum(
        exp(
            lgamma(answers + 1)
            - lgamma(k + 1)
            - lgamma(answers - k + 1)
            + k * log(rate)
            + (answers - k) * log1p(-rate)
        )
        for k in range(violations + 1)
    )
    assert tail == pytest.approx(0.05, rel=1e-6)


def test_nothing_but_violations_and_nothing_at_all() -> None:
    assert upper_bound(5, 5) == 1.0
    assert claim(0, 0, 0) is None
    with pytest.raises(ValueError, match="6 violations in 5 answers"):
        claim(6, 5, 1)


def test_answers_to_the_same_prompts_show_less() -> None:
    bound = claim(0, 13_000, 13)
    assert bound is not None
    assert [round(each.effective) for each in bound.clustered] == [6503, 1183, 129, 13]
    assert [round(each.bound * 100, 3) for each in bound.clustered] == [0.046, 0.253, 2.298, 20.582]
    assert bound.per_prompt == pytest.approx(0.00299, rel=0.005)
    assert bound.simultaneous == pytest.approx(0.0055, rel=0.01)


def test_uneven_or_violating_answers_bound_no_single_prompt() -> None:
    for violations, answers in ((1, 130), (0, 131)):
        bound = claim(violations, answers, 13)
        assert bound is not None
        assert bound.per_prompt is bound.simultaneous is None
