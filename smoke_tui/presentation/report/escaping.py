"""Foreign text in Markdown: inert, on one line or in a fence it can't close.

A code host looks for names, numbers of issues and addresses in the *rendered* text, where an
escaped `#` is a `#` again; so those are broken by an invisible space, and only code is left as is.
"""

from __future__ import annotations

import re
from typing import Final

from smoke_tui.redaction import clean

_SPACE: Final = re.compile(r"\s+")
_SPECIAL: Final = re.compile(r"([\\`*_{}\[\]<>|#!~&$])")
_BREAK: Final = "\u200b"
_AUTOMATIC: Final = (
    (re.compile(r"@"), "@" + _BREAK),
    (re.compile(r"#"), "#" + _BREAK),
    (re.compile(r"(?i)\b(GH)-(?=\d)"), rf"\1{_BREAK}-"),
    (re.compile(r":(?=[^\s\d])"), ":" + _BREAK),
    (re.compile(r"/(?=/)"), "/" + _BREAK),
    (re.compile(r"(?<=\w)\.(?=[^\W\d])"), "." + _BREAK),
)
"""What a code host makes a link of by itself: names, issues, addresses of pages and of people."""


def flat(text: object) -> str:
    """Foreign text on one line, without controls."""
    return _SPACE.sub(" ", clean(str(text))).strip()


def inline(text: object, limit: int = 300) -> str:
    """Foreign text as a code span that a table holds: no backtick, no bar, one line."""
    shown = flat(text).replace("`", "'").replace("|", "¦")
    if not shown:
        return "(empty)"
    return f"`{shorten(shown, limit)}`"


def shorten(text: str, limit: int) -> str:
    """At most `limit` characters, saying what was left out."""
    if len(text) <= limit:
        return text
    return f"{text[:limit]}… ({len(text) - limit} more characters)"


def middle_out(text: str, limit: int) -> str:
    """At most `limit` characters: the beginning and the end, and how many between them are missing.

    Cut between lines where there are some near.
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


def fenced(text: str, kind: str = "text") -> list[str]:
    """Foreign text in a fence longer than any run of backticks in it."""
    body = clean(text)
    longest = max((len(run) for run in re.findall(r"`+", body)), default=0)
    fence = "`" * max(3, longest + 1)
    return [fence + kind, *body.split("\n"), fence]


def ours(text: str) -> str:
    """Our own sentence that may quote foreign words: plain words, whatever they were."""
    shown = flat(text)
    for pattern, broken in _AUTOMATIC:
        shown = pattern.sub(broken, shown)
    return _SPECIAL.sub(r"\\\1", shown)
