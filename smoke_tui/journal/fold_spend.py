"""The part of the fold that counts: calls, what they cost, what is left of the quota."""

from __future__ import annotations

from collections.abc import Iterable

from smoke_tui.journal.events.battery_facts import BatteryAnswered, BatteryEnded, BatteryPaused
from smoke_tui.journal.events.body import OMITTED
from smoke_tui.journal.events.decisions import SpendReserved, SpendReturned, SpendSettled
from smoke_tui.journal.events.values import QuotaWindow
from smoke_tui.journal.money import both
from smoke_tui.journal.state import State, Try

Spending = (
    SpendReserved | SpendReturned | SpendSettled | BatteryAnswered | BatteryPaused | BatteryEnded
)


def count_spending(state: State, attempt: Try | None, body: Spending, ms: int) -> None:
    """Count what a try has reserved, returned, settled or been answered; `ms` is the event's."""
    if isinstance(body, SpendSettled):
        count_windows(state, body.limits)
    if attempt is None:
        return
    match body:
        case SpendReserved():
            attempt.calls += body.calls
            attempt.kind = body.spend_kind
            attempt.worst_usd = body.worst_usd
            attempt.model = body.model
        case SpendReturned():
            attempt.calls -= body.calls
        case SpendSettled():
            attempt.settled += 1
            attempt.usage = body if attempt.usage is None else both(attempt.usage, body)
        case _:
            _battery(state, attempt, body, ms)


def _battery(
    state: State, attempt: Try, body: BatteryAnswered | BatteryPaused | BatteryEnded, ms: int
) -> None:
    """A finished call is counted and settled; what was reserved is for those under way."""
    battery = attempt.battery
    if battery is None:
        return
    match body:
        case BatteryEnded():
            battery.ended = body
        case BatteryPaused():
            battery.pauses += 1
            battery.paused_until = ms + int(body.seconds * 1000)
        case BatteryAnswered():
            battery.answers.append(body)
            battery.last = ms
            if battery.plan.provider == "live":
                attempt.calls += 1
                count_spending(state, attempt, _cost_of(attempt, body), ms)


def _cost_of(attempt: Try, body: BatteryAnswered) -> SpendSettled:
    metered = attempt.kind == "metered"
    refused = body.error is not None and body.status == "refused"
    return SpendSettled(
        attempt.kind,
        body.output_tokens is None and not refused,
        body.input_tokens,
        body.cached_input_tokens,
        body.output_tokens,
        body.reasoning_tokens,
        usd_metered=("0" if refused else body.usd) if metered else OMITTED,
        limits=body.limits,
    )


def count_windows(state: State, windows: Iterable[QuotaWindow]) -> None:
    """Quota windows as they are now, beside what was seen first."""
    for window in windows:
        of = (window.window_minutes, window.limit or "")
        first = state.limits[of][0] if of in state.limits else window
        state.limits[of] = (first, window)
