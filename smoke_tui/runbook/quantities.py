"""Durations and amounts of money in the notation of a runbook."""

from __future__ import annotations

from decimal import Decimal

from smoke_tui.regex import regex

MAX_SECONDS = 24 * 3600
DURATION_PATTERN = r"^(?=[0-9])([0-9]{1,5}h)?([0-9]{1,5}m)?([0-9]{1,6}s)?([0-9]{1,8}ms)?$"
MONEY_PATTERN = r"^[0-9]{1,9}(\.[0-9]{1,6})?$"

_DURATION = regex(DURATION_PATTERN.rstrip("$") + r"\Z")
_MONEY = regex(MONEY_PATTERN.rstrip("$") + r"\Z")
_UNITS_MS = (("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1))


def parse_duration(text: str) -> float:
    """Seconds in a duration such as `"2m"`, `"1m30s"` or `"500ms"`.

    Raises:
        ValueError: the text is not a duration, or is zero or over a day.
    """
    match = _DURATION.match(text)
    if match is None:
        raise ValueError('a duration is written like "30s", "2m", "1m30s" or "500ms"')
    total = 0
    for (unit, size), part in zip(_UNITS_MS, match.groups(), strict=True):
        if part:
            total += int(part[: -len(unit)]) * size
    if total == 0:
        raise ValueError("a duration has to be longer than nothing")
    if total > MAX_SECONDS * 1000:
        raise ValueError("a duration can't be longer than a day")
    return total / 1000


def parse_money(text: str) -> Decimal:
    """The amount in US dollars of a decimal text such as `"0.25"`.

    Raises:
        ValueError: the text is not a plain, non-negative decimal number.
    """
    if _MONEY.match(text) is None:
        raise ValueError('an amount in US dollars is written like "0.25"')
    return Decimal(text)
