"""Money in the record: decimal text, never a float; an unknown is never a zero."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

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


def both(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, Any]:
    """What two calls of one try used together; unknown where one of them is.

    The windows of the quota are those of the later answer.
    """
    total: dict[str, Any] = {**first, **second}
    for name, value in first.items():
        other = second.get(name)
        if name.endswith("_tokens") and type(value) is int:
            total[name] = value + (other if type(other) is int else 0)
        elif name.startswith("usd_"):
            # Tokens that were not counted cost something that is not known.
            known = isinstance(value, str) and (isinstance(other, str) or not unknown_calls(second))
            total[name] = format(Decimal(value) + Decimal(other or 0), "f") if known else None
    unknown = unknown_calls(first) + unknown_calls(second)
    return total | {"unknown": bool(unknown), "unknown_calls": unknown}


def unknown_of(attempt: Try) -> int:
    """How many calls of a try are not known: never settled, or settled as unknown."""
    return max(0, attempt.calls - attempt.settled) + unknown_calls(attempt.usage or {})


def unknown_calls(usage: Mapping[str, Any]) -> int:
    """How many calls of a settled usage are not known."""
    counted = usage.get("unknown_calls")
    return counted if type(counted) is int else int(bool(usage.get("unknown")))
