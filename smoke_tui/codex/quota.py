"""Quota windows from response headers, distinguished by length rather than by slot.

Limits have families: `x-<limit-id>-{primary,secondary}-…`, with `x-<limit-id>-limit-name`;
`x-codex-active-limit` names the family of a call (cpa-usage-keeper#252). The weekly window may be
`primary`, with no `secondary` (openusage#979).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Final

from smoke_tui.journal.events.values import QuotaWindow
from smoke_tui.redaction import clean
from smoke_tui.regex import regex

DEFAULT_FAMILY: Final = "codex"
"""The family of responses that name none."""
MAX_NAME: Final = 60

FIELD: Final = regex(
    r"x-([a-z0-9][a-z0-9_-]{0,60}?)-(?:(primary|secondary)-"
    r"(used-percent|window-minutes|reset-at|reset-after-seconds)|(limit-name))"
)


def windows_by_family(headers: Iterable[tuple[str, str]]) -> Mapping[str, tuple[QuotaWindow, ...]]:
    """The windows of each family, shortest first, by its id; families without windows are omitted."""
    parts: dict[str, dict[str, str]] = {}
    for name, value in headers:
        match = FIELD.fullmatch(name.lower())
        if match is not None:
            limit, slot, what, _ = match.groups()
            parts.setdefault(_id(limit), {}).setdefault(f"{slot}-{what}" if slot else "name", value)
    windows_of: dict[str, tuple[QuotaWindow, ...]] = {}
    for limit, fields in parts.items():
        shown = None if limit == DEFAULT_FAMILY else limit_name(fields.get("name", "")) or limit
        windows = [
            read_window(
                *(
                    fields.get(f"{slot}-{what}")
                    for what in ("used-percent", "window-minutes", "reset-at")
                ),
                limit=shown,
            )
            for slot in ("primary", "secondary")
        ]
        kept = sorted((w for w in windows if w is not None), key=lambda w: w.window_minutes)
        if kept:
            windows_of[limit] = tuple(kept)
    return windows_of


def active_limit(headers: Iterable[tuple[str, str]]) -> str | None:
    """The family that a call counted against, as the response names it."""
    named = next((v for n, v in headers if n.lower() == "x-codex-active-limit"), "")
    return _id(limit_name(named).lower()) or None


def read_windows(headers: Iterable[tuple[str, str]]) -> tuple[QuotaWindow, ...]:
    """The windows of the family that the call counted against, shortest first.

    Without such a family, or if it has no windows, those of the default family.
    """
    pairs = list(headers)
    by_family = windows_by_family(pairs)
    return by_family.get(active_limit(pairs) or DEFAULT_FAMILY) or by_family.get(DEFAULT_FAMILY, ())


def read_window(
    used: object, length: object, reset: object, *, seconds: bool = False, limit: str | None = None
) -> QuotaWindow | None:
    """A window from its three numbers; None without usage or length.

    `length` is in minutes, with `seconds` in seconds; `reset` is a Unix time.
    """
    percent, size = _number(used), _number(length)
    minutes = int(size / 60 if seconds else size) if size else 0
    if percent is None or not minutes:
        return None
    return QuotaWindow(minutes, percent, iso_time(reset), limit)


def has_quota_headers(headers: Iterable[tuple[str, str]]) -> bool:
    """Whether there is any `x-codex-*` header: evidence of the subscription's route."""
    return any(name.lower().startswith("x-codex-") for name, _ in headers)


def _id(limit: str) -> str:
    return limit.replace("_", "-")


def limit_name(name: object) -> str:
    """The provider's name of a limit, cleaned, at most 60 characters."""
    if not isinstance(name, str):
        return ""
    return " ".join(clean(name).split())[:MAX_NAME]


def _number(raw: object) -> float | None:
    try:
        value = float(raw) if isinstance(raw, str | int | float) else None
    except (ValueError, OverflowError):
        return None
    return value if value is not None and math.isfinite(value) and value >= 0 else None


def iso_time(raw: object) -> str | None:
    """A Unix time as ISO 8601 UTC; None if it is no valid time."""
    seconds = _number(raw)
    if seconds is None or not 0 < seconds < 1 << 34:
        return None
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
