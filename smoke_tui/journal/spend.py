"""What a session spent, as far as it is known: an unknown is never a zero."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from smoke_tui.journal.money import COUNTS, Price, known_usd, metered, tokens, unknown_of
from smoke_tui.journal.state import State, StepState, Try


def spend_of(state: State, step: StepState | None = None) -> dict[str, Any]:
    """Totals over a session or one step (`smoke-check/1`, key `spend`).

    A call that was reserved and never settled counts as unknown.
    """
    steps = [step] if step is not None else list(state.steps.values())
    tries = [attempt for known in steps for attempt in known.tries]
    paid = [attempt for attempt in tries if attempt.calls]
    kinds = {attempt.kind for attempt in paid}
    totals: dict[str, Any] = {
        "calls": sum(attempt.calls for attempt in tries),
        "kind": "+".join(sorted(kinds)) or "none",
    }
    for name in COUNTS:
        totals[name] = sum(tokens(attempt, name) for attempt in tries)
    totals["usd_metered"] = _all_known(filter(metered, paid), "usd_metered", "0")
    totals["usd_api_equivalent"] = _all_known(paid, "usd_api_equivalent", None)
    totals["unknown_calls"] = sum(unknown_of(attempt) for attempt in tries if attempt.calls)
    if step is None:
        totals["limits"] = [
            {
                "window_minutes": minutes,
                "used_percent_before": first.used_percent,
                "used_percent_after": last.used_percent,
                "resets_at": last.resets_at,
                **({"limit": limit} if limit else {}),
            }
            for (minutes, limit), (first, last) in sorted(state.limits.items())
        ]
    return totals


def _all_known(tries: Iterable[Try], name: Price, nothing: str | None) -> str | None:
    """The sum as decimal text; None where a part of it is not known."""
    tries = list(tries)
    if not tries:
        return nothing
    total, unknown = known_usd(tries, name)
    return None if unknown else format(total, "f")
