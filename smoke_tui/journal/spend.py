"""What a session spent, as far as it is known: an unknown is never a zero."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from smoke_tui.journal.money import COUNTS, Price, known_usd, metered, tokens, unknown_of
from smoke_tui.journal.state import State, StepState, Try
from smoke_tui.structs import Struct, asdict


class QuotaUse(Struct, frozen=True):
    """Use of a quota window before and after a session, in percent."""

    window_minutes: int
    used_percent_before: int | float
    used_percent_after: int | float
    resets_at: str | None
    limit: str


class Spend(Struct, frozen=True):
    """Totals over a session or one step; amounts are decimal text, None where one is unknown.

    `limits` are the subscription's quota windows; a step has none.
    """

    calls: int
    kind: str
    input_tokens: int
    cached_input_tokens: int
    output_tokens: int
    reasoning_tokens: int
    usd_metered: str | None
    usd_api_equivalent: str | None
    unknown_calls: int
    limits: tuple[QuotaUse, ...] | None = None

    def table(self) -> dict[str, Any]:
        """Return the totals as the key `spend` of `smoke-check/1` holds them."""
        table = asdict(self)
        windows = table.pop("limits")
        if windows is not None:
            table["limits"] = [
                {name: value for name, value in window.items() if name != "limit" or value}
                for window in windows
            ]
        return table


class Totals(Struct, frozen=True):
    """Sums over calls of several sessions: what is known of them, and how many are not in it.

    `usd_at_least` is the known part of what was billed by the token, as decimal text;
    `unpriced_calls` are the metered calls whose price is not in it.
    """

    calls: int
    subscription_calls: int
    input_tokens: int
    cached_input_tokens: int
    output_tokens: int
    reasoning_tokens: int
    unknown_calls: int
    usd_at_least: str
    unpriced_calls: int

    @property
    def usd_metered(self) -> str | None:
        """What was billed by the token; None where a part of it is not known."""
        return None if self.unpriced_calls else self.usd_at_least


def totals_of(tries: Sequence[Try]) -> Totals:
    """Return the sums over tries of any sessions."""
    usd, unpriced = known_usd(filter(metered, tries))
    counts = {name: sum(tokens(attempt, name) for attempt in tries) for name in COUNTS}
    return Totals(
        calls=sum(attempt.calls for attempt in tries),
        subscription_calls=sum(a.calls for a in tries if a.kind == "subscription"),
        input_tokens=counts["input_tokens"],
        cached_input_tokens=counts["cached_input_tokens"],
        output_tokens=counts["output_tokens"],
        reasoning_tokens=counts["reasoning_tokens"],
        unknown_calls=sum(map(unknown_of, tries)),
        usd_at_least=f"{usd:f}",
        unpriced_calls=unpriced,
    )


def spend_of(state: State, step: StepState | None = None) -> Spend:
    """Return the totals over a session or one step.

    A call that was reserved and never settled counts as unknown.
    """
    steps = [step] if step is not None else list(state.steps.values())
    tries = [attempt for step_state in steps for attempt in step_state.tries]
    paid = [attempt for attempt in tries if attempt.calls]
    counts = {name: sum(tokens(attempt, name) for attempt in tries) for name in COUNTS}
    limits = (
        QuotaUse(minutes, first.used_percent, last.used_percent, last.resets_at, limit)
        for (minutes, limit), (first, last) in sorted(state.limits.items())
    )
    return Spend(
        calls=sum(attempt.calls for attempt in tries),
        kind="+".join(sorted({attempt.kind for attempt in paid})) or "none",
        input_tokens=counts["input_tokens"],
        cached_input_tokens=counts["cached_input_tokens"],
        output_tokens=counts["output_tokens"],
        reasoning_tokens=counts["reasoning_tokens"],
        usd_metered=_all_known(filter(metered, paid), "usd_metered", "0"),
        usd_api_equivalent=_all_known(paid, "usd_api_equivalent", None),
        unknown_calls=sum(map(unknown_of, paid)),
        limits=tuple(limits) if step is None else None,
    )


def _all_known(tries: Iterable[Try], name: Price, nothing: str | None) -> str | None:
    """The sum as decimal text; None where a part of it is not known."""
    tries = list(tries)
    if not tries:
        return nothing
    total, unknown = known_usd(tries, name)
    return None if unknown else format(total, "f")
