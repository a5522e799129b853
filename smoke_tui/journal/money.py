"""Money in the record: decimal text, never a float; an unknown is never a zero."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Final, Literal

from smoke_tui.journal.events.body import OMITTED, Omitted
from smoke_tui.journal.events.decisions import SpendSettled
from smoke_tui.journal.state import Try
from smoke_tui.structs import replace

COUNTS: Final = ("input_tokens", "cached_input_tokens", "output_tokens", "reasoning_tokens")
"""The counts of tokens that a call is settled with."""

Price = Literal["usd_metered", "usd_api_equivalent"]


def metered(attempt: Try) -> bool:
    """Whether the try made a call that is billed by the token."""
    return bool(attempt.calls) and attempt.kind == "metered"


def known_usd(tries: Iterable[Try], name: Price = "usd_metered") -> tuple[Decimal, int]:
    """The sum of what is known, and how many calls are not in it."""
    total, unknown = Decimal(0), 0
    for attempt in tries:
        value = getattr(attempt.usage, name, None)
        if isinstance(value, str):
            total += Decimal(value)
        else:
            unknown += attempt.calls
    return total, unknown


def tokens(attempt: Try, name: str) -> int:
    """How many tokens of a kind (one of `COUNTS`) a try is known to have used."""
    return getattr(attempt.usage, name, None) or 0


def committed_usd(tries: Iterable[Try]) -> Decimal | None:
    """What metered calls have cost, at worst where that is not known; None where neither is."""
    total = Decimal(0)
    for attempt in filter(metered, tries):
        settled = attempt.usage.usd_metered if attempt.usage is not None else None
        value = settled if isinstance(settled, str) and settled else attempt.worst_usd
        if value is None:
            return None
        total += Decimal(value)
    return total


def both(first: SpendSettled, second: SpendSettled) -> SpendSettled:
    """What two calls of one try used together; unknown where one of them is.

    The windows of the quota are those of the later answer.
    """
    unknown = unknown_calls(first) + unknown_calls(second)
    source = second.price_source
    return replace(
        second,
        input_tokens=_sum(first.input_tokens, second.input_tokens),
        cached_input_tokens=_sum(first.cached_input_tokens, second.cached_input_tokens),
        output_tokens=_sum(first.output_tokens, second.output_tokens),
        reasoning_tokens=_sum(first.reasoning_tokens, second.reasoning_tokens),
        usd_api_equivalent=_price(first.usd_api_equivalent, second.usd_api_equivalent, second),
        price_source=first.price_source if source is OMITTED else source,
        usd_metered=_price(first.usd_metered, second.usd_metered, second),
        unknown=bool(unknown),
        unknown_calls=unknown,
    )


def _sum(first: int | None, second: int | None) -> int | None:
    return second if first is None else first + (second or 0)


def _price(
    first: str | Omitted | None, second: str | Omitted | None, later: SpendSettled
) -> str | Omitted | None:
    """The price of two calls; of one where the first was not asked for."""
    if first is OMITTED:
        return second
    # Tokens that were not counted cost something that is not known.
    first_known = isinstance(first, str) and (isinstance(second, str) or not unknown_calls(later))
    if not first_known or not isinstance(first, str):
        return None
    return format(Decimal(first) + Decimal(second if isinstance(second, str) else 0), "f")


def unknown_of(attempt: Try) -> int:
    """How many calls of a try are not known: never settled, or settled as unknown."""
    settled = unknown_calls(attempt.usage) if attempt.usage is not None else 0
    return max(0, attempt.calls - attempt.settled) + settled


def unknown_calls(usage: SpendSettled) -> int:
    """How many calls of a settled usage are not known."""
    return int(usage.unknown) if usage.unknown_calls is None else usage.unknown_calls
