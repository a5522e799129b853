"""What the record holds of a battery, over all tries that worked at it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final

from smoke_tui.journal.events.battery_facts import BatteryAnswered
from smoke_tui.journal.events.values import BatteryPlan
from smoke_tui.journal.state import Battery, StepState, Try
from smoke_tui.judging.battery import BatterySummary, Call, CallResult, summarize
from smoke_tui.judging.battery_pack import Case, Pack
from smoke_tui.judging.judge_prompts import JudgePrompts
from smoke_tui.judging.verdict import parse_verdict
from smoke_tui.structs import Struct

UNPAID = ("refused", "unsent")
"""Statuses of calls that had no answer and cost nothing: who goes on makes them again."""


BROKEN_OFF: Final = "interrupted"
"""The code of a try that was stopped, or whose program ended while it ran."""


class RecordedBattery(Struct, frozen=True):
    """A battery as a step's tries left it.

    `tries` is how many worked at it; `stopped` why it ended early, None where it did not; `ms` is
    the time that its tries took.
    """

    plan: BatteryPlan
    summary: BatterySummary
    tries: int
    stopped: str | None
    running: bool
    pauses: int
    ms: int

    @property
    def calls_a_second(self) -> float | None:
        """The rate over all tries; None where no time passed."""
        return self.summary.finished * 1000 / self.ms if self.ms else None


def is_concluded(tries: Sequence[Try]) -> bool:
    """Whether the last battery of a step's tries came to its end, with no call left to be made."""
    last = next((attempt for attempt in reversed(tries) if attempt.battery is not None), None)
    return last is not None and _is_whole(last)


def _is_whole(attempt: Try) -> bool:
    battery = attempt.battery
    if battery is None or battery.ended is None or battery.ended.stopped is not None:
        return False
    if attempt.code == BROKEN_OFF:
        # The program ended after the last call, and before what they come to was decided.
        return False
    return all(answered.status not in UNPAID for answered in battery.answers)


def battery_tries(tries: Sequence[Try]) -> list[Battery]:
    """The batteries of the tries that worked at the last one: a whole one is not continued."""
    group: list[Battery] = []
    whole = False
    for attempt in tries:
        battery = attempt.battery
        if battery is None:
            continue
        if group and (whole or not same_battery(group[-1].plan, battery.plan)):
            group = []
        group.append(battery)
        whole = _is_whole(attempt)
    return group


def same_battery(plan: BatteryPlan, other: BatteryPlan) -> bool:
    """Whether two plans ask the same of the same model, so that their answers count together."""
    return (plan.pack_sha256, plan.prompts_sha256, plan.repeat, plan.provider, plan.model) == (
        other.pack_sha256,
        other.prompts_sha256,
        other.repeat,
        other.provider,
        other.model,
    )


def recorded_battery(step: StepState) -> RecordedBattery | None:
    """The battery of a step; None where it made none."""
    group = battery_tries(step.tries)
    if not group:
        return None
    last = group[-1]
    answers = [answered for battery in group for answered in battery.answers]
    stopped = last.ended.stopped if last.ended is not None else "it was broken off"
    return RecordedBattery(
        last.plan,
        battery_summary(last.plan, answers),
        len(group),
        None if last.ended is None and step.running else stopped,
        step.running and last.ended is None,
        sum(battery.pauses for battery in group),
        sum(
            battery.ended.ms if battery.ended is not None else max(0, battery.last - battery.began)
            for battery in group
        ),
    )


def battery_summary(plan: BatteryPlan, answers: Iterable[BatteryAnswered]) -> BatterySummary:
    """What the answers of a battery come to."""
    return summarize(pack_of(plan), plan.repeat, (call_result(each) for each in answers))


def pack_of(plan: BatteryPlan) -> Pack:
    """The pack of a plan, without the texts."""
    cases = tuple(
        Case(case.id, case.tag, case.about, "PASS" if case.verdict == "PASS" else "FAIL", "", "")
        for case in plan.cases
    )
    return Pack(plan.pack, plan.title, "", None, JudgePrompts(), cases, plan.pack_sha256)


def call_result(answered: BatteryAnswered) -> CallResult:
    """A finished call, its answer read."""
    call = Call(answered.repeat, answered.case)
    usd = Decimal(answered.usd) if answered.usd is not None else None
    if answered.error is not None:
        return CallResult(
            call,
            None,
            error=answered.error,
            raw=answered.detail,
            model=answered.model,
            ms=answered.ms,
            usd=Decimal(0) if answered.status in UNPAID else usd,
            retries=answered.retries,
        )
    verdict = parse_verdict(answered.text, status=answered.status)
    return CallResult(
        call,
        verdict.verdict,
        verdict.violation,
        verdict.exact,
        verdict.reason,
        answered.text,
        None,
        answered.model,
        answered.ms,
        answered.input_tokens,
        answered.output_tokens,
        usd,
        answered.retries,
    )
