"""A battery: every case of a pack asked several times, and what its results come to. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from decimal import Decimal
from math import ceil
from typing import Final, Literal

from smoke_tui.judging.battery_pack import Case, Pack
from smoke_tui.judging.claims import Claim, claim
from smoke_tui.judging.verdict import VerdictWord
from smoke_tui.structs import Struct

Conclusion = Literal["conforming", "violating", "wrong-verdict", "incomplete"]


ERRORS_IN_A_ROW: Final = 20
"""After so many calls in a row without an answer a battery stops."""


class Call(Struct, frozen=True, order=True):
    """One planned call: the case, and which of its repeats, from 1."""

    repeat: int
    case: str


def planned(pack: Pack, repeat: int) -> Iterator[Call]:
    """All calls of a battery: round after round, so that one broken off has asked all alike."""
    for number in range(1, repeat + 1):
        for case in pack.cases:
            yield Call(number, case.id)


def remaining(pack: Pack, repeat: int, finished: Collection[Call]) -> Iterator[Call]:
    """The planned calls that are not finished yet."""
    return (call for call in planned(pack, repeat) if call not in finished)


class CallResult(Struct, frozen=True):
    """One finished call.

    Attributes:
        call: Which one.
        verdict: What the judge answered; None where it did not (then `error` is the code).
        violation: The kind of a violation of the format.
        exact: The answer is its verdict to the byte.
        reason: Of a FAIL.
        raw: The judge's answer, whole; of a violation it is shown.
        error: The failure code of a call without an answer: it is in no denominator.
        model: The model that was served.
        ms: From sending to the end of the answer.
        input_tokens: Tokens of the request; None where they were not reported.
        output_tokens: Tokens of the answer.
        usd: What it cost; None where that is not known.
        retries: How often it was sent again after an error of the transport.
    """

    call: Call
    verdict: VerdictWord | None
    violation: str | None = None
    exact: bool = False
    reason: str | None = None
    raw: str = ""
    error: str | None = None
    model: str | None = None
    ms: int = 0
    input_tokens: int | None = None
    output_tokens: int | None = None
    usd: Decimal | None = None
    retries: int = 0

    @property
    def conforming(self) -> bool:
        """The answer has the form that was asked for."""
        return self.verdict in ("PASS", "FAIL")


class CaseSummary(Struct, frozen=True):
    """What the answers to one case come to.

    `flips` are answers that conform and differ from the commonest verdict.
    """

    case: Case
    answers: int
    conforming: int
    exact: int
    as_expected: int
    flips: int
    errors: int
    p50_ms: int | None
    p95_ms: int | None
    input_tokens: int
    output_tokens: int
    usd: Decimal | None


class BatterySummary(Struct, frozen=True):
    """What a battery comes to, whole or broken off.

    `unpriced` calls have a cost that is not known. `wrong` are conforming answers with another
    verdict than the case expects.
    """

    planned: int
    finished: int
    answers: int
    conforming: int
    exact: int
    as_expected: int
    violations: tuple[CallResult, ...]
    wrong: tuple[CallResult, ...]
    violations_by_kind: tuple[tuple[str, int], ...]
    errors_by_code: tuple[tuple[str, int], ...]
    cases: tuple[CaseSummary, ...]
    models: tuple[str, ...]
    retries: int
    input_tokens: int
    output_tokens: int
    usd: Decimal
    unpriced: int
    claim: Claim | None

    @property
    def conclusion(self) -> Conclusion:
        """The worst thing that holds; a battery without an answer, or broken off, shows too little."""
        if self.violations:
            return "violating"
        if self.wrong:
            return "wrong-verdict"
        if self.answers < self.planned:
            return "incomplete"
        return "conforming"


def summarize(pack: Pack, repeat: int, results: Iterable[CallResult]) -> BatterySummary:
    """Add up the results of a battery; of two results of one call the later one counts."""
    by_call = {result.call: result for result in results}
    ordered = [by_call[call] for call in sorted(by_call)]
    by_case: dict[str, list[CallResult]] = {case.id: [] for case in pack.cases}
    for result in ordered:
        by_case[result.call.case].append(result)
    answered = [result for result in ordered if result.error is None]
    violations = tuple(result for result in answered if not result.conforming)
    expected = {case.id: case.verdict for case in pack.cases}
    wrong = tuple(
        result
        for result in answered
        if result.conforming and result.verdict != expected[result.call.case]
    )
    kinds = Counter(result.violation or "no-verdict" for result in violations)
    codes = Counter(result.error for result in ordered if result.error is not None)
    prompts = len({result.call.case for result in answered})
    return BatterySummary(
        planned=len(pack.cases) * repeat,
        finished=len(ordered),
        answers=len(answered),
        conforming=len(answered) - len(violations),
        exact=sum(result.exact for result in answered),
        as_expected=len(answered) - len(violations) - len(wrong),
        violations=violations,
        wrong=wrong,
        violations_by_kind=tuple(kinds.most_common()),
        errors_by_code=tuple(codes.most_common()),
        cases=tuple(_of_case(case, by_case[case.id]) for case in pack.cases),
        models=tuple(sorted({each.model for each in answered if each.model})),
        retries=sum(each.retries for each in ordered),
        input_tokens=sum(each.input_tokens or 0 for each in ordered),
        output_tokens=sum(each.output_tokens or 0 for each in ordered),
        usd=sum((each.usd for each in ordered if each.usd is not None), Decimal(0)),
        unpriced=sum(each.usd is None for each in ordered),
        claim=claim(len(violations), len(answered), prompts),
    )


def _of_case(case: Case, results: Sequence[CallResult]) -> CaseSummary:
    answered = [result for result in results if result.error is None]
    verdicts = Counter(result.verdict for result in answered if result.conforming)
    conforming = sum(verdicts.values())
    latencies = sorted(result.ms for result in answered)
    costs = [result.usd for result in results]
    return CaseSummary(
        case,
        len(answered),
        conforming,
        sum(result.exact for result in answered),
        verdicts[case.verdict],
        conforming - max(verdicts.values(), default=0),
        len(results) - len(answered),
        _percentile(latencies, 50),
        _percentile(latencies, 95),
        sum(result.input_tokens or 0 for result in results),
        sum(result.output_tokens or 0 for result in results),
        None if None in costs else sum((cost for cost in costs if cost is not None), Decimal(0)),
    )


def _percentile(ordered: Sequence[int], percent: int) -> int | None:
    """The nearest-rank percentile of ordered values."""
    return ordered[ceil(percent / 100 * len(ordered)) - 1] if ordered else None
