"""Predicates that tell random tokens from names, words and examples."""

from __future__ import annotations

import base64
import binascii
from typing import Final

from smoke_tui.regex import regex

_DIGIT: Final = regex(rb"[0-9]")
_UPPER: Final = regex(rb"[A-Z]")
_LONG_PART: Final = regex(rb"[A-Za-z0-9]{16,}")
_EXAMPLE: Final = regex(
    rb"(?:sk-)?(?:(?:proj|svcacct|admin|ant|api[0-9]*)-)*(?:[xX]+|[*]+|[.]+|0+|[-_*xX]+"
    rb"|(?:[A-Z]+[_-])*(?:YOUR|TOKEN|KEY|SECRET|HERE)(?:[_-][A-Z]+)*"
    rb"|(?i:your|insert|replace|placeholder|change)[A-Za-z]*(?:[_-][A-Za-z]+)*)"
)
_PROSE: Final = regex(rb"[A-Za-z]?[a-z_-]*=*")
IDENTIFIER: Final = regex(rb"[a-z_]+(?:\.[a-z_]+)*\(?")
_NO_VALUE: Final = regex(
    rb"(?i:none|null|nil|true|false|undefined|missing|present|absent|yes|no|optional|required"
    rb"|string|str|bytes|\[?redacted\]?|\*+|x{3,}|\.{3,}|\xe2\x80\xa6"
    # Notes for a missing value, and outcomes of a step whose id is a sensitive key.
    rb"|n/?a|not|see|tbd|todo|unknown|unset|empty|blank|nothing|default|same|wrong|ok|okay|fine"
    rb"|pass(?:ed)?|fail(?:ed)?|blocked|waived|error|skipped|not-run|expected-limitation"
    rb")(?:[-.,;:!?*_`|)]|</?[a-z]+[^>]*>?|&[#a-z0-9]+;)*"
    rb"|<[^>]*>?|\$\{?[A-Za-z_]\w*\}?|\{.*|%s|%\(.*"
)


def dense(value: bytes) -> bool:
    """Whether a value is random rather than a name of words such as `rt_latency_p50_ms`."""
    return bool(_UPPER.search(value) or _LONG_PART.search(value))


def dense_with_digit(value: bytes) -> bool:
    """As `dense`, with at least one digit."""
    return dense(value) and bool(_DIGIT.search(value))


def drawn(value: bytes) -> bool:
    """Whether a value has a digit or a capital letter."""
    return bool(_DIGIT.search(value) or _UPPER.search(value))


def credential(value: bytes) -> bool:
    """Whether a word after `Bearer` is a token: no prose, no `realm=`, no example."""
    return not _EXAMPLE.fullmatch(value) and (len(value) >= 24 or not _PROSE.fullmatch(value))


def basic(value: bytes) -> bool:
    """Whether a word after `Basic` is user and password: base64 of a text with a colon."""
    bare = value.rstrip(b"=").replace(b"-", b"+").replace(b"_", b"/")
    try:
        return ":" in base64.b64decode(bare + b"=" * (-len(bare) % 4)).decode()
    except (binascii.Error, UnicodeDecodeError):
        return False


def more_than_header(value: bytes) -> bool:
    """Whether a JWT has content besides its header: `eyJhbGci...` is an example."""
    return len(value.replace(b".", b"")) - len(value.partition(b".")[0]) >= 8


def no_example(value: bytes) -> bool:
    """Whether a value is no example from instructions: `sk-proj-XXXX`, `YOUR_TOKEN`."""
    return not _EXAMPLE.fullmatch(value)


def drawn_key(value: bytes) -> bool:
    """Whether an API key is random and no example."""
    return drawn(value) and no_example(value)


def anything(value: bytes) -> bool:
    """Accept every value."""
    return True


def some_value(value: bytes) -> bool:
    """Whether there is a value, not a word such as `none` or `redacted`."""
    return bool(value) and not _NO_VALUE.fullmatch(value)
