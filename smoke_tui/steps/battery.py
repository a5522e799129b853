"""`battery`: each case of a pack asked several times; what the judge's answers come to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from smoke_tui.journal.battery import UNPAID, battery_summary, same_battery
from smoke_tui.journal.events.battery_facts import BatteryAnswered, BatteryEnded, BatteryPaused
from smoke_tui.journal.events.decisions import BatteryEvidence, SpendReturned
from smoke_tui.journal.events.values import BatteryCase, BatteryPlan
from smoke_tui.judging.battery import BatterySummary, CallResult
from smoke_tui.judging.battery_pack import Case, Pack, PackError, parse_pack
from smoke_tui.judging.verdict import VIOLATION_TEXT, VIOLATIONS
from smoke_tui.steps.battery_answer import answer_reader
from smoke_tui.steps.battery_calls import Judge, by_api_key, by_subscription
from smoke_tui.steps.battery_replay import recorded_answers
from smoke_tui.steps.cost import spend
from smoke_tui.structs import replace
from smoke_tui.world.context import StepContext
from smoke_tui.world.requests.battery import BatteryLimits, CaseCalls, ReadPack, RunBattery
from smoke_tui.world.resources import StepError
from smoke_tui.world.result import Result

CODES = {
    "violating": "judge-format-violation",
    "wrong-verdict": "judge-fail",
    "incomplete": "battery-incomplete",
}


async def battery(ctx: StepContext) -> Result:
    """Pass when every call has an answer in the judge's format, with the expected verdict."""
    fields = ctx.step.fields
    provider, repeat = str(fields["provider"]), int(fields["repeat"])
    read = await ctx.perform(ReadPack(str(fields["pack"])))
    if read.problem:
        raise StepError("not-configured", f"{read.problem}.")
    try:
        pack = parse_pack(read.text.encode(), read.name)
    except PackError as error:
        raise StepError("not-configured", f"{error}.") from None
    recorded = await recorded_answers(ctx, pack) if provider == "replay" else {}
    judge = None
    if provider == "live":
        paid = ctx.step.spend
        metered = fields["credential"] == "api-key" or (paid is not None and paid.kind == "metered")
        judge = await (
            by_api_key(ctx, pack, read.settings) if metered else by_subscription(ctx, pack)
        )
    plan = _plan(ctx, pack, repeat, provider, judge)
    finished = _finished(ctx, plan)
    calls = _calls(pack, repeat, {(each.case, each.repeat) for each in finished}, judge, recorded)
    left = sum(each.count for each in calls)
    reserved = await _agree(ctx, pack, judge, left, len(finished)) if judge and left else 0
    ctx.decide(BatteryEvidence(replace(plan, finished_before=len(finished))))
    request = RunBattery(
        calls,
        int(fields["concurrency"]),
        _limits(ctx, judge),
        answer_reader(judge.model, subscription=judge.kind == "subscription") if judge else None,
    )
    answers = list(finished)
    ended = await _run(ctx, request, answers)
    if reserved:
        ctx.decide(SpendReturned(reserved))
    return _result(plan, battery_summary(plan, answers), ended)


def _plan(
    ctx: StepContext, pack: Pack, repeat: int, provider: str, judge: Judge | None
) -> BatteryPlan:
    metered = judge is not None and judge.kind == "metered"
    estimate = pack.estimate(len(pack.cases) * repeat) if metered else None
    return BatteryPlan(
        pack.id,
        pack.title,
        pack.sha256,
        pack.prompts.sha256,
        tuple(BatteryCase(case.id, case.tag, case.about, case.verdict) for case in pack.cases),
        repeat,
        int(ctx.step.fields["concurrency"]),
        provider,
        "none" if judge is None else judge.kind,
        judge.model if judge is not None else None,
        judge.host if judge is not None else None,
        judge.temperature if judge is not None else None,
        format(estimate, "f") if estimate is not None else None,
        0,
        (judge.settings or {}) if judge is not None else {},
    )


def _finished(ctx: StepContext, plan: BatteryPlan) -> tuple[BatteryAnswered, ...]:
    """The calls that earlier tries of the same battery have finished; none is paid for twice."""
    earlier = ctx.attempt.battery
    if earlier is None or not same_battery(earlier.plan, plan):
        return ()
    return tuple(each for each in earlier.answers if each.status not in UNPAID)


def _calls(
    pack: Pack,
    repeat: int,
    finished: set[tuple[str, int]],
    judge: Judge | None,
    recorded: Mapping[str, tuple[BatteryAnswered, ...]],
) -> tuple[CaseCalls, ...]:
    """The calls of each case that are left."""
    calls = []
    for case in pack.cases:
        left = [n for n in range(1, repeat + 1) if (case.id, n) not in finished]
        if left:
            request = judge.requests[case.id] if judge is not None else None
            answers = recorded.get(case.id, ())
            canned = "" if judge is not None or answers else canned_answer(case)
            calls.append(CaseCalls(case.id, tuple(_ranges(left)), request, canned, answers))
    return tuple(calls)


def _ranges(numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    """The numbers, in order, as ranges (first, last)."""
    first = last = numbers[0]
    for number in numbers[1:]:
        if number != last + 1:
            yield first, last
            first = number
        last = number
    yield first, last


def canned_answer(case: Case) -> str:
    """The answer of the fake judge: the verdict that the case expects."""
    return "PASS" if case.verdict == "PASS" else "FAIL: The output is not what was expected."


async def _agree(ctx: StepContext, pack: Pack, judge: Judge, left: int, finished: int) -> int:
    """Ask once for the whole battery; how many calls are reserved for those under way.

    Raises:
        StepError: `over-budget`, `operator-declined` or `needs-operator`.
    """
    paid = ctx.step.spend
    if judge.kind == "metered" and judge.worst_usd is None and paid and paid.max_usd is not None:
        raise StepError(
            "over-budget",
            f"No price is known for {judge.model}, so the cap of {paid.max_usd} US dollars can't be "
            "kept: install the price table (`smoke-tui doctor` shows the command), or name a model "
            "it knows.",
        )
    estimate = pack.estimate(left) if judge.kind == "metered" else None
    price = f"about US${estimate:f} at {pack.usd_per_call} a call" if estimate else (
        f"{left:,} of the subscription's calls" if judge.kind == "subscription" else "not known"
    )  # fmt: skip
    again = f" {finished:,} are finished and are not made again." if finished else ""
    under_way = min(left, int(ctx.step.fields["concurrency"]))
    detail: dict[str, object] = {
        "model": judge.model,
        "host": judge.host,
        "account": judge.account,
        "shape": judge.shape,
        "calls_left": left,
        "estimate": price,
    }
    await spend(
        ctx,
        f"Make {left:,} call{'s' if left != 1 else ''} for the battery {pack.id}?{again}",
        detail,
        kind=judge.kind,
        worst_usd=judge.worst_usd,
        calls=under_way,
    )
    return under_way


def _limits(ctx: StepContext, judge: Judge | None) -> BatteryLimits:
    if judge is None:
        return BatteryLimits()
    paid = ctx.step.spend
    earlier = ctx.attempt.battery
    made = earlier.calls if earlier is not None else 0
    most = paid.max_calls if paid is not None else None
    usd = paid.max_usd if paid is not None and judge.kind == "metered" else None
    spent = sum(
        (Decimal(each.usd or 0) for each in (earlier.answers if earlier is not None else ())),
        Decimal(0),
    )
    percent = ctx.step.fields.get("stop_at")
    return BatteryLimits(
        max(0, most - made) if most is not None else None,
        format(max(usd - spent, Decimal(0)), "f") if usd is not None else None,
        judge.worst_usd,
        judge.usd_per_million,
        int(percent) if percent is not None else None,
        judge.retries,
    )


async def _run(
    ctx: StepContext, request: RunBattery, answers: list[BatteryAnswered]
) -> BatteryEnded:
    """Follow the pool to its end."""
    conversation = ctx.open(request)
    while True:
        fact = await conversation.next()
        match fact.body:
            case BatteryAnswered() as answered:
                answers.append(answered)
            case BatteryPaused():
                pass
            case _:
                ended = fact.expect(BatteryEnded)
                ctx.finish(conversation)
                return ended


def _result(plan: BatteryPlan, summary: BatterySummary, ended: BatteryEnded) -> Result:
    code = CODES.get(summary.conclusion)
    observed: dict[str, Any] = {
        "pack": plan.pack,
        "planned": summary.planned,
        "finished": summary.finished,
        "answers": summary.answers,
        "conforming": summary.conforming,
        "exact": summary.exact,
        "as_expected": summary.as_expected,
        "violations": dict(summary.violations_by_kind),
        "errors": dict(summary.errors_by_code),
        "stopped": ended.stopped,
        "spent_nothing": plan.provider != "live",
    }
    return Result(code, _sentence(summary, ended), observed, document=observed)


def _sentence(summary: BatterySummary, ended: BatteryEnded) -> str:
    """What the battery came to, in a line; never more than its answers show."""
    counts = f"{summary.conforming} of {summary.answers} answers conform"
    part = "" if summary.answers == summary.planned else f" ({summary.planned} were planned)"
    stopped = f" It stopped early: {ended.stopped}." if ended.stopped else ""
    errors = ", ".join(name for name, _ in summary.errors_by_code)
    errors = f" Without an answer: {errors}." if errors else ""
    match summary.conclusion:
        case "violating":
            first = summary.violations[0]
            kind = VIOLATIONS.get(first.violation or "", "the answer has another form")
            what = f"{VIOLATION_TEXT}: {_of(first)}: {kind}. "
        case "wrong-verdict":
            first = summary.wrong[0]
            what = f"{len(summary.wrong)} verdicts are not the expected one, first {_of(first)}. "
        case _:
            what = ""
    return f"{what}{counts}{part}, {summary.as_expected} as expected.{errors}{stopped}"


def _of(result: CallResult) -> str:
    return f"{result.call.case}, repeat {result.call.repeat}"
