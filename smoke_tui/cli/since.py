"""Reads --since: an age or a date."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from smoke_tui.errors import UsageError
from smoke_tui.regex import regex

_AGE: Final = regex(r"(\d{1,4})\s*(m|min|h|d|w)")
_UNITS: Final = {"m": "minutes", "min": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def since(text: str, now: datetime) -> datetime:
    """The time that --since names; a date is the beginning of its day, UTC.

    Raises:
        UsageError: it is neither an age nor a date.
    """
    match = _AGE.fullmatch(text.strip().lower())
    if match is not None:
        return now - timedelta(**{_UNITS[match[2]]: int(match[1])})
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise UsageError(
            f"--since: expected an age, such as 30m, 12h, 7d or 2w, or a date, such as "
            f"{now - timedelta(days=7):%Y-%m-%d}; got {text!r}"
        ) from None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
