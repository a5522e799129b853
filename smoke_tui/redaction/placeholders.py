"""The grammar of placeholders: `[REDACTED:kind#ref]`.

Only printable ASCII that survives JSON, HTML and URLs unescaped is allowed in one, so that a
placeholder reads the same in every medium.
"""

from __future__ import annotations

import re
from typing import Final

OPENING: Final = b"[REDACTED:"
_KIND: Final = r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}"
_REF: Final = r"[A-Za-z0-9_#%()*+,./:;=@~!$?^|-]{1,128}"

KIND: Final = re.compile(_KIND)
REF: Final = re.compile(_REF)
_TEXT: Final = re.compile(rf"\[REDACTED:{_KIND}(?:#{_REF})?\]")
PLACEHOLDER: Final = re.compile(rf"\[REDACTED:{_KIND}#{_REF}\]".encode())
#: Longer than any placeholder; what is kept of the past so that none is seen by half.
REACH: Final = 256
_PARTIAL: Final = re.compile(rf"\[REDACTED:(?:{_KIND}(?:#(?:{_REF})?)?)?".encode())


def render(kind: str, ref: str) -> str:
    """The placeholder of a kind and a reference."""
    return f"[REDACTED:{kind}#{ref}]"


def unfinished(data: bytes) -> int:
    """Where a placeholder begins that the end of `data` leaves open; `len(data)` if none does."""
    at = data.rfind(b"[", max(0, len(data) - REACH))
    if at == -1:
        return len(data)
    tail = data[at:]
    if OPENING.startswith(tail) or _PARTIAL.fullmatch(tail):
        return at
    return len(data)


def placeholders_in(text: str) -> list[str]:
    """The placeholders in a text, in order: what stands there is not the value, and is never sent."""
    return _TEXT.findall(text) if "[REDACTED:" in text else []
