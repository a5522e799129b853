"""Small words: foreign text made inert, durations, ages, amounts."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import urlsplit

from smoke_tui.redaction import clean


def titled(text: str) -> str:
    """With a capital at its beginning; the rest as it is."""
    return text[:1].upper() + text[1:]


def inert(text: object, limit: int = 20_000) -> str:
    """Text from elsewhere, cleaned; its lines stay."""
    return clean(shorten(str(text), limit)).expandtabs(4)


def one_line(text: object, limit: int = 200) -> str:
    """Text from elsewhere on one line, cleaned."""
    return shorten(clean(" ".join(str(text).split()), keep_newlines=False), limit)


def shorten(text: str, limit: int) -> str:
    """At most `limit` characters, with a mark where some are missing."""
    return text if len(text) <= limit else text[: max(0, limit - 1)] + "…"


def clock(ms: int) -> str:
    """A running time: 0:07, 12:30, 1:02:03."""
    seconds = max(0, ms) // 1000
    hours, minutes = seconds // 3600, seconds // 60 % 60
    if hours:
        return f"{hours}:{minutes:02d}:{seconds % 60:02d}"
    return f"{minutes}:{seconds % 60:02d}"


def took(ms: int) -> str:
    """How long something took."""
    if ms < 60_000:
        return f"{ms / 1000:.1f} s"
    return f"{ms // 60_000} min {ms // 1000 % 60:02d} s"


def age(moment: str, now: datetime) -> str:
    """How long ago a moment of the record is."""
    try:
        seconds = int((now - datetime.fromisoformat(moment)).total_seconds())
    except (ValueError, TypeError):
        return "?"
    for size, unit in ((86_400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {unit} ago"
    return "just now"


def utc_now() -> datetime:
    return datetime.now(UTC)


def address(url: str) -> str:
    """An address without its query: host and path."""
    parts = urlsplit(url)
    return one_line(f"{parts.netloc}{parts.path}", 120)


def count(number: int, what: str) -> str:
    """1 call, 2 calls."""
    return f"{number} {what}{'' if number == 1 else 's'}"


def shape_of(text: str) -> str:
    """What a hidden text looks like from outside."""
    rows = text.count("\n") + (1 if text and not text.endswith("\n") else 0)
    return f"{count(rows, 'line')}, {len(text):,} character{'' if len(text) == 1 else 's'}"
