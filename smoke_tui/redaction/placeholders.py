"""The grammar of placeholders: `[REDACTED:kind#ref]`.

A placeholder is printable ASCII that JSON, HTML and URLs leave unescaped, so it reads the same in
every medium.
"""

from __future__ import annotations

from typing import Final

from smoke_tui.regex import regex

OPENING: Final = b"[REDACTED:"
_KIND: Final = r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}"
_REF: Final = r"[A-Za-z0-9_#%()*+,./:;=@~!$?^|-]{1,128}"

KIND: Final = regex(_KIND)
REF: Final = regex(_REF)
_TEXT: Final = regex(rf"\[REDACTED:{_KIND}(?:#{_REF})?\]")
PLACEHOLDER: Final = regex(rf"\[REDACTED:{_KIND}#{_REF}\]".encode())
REACH: Final = 256
"""Bytes of context that a stream keeps, longer than any placeholder, so that none is cut."""
_PARTIAL: Final = regex(rf"\[REDACTED:(?:{_KIND}(?:#(?:{_REF})?)?)?".encode())


def render(kind: str, ref: str) -> str:
    """The placeholder of a kind and a reference."""
    return f"[REDACTED:{kind}#{ref}]"


def unfinished(data: bytes) -> int:
    """Position of a placeholder that is cut off at the end of `data`, else `len(data)`."""
    at = data.rfind(b"[", max(0, len(data) - REACH))
    if at == -1:
        return len(data)
    tail = data[at:]
    if OPENING.startswith(tail) or _PARTIAL.fullmatch(tail):
        return at
    return len(data)


def placeholders_in(text: str) -> list[str]:
    """The placeholders in a text, in order. A text with one must not be sent: its value is missing."""
    return _TEXT.findall(text) if "[REDACTED:" in text else []
