"""Foreign text in Markdown: inert, on one line or in a fence it can't close."""

from __future__ import annotations

import re

from smoke_tui.secrecy import clean

_SPACE = re.compile(r"\s+")


def inline(text: object, limit: int = 300) -> str:
    """Foreign text as a code span that a table holds: no backtick, no bar, one line."""
    flat = _SPACE.sub(" ", clean(str(text))).strip().replace("`", "'").replace("|", "¦")
    if not flat:
        return "(empty)"
    return f"`{shorten(flat, limit)}`"


def shorten(text: str, limit: int) -> str:
    """At most `limit` characters, saying what was left out."""
    if len(text) <= limit:
        return text
    return f"{text[:limit]}… ({len(text) - limit} more characters)"


def fenced(text: str, kind: str = "text") -> list[str]:
    """Foreign text in a fence longer than any run of backticks in it."""
    body = clean(text)
    longest = max((len(run) for run in re.findall(r"`+", body)), default=0)
    fence = "`" * max(3, longest + 1)
    return [fence + kind, *body.split("\n"), fence]


def ours(text: str) -> str:
    """Our own sentence that may quote foreign words: every special character is escaped."""
    flat = _SPACE.sub(" ", clean(text)).strip()
    escaped = re.sub(r"([\\`*_{}\[\]<>|#!~&])", r"\\\1", flat)
    return escaped.replace("@", "@\u200b").replace("://", ":\u200b//")
