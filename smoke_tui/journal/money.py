"""Money in the record: decimal text, never a float; an unknown is never a zero."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from smoke_tui.journal.state import Try


def metered(attempt: Try) -> bool:
    """Whether the try made a call that is billed by the token."""
    return bool(attempt.calls) and attempt.kind == "metered"


def known_usd(tries: Iterable[Try], name: str = "usd_metered") -> tuple[Decimal, int]:
    """The sum of what is known, and how many calls are not in it."""
    total, unknown = Decimal(0), 0
    for attempt in tries:
        value = (attempt.usage or {}).get(name)
        if isinstance(value, str):
            total += Decimal(value)
        else:
            unknown += attempt.calls
    return total, unknown


def committed_usd(tries: Iterable[Try]) -> Decimal | None:
    """What metered calls have cost, at worst where that is not known; None where neither is."""
    total = Decimal(0)
    for attempt in filter(metered, tries):
        value = (attempt.usage or {}).get("usd_metered") or attempt.worst_usd
        if value is None:
            return None
        total += Decimal(value)
    return total
