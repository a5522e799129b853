"""Formats of single values: foreign text made inert, durations, ages, amounts."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlsplit

from smoke_tui.redaction import clean
from smoke_tui.regex import regex

_SPACE: Final = regex(r"\s+")


def titled(text: str) -> str:
    """Capitalize the first letter; leave the rest as it is."""
    return text[:1].upper() + text[1:]


def inert(text: object, limit: int = 20_000) -> str:
    """Clean foreign text for a terminal and keep its line breaks."""
    return clean(shorten(str(text), limit)).expandtabs(4)


def flat(text: object) -> str:
    """Clean foreign text and put it on one line."""
    return _SPACE.sub(" ", clean(str(text))).strip()


def one_line(text: object, limit: int = 200) -> str:
    """Put foreign text on one line of at most `limit` characters."""
    return shorten(flat(text), limit)


def excerpt(text: object, limit: int = 200) -> str:
    """Put foreign text on one line; a cut says how many characters are missing."""
    return cut(flat(text), limit)


def shorten(text: str, limit: int) -> str:
    """Cut a text to `limit` characters, the last one an ellipsis."""
    return text if len(text) <= limit else text[: max(0, limit - 1)] + "…"


def cut(text: str, limit: int) -> str:
    """Cut a text to `limit` characters and say how many more there are."""
    return text if len(text) <= limit else f"{text[:limit]}… ({len(text) - limit} more characters)"


def cut_middle(text: str, limit: int) -> str:
    """Cut the middle out of a text of more than `limit` characters and say how many are missing.

    The cuts are moved to a line break if one is near.
    """
    if len(text) <= limit:
        return text
    head, tail = text[: limit * 2 // 3], text[len(text) - limit // 3 :]
    line = head.rfind("\n")
    head = head[:line] if line > len(head) // 2 else head
    line = tail.find("\n")
    tail = tail[line + 1 :] if 0 <= line < len(tail) // 2 else tail
    missing = len(text) - len(head) - len(tail)
    return f"{head}\n… ({missing:,} characters are left out here) …\n{tail}"


def clock(ms: int) -> str:
    """Format a running clock: 0:07, 12:30, 1:02:03."""
    seconds = max(0, ms) // 1000
    hours, minutes = seconds // 3600, seconds // 60 % 60
    if hours:
        return f"{hours}:{minutes:02d}:{seconds % 60:02d}"
    return f"{minutes}:{seconds % 60:02d}"


def duration(ms: int) -> str:
    """Format milliseconds: 0.4 s, 19m 29s."""
    if ms < 60_000:
        return f"{ms / 1000:.1f} s"
    return f"{ms // 60_000}m {ms // 1000 % 60:02d}s"


def window_name(minutes: int) -> str:
    """Name a quota window by its length: 5 h, 7 d."""
    hours = minutes / 60
    return f"{hours:g} h" if hours < 48 else f"{hours / 24:g} d"


def moment(text: object) -> str:
    """Format an ISO time to the second, UTC; other text stays as it is."""
    try:
        return datetime.fromisoformat(str(text)).strftime("%Y-%m-%d %H:%M:%SZ")
    except ValueError:
        return excerpt(text, 40)


def age(moment: str, now: datetime) -> str:
    """Format how long ago an ISO time was: 3 min ago."""
    try:
        seconds = int((now - datetime.fromisoformat(moment)).total_seconds())
    except (ValueError, TypeError):
        return "?"
    for size, unit in ((86_400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {unit} ago"
    return "just now"


def utc_now() -> datetime:
    """Return the present time, aware of its zone."""
    return datetime.now(UTC)


def address(url: str) -> str:
    """Reduce a URL to host and path."""
    parts = urlsplit(url)
    return one_line(f"{parts.netloc}{parts.path}", 120)


def count(number: int, what: str) -> str:
    """Format a number with its noun: "1 call", "2 calls"."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def shape_of(text: str) -> str:
    """Describe a hidden text by its numbers of lines and characters."""
    rows = text.count("\n") + (1 if text and not text.endswith("\n") else 0)
    return f"{count(rows, 'line')}, {count(len(text), 'character')}"
