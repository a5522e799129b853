"""Quota windows from response headers, told apart by how long they last, not by their slot.

Limits come in families: `x-<limit-id>-{primary,secondary}-…`, with `x-<limit-id>-limit-name`; the
one that a call counted against is named by `x-codex-active-limit` (cpa-usage-keeper#252). The
weekly window may stand in `primary` with nothing in `secondary` (openusage#979).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from smoke_tui.redaction import clean

DEFAULT_FAMILY: Final = "codex"
"""The family that is meant where no other is named."""
LONGEST_NAME: Final = 60

FIELD: Final = re.compile(
    r"x-([a-z0-9][a-z0-9_-]{0,60}?)-(?:(primary|secondary)-"
    r"(used-percent|window-minutes|reset-at|reset-after-seconds)|(limit-name))"
)


@dataclass(frozen=True, slots=True)
class Window:
    """One quota window: minutes it lasts, percent used, when it starts anew (ISO 8601 UTC).

    `limit` is the name of its family, where it is not the usual one.
    """

    window_minutes: int
    used_percent: float
    resets_at: str | None
    limit: str | None = None

    @property
    def name(self) -> str:
        hours = self.window_minutes / 60
        return f"{hours:g} h" if hours < 48 else f"{hours / 24:g} d"

    def to_json(self) -> dict[str, Any]:
        shown = {
            "window_minutes": self.window_minutes,
            "used_percent": self.used_percent,
            "resets_at": self.resets_at,
        }
        return shown | ({"limit": self.limit} if self.limit is not None else {})


def families(headers: Iterable[tuple[str, str]]) -> Mapping[str, tuple[Window, ...]]:
    """Every family's windows, shortest first, by its id; a family without a window is none."""
    parts: dict[str, dict[str, str]] = {}
    for name, value in headers:
        match = FIELD.fullmatch(name.lower())
        if match is not None:
            limit, slot, what, _ = match.groups()
            parts.setdefault(_id(limit), {}).setdefault(f"{slot}-{what}" if slot else "name", value)
    told: dict[str, tuple[Window, ...]] = {}
    for limit, fields in parts.items():
        shown = None if limit == DEFAULT_FAMILY else shown_name(fields.get("name", "")) or limit
        windows = [
            window_of(
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
            told[limit] = tuple(kept)
    return told


def active_limit(headers: Iterable[tuple[str, str]]) -> str | None:
    """The family a call counted against, as the answer names it."""
    named = next((v for n, v in headers if n.lower() == "x-codex-active-limit"), "")
    return _id(shown_name(named).lower()) or None


def read_windows(headers: Iterable[tuple[str, str]]) -> tuple[Window, ...]:
    """The windows of the family that the call counted against, shortest first.

    Where that family has no windows of its own, or none is named, the usual one's.
    """
    pairs = list(headers)
    found = families(pairs)
    return found.get(active_limit(pairs) or DEFAULT_FAMILY) or found.get(DEFAULT_FAMILY, ())


def window_of(
    used: Any, length: Any, reset: Any, *, seconds: bool = False, limit: str | None = None
) -> Window | None:
    """One window from its three numbers, or None where the first two are none.

    `length` is minutes, or seconds where `seconds` says so; `reset` is a Unix time.
    """
    percent, size = _number(used), _number(length)
    minutes = int(size / 60 if seconds else size) if size else 0
    if percent is None or not minutes:
        return None
    return Window(minutes, percent, moment_of(reset), limit)


def has_quota_headers(headers: Iterable[tuple[str, str]]) -> bool:
    """Whether any `x-codex-*` header came: evidence of the subscription's route."""
    return any(name.lower().startswith("x-codex-") for name, _ in headers)


def _id(limit: str) -> str:
    return limit.replace("_", "-")


def shown_name(name: Any) -> str:
    """The provider's name of a limit, clean and short."""
    if not isinstance(name, str):
        return ""
    return " ".join(clean(name).split())[:LONGEST_NAME]


def _number(raw: Any) -> float | None:
    try:
        value = float(raw) if isinstance(raw, str | int | float) else None
    except (ValueError, OverflowError):
        return None
    return value if value is not None and math.isfinite(value) and value >= 0 else None


def moment_of(raw: Any) -> str | None:
    """A Unix time as ISO 8601 UTC; None where it is no moment."""
    seconds = _number(raw)
    if seconds is None or not 0 < seconds < 1 << 34:
        return None
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
