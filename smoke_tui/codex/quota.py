"""Quota windows from response headers, told apart by how long they last, not by their slot."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Window:
    """One quota window: minutes it lasts, percent used, when it starts anew (ISO 8601 UTC)."""

    window_minutes: int
    used_percent: float
    resets_at: str | None

    @property
    def name(self) -> str:
        hours = self.window_minutes / 60
        return f"{hours:g} h" if hours < 48 else f"{hours / 24:g} d"

    def to_json(self) -> dict[str, Any]:
        return {"window_minutes": self.window_minutes, "used_percent": self.used_percent,
                "resets_at": self.resets_at}


def read_windows(headers: Iterable[tuple[str, str]]) -> tuple[Window, ...]:
    """The windows of `x-codex-{primary,secondary}-…` headers, shortest first."""
    fields = {name.lower(): value for name, value in headers}
    windows = []
    for slot in ("primary", "secondary"):
        window = window_of(*(fields.get(f"x-codex-{slot}-{name}") for name in
                             ("used-percent", "window-minutes", "reset-at")))
        if window is not None:
            windows.append(window)
    return tuple(sorted(windows, key=lambda window: window.window_minutes))


def window_of(used: Any, length: Any, reset: Any, *, seconds: bool = False) -> Window | None:
    """One window from its three numbers, or None where the first two are none.

    `length` is minutes, or seconds where `seconds` says so; `reset` is a Unix time.
    """
    percent, size = _number(used), _number(length)
    if percent is None or not size:
        return None
    return Window(int(size / 60 if seconds else size), percent, _moment(reset))


def has_quota_headers(headers: Iterable[tuple[str, str]]) -> bool:
    """Whether any `x-codex-*` header came: evidence of the subscription's route."""
    return any(name.lower().startswith("x-codex-") for name, _ in headers)


def _number(raw: Any) -> float | None:
    try:
        value = float(raw) if isinstance(raw, str | int | float) else None
    except (ValueError, OverflowError):
        return None
    return value if value is not None and math.isfinite(value) and value >= 0 else None


def _moment(raw: Any) -> str | None:
    seconds = _number(raw)
    if seconds is None or not 0 < seconds < 1 << 34:
        return None
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
