"""What the results of a battery come to."""

from __future__ import annotations

from decimal import Decimal

import pytest

from smoke_tui.judging.battery import Call, CallResult, planned, remaining, summarize
from smoke_tui.judging.battery_pack import Case, Pack
from smoke_tui.judging.judge_prompts import JudgePrompts
from smoke_tui.judging.verdict import VerdictWord

PACK = Pack(
    "mine",
    "Mine",
    "",
    None,
    JudgePrompts(),
    (
        Case("good", "", "", "PASS", "A greeting", "Hi"),
        Case("bad", "", "", "FAIL", "A greeting", "Go away"),
    ),
    "0" * 64,
)


def result(
    case: str, repeat: int, verdict: VerdictWord | None = "PASS", ms: int = 10
) -> CallResult:
    violation = "no-verdict" if verdict == "FORMAT VIOLATION" else None
    return CallResult(
        Call(repeat, case),
        verdict,
        violation,
        exact=verdict == "PASS",
        error=None if verdict else "rate-limited",
        model="gpt-6.2-sol",
        ms=ms,
        input_tokens=100,
        output_tokens=2,
        usd=Decimal("0.001") if verdict else None,
    )


def test_every_case_is_asked_once_before_any_is_asked_twice() -> None:
    calls = list(planned(PACK, 2))
    assert calls == [Call(1, "good"), Call(1, "bad"), Call(2, "good"), Call(2, "bad")]
    assert list(remaining(PACK, 2, {Call(1, "good"), Call(2, "bad")})) == calls[1:3]


def test_all_conform_and_are_as_expected() -> None:
    summary = summarize(PACK, 1, [result("good", 1), result("bad", 1, "FAIL")])
    assert summary.conclusion == "conforming"
    assert (summary.planned, summary.answers, summary.conforming, summary.exact) == (2, 2, 2, 1)
    assert summary.usd == Decimal("0.002")
    assert summary.models == ("gpt-6.2-sol",)
    assert summary.claim is not None
    assert (summary.claim.violations, summary.claim.answers, summary.claim.prompts) == (0, 2, 2)


@pytest.mark.parametrize(
    ("results", "conclusion"),
    [
        ([result("good", 1), result("bad", 1, "FORMAT VIOLATION")], "violating"),
        ([result("good", 1), result("bad", 1, "PASS")], "wrong-verdict"),
        ([result("good", 1)], "incomplete"),
        ([result("good", 1), result("bad", 1, None)], "incomplete"),
        ([], "incomplete"),
    ],
)
def test_anything_less_is_no_pass(results: list[CallResult], conclusion: str) -> None:
    assert summarize(PACK, 1, results).conclusion == conclusion


def test_an_error_is_in_no_denominator() -> None:
    summary = summarize(PACK, 2, [result("good", 1), result("good", 2, None)])
    assert (summary.finished, summary.answers, summary.unpriced) == (2, 1, 1)
    assert summary.errors_by_code == (("rate-limited", 1),)
    assert summary.claim is not None
    assert summary.claim.answers == 1
    assert summary.cases[0].errors == 1


def test_a_case_that_flips_is_shown() -> None:
    verdicts: list[VerdictWord] = ["PASS", "PASS", "FAIL", "FORMAT VIOLATION"]
    results = [result("good", n, verdict, ms=n) for n, verdict in enumerate(verdicts, 1)]
    summary = summarize(PACK, 4, results)
    good = summary.cases[0]
    assert (good.answers, good.conforming, good.as_expected, good.flips) == (4, 3, 2, 1)
    assert (good.p50_ms, good.p95_ms) == (2, 4)
    assert summary.violations_by_kind == (("no-verdict", 1),)
    assert [each.call for each in summary.wrong] == [Call(3, "good")]


def test_of_two_results_of_one_call_the_later_counts_and_the_order_does_not() -> None:
    first = [result("good", 1, None), result("bad", 1, "FAIL"), result("good", 1)]
    assert summarize(PACK, 1, first) == summarize(PACK, 1, first[1:])
    assert summarize(PACK, 1, first[1:]) == summarize(PACK, 1, first[:0:-1])
