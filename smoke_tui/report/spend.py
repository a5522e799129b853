"""What a session spent, as far as it is known: an unknown is never a zero."""

from __future__ import annotations

from typing import Any, Final

from smoke_tui.journal.fold import State, StepState, Try

COUNTS: Final = ("input_tokens", "cached_input_tokens", "output_tokens", "reasoning_tokens")


def spend_of(state: State, step: StepState | None = None) -> dict[str, Any]:
    """Totals over a session or one step (`smoke-check/1`, key `spend`).

    A call that was reserved and never settled counts as unknown.
    """
    steps = [step] if step is not None else list(state.steps.values())
    tries = [attempt for known in steps for attempt in known.tries]
    kinds = {str((t.usage or {}).get("kind", "subscription")) for t in tries if t.calls}
    totals: dict[str, Any] = {
        "calls": sum(attempt.calls for attempt in tries),
        "kind": "+".join(sorted(kinds)) or "none",
    }
    for name in COUNTS:
        totals[name] = sum(_count(attempt, name) for attempt in tries)
    # What a metered call costs is not known without prices, and an unknown is never zero.
    totals["usd_metered"] = None if "metered" in kinds else "0"
    totals["usd_api_equivalent"] = None
    totals["unknown_calls"] = sum(
        attempt.calls for attempt in tries
        if attempt.calls and (attempt.usage is None or attempt.usage.get("unknown"))
    )
    if step is None:
        totals["limits"] = [
            {"window_minutes": minutes, "used_percent_before": known["before"],
             "used_percent_after": known["used_percent"], "resets_at": known["resets_at"]}
            for minutes, known in sorted(state.limits.items())
        ]
    return totals


def _count(attempt: Try, name: str) -> int:
    value = (attempt.usage or {}).get(name)
    return value if type(value) is int else 0


def spend_words(state: State) -> str:
    """The session's spend in one phrase."""
    totals = spend_of(state)
    if not totals["calls"]:
        return "nothing"
    calls = totals["calls"]
    text = (f"{calls} call{'s' if calls != 1 else ''}, {totals['input_tokens']:,} tokens in / "
            f"{totals['output_tokens']:,} out")
    unknown = totals["unknown_calls"]
    if unknown:
        text = f"at least {text} ({unknown} call{'s' if unknown != 1 else ''} unknown)"
    if totals["usd_metered"] is None:
        return text + "; billed by the token, price unknown"
    return text + "; no money metered, subscription quota"
