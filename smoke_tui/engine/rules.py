"""From what a try came to, to an outcome or a branch: rules first, then the table of codes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from smoke_tui.engine.conditions import Unmet, matches, unmet
from smoke_tui.failure_codes.table import CODES, outcome_of
from smoke_tui.journal.state import StepState
from smoke_tui.outcomes import Outcome
from smoke_tui.runbook.kinds import KINDS
from smoke_tui.runbook.model import Rule, Step
from smoke_tui.structs import Struct, replace
from smoke_tui.world.result import Result

__all__ = ["Decision", "judge", "matches"]

DEFAULT_DELAY = 1.0
LONGEST_DELAY = 60.0


class Decision(Struct, frozen=True):
    """Exactly one of: an outcome, a branch to a fallback, a retry after `delay` seconds.

    `refresh`: the retry begins with a refresh of the bundle. `unmet`: the expectations that did
    not hold, with the actual values.
    """

    outcome: Outcome | None = None
    code: str | None = None
    goto: str | None = None
    delay: float | None = None
    rule: Rule | None = None
    refresh: bool = False
    unmet: tuple[Unmet, ...] = ()


def judge(
    step: Step, result: Result, step_state: StepState, origin: str, bounds: Mapping[str, int]
) -> Decision:
    """Decide over a finished try. Pure.

    `bounds` says of each fallback how often a caller may come back from it.
    """
    if result.error:
        return Decision(outcome=Outcome.ERROR)
    lacking = unmet(step.expect, result, origin) if result.code is None else ()
    code = result.code or _code_of(lacking)
    return replace(_decide(step, result, code, step_state, origin, bounds), unmet=lacking)


UNMET_CODES: Final = (
    "expectation-unmet",
    "tool-call-drift",
    "text-drift",
    "judge-fail",
    "judge-format-violation",
    "drift-undecided",
    "judge-undecided",
)
"""Codes of expectations that do not hold: of several, the first is the step's."""


def _code_of(lacking: Sequence[Unmet]) -> str | None:
    """The code of a try whose only faults are these expectations; None without any."""
    codes = {each.code for each in lacking}
    return next((code for code in UNMET_CODES if code in codes), None)


def _decide(
    step: Step,
    result: Result,
    code: str | None,
    step_state: StepState,
    origin: str,
    bounds: Mapping[str, int],
) -> Decision:
    for rule in step.rules:
        if not matches(rule.match, result, code, origin):
            continue
        if rule.goto is None:
            assert rule.outcome is not None
            kept = code if rule.outcome is not Outcome.WAIVED else None
            return Decision(outcome=rule.outcome, code=kept or "expectation-unmet", rule=rule)
        if _branches(step_state, rule.goto) < bounds.get(rule.goto, 0):
            return Decision(goto=rule.goto, code=code, rule=rule)
    if code is None:
        return Decision(outcome=Outcome.PASS)
    delay = _retry_delay(step, result, code, step_state)
    if delay is not None:
        return Decision(delay=delay, code=code)
    if _may_refresh(step, result, code, step_state):
        return Decision(delay=0.0, code=code, refresh=True)
    fresh = bool(result.observed.get("fresh", True))
    return Decision(outcome=outcome_of(code, fresh_credential=fresh), code=code)


def _branches(step_state: StepState, fallback: str) -> int:
    """How often this step has come back from that fallback."""
    return sum(1 for t in step_state.tries if t.cause == "return" and t.caller == fallback)


def _may_refresh(step: Step, result: Result, code: str, step_state: StepState) -> bool:
    """Whether a call that was refused for its token is made once more, after a refresh."""
    return (
        CODES[code].retry == "once-after-refresh"
        and not result.observed.get("final")
        and bool(result.observed.get("refreshable"))
        and not any(attempt.cause == "refresh" for attempt in step_state.tries)
        and not _capped(step, step_state)
    )


def _capped(step: Step, step_state: StepState) -> bool:
    """Whether the step's cap leaves no further call."""
    cap = step.spend.max_calls if step.spend else None
    return cap is not None and step_state.calls >= cap


def _retry_delay(step: Step, result: Result, code: str, step_state: StepState) -> float | None:
    """Seconds to wait before the engine's own retry, or None where there is none."""
    if result.observed.get("final"):
        # The answer names a code that nobody knows: a second call could only do harm.
        return None
    if CODES[code].retry != "once" or not KINDS[step.kind].retries:
        return None
    if any(attempt.cause == "retry" for attempt in step_state.tries):
        return None
    if _capped(step, step_state):
        return None
    delay = float(result.observed.get("delay") or DEFAULT_DELAY)
    used = (
        (step_state.tries[-1].ended or 0) - step_state.tries[-1].started if step_state.tries else 0
    )
    remaining = (step.timeout or LONGEST_DELAY) - used / 1000
    return delay if 0 <= delay <= remaining else None
