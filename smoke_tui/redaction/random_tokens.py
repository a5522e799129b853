"""Whether what stands where a secret would stand is one: a drawn token, not a name or a word."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Final

_DIGIT: Final = re.compile(rb"[0-9]")
_UPPER: Final = re.compile(rb"[A-Z]")
_LONG_PART: Final = re.compile(rb"[A-Za-z0-9]{16,}")
_EXAMPLE: Final = re.compile(
    rb"(?:sk-)?(?:(?:proj|svcacct|admin|ant|api[0-9]*)-)*(?:[xX]+|[*]+|[.]+|0+|[-_*xX]+"
    rb"|(?:[A-Z]+[_-])*(?:YOUR|TOKEN|KEY|SECRET|HERE)(?:[_-][A-Z]+)*"
    rb"|(?i:your|insert|replace|placeholder|change)[A-Za-z]*(?:[_-][A-Za-z]+)*)"
)
_PROSE: Final = re.compile(rb"[A-Za-z]?[a-z_-]*=*")
IDENTIFIER: Final = re.compile(rb"[a-z_]+(?:\.[a-z_]+)*\(?")
_NO_VALUE: Final = re.compile(
    rb"(?i:none|null|nil|true|false|undefined|missing|present|absent|yes|no|optional|required"
    rb"|string|str|bytes|\[?redacted\]?|\*+|x{3,}|\.{3,}|\xe2\x80\xa6"
    # What people write where there is no value, and the outcome of a step that is named like one.
    rb"|n/?a|not|see|tbd|todo|unknown|unset|empty|blank|nothing|default|same|wrong|ok|okay|fine"
    rb"|pass(?:ed)?|fail(?:ed)?|blocked|waived|error|skipped|not-run|expected-limitation"
    rb")(?:[-.,;:!?*_`|)]|</?[a-z]+[^>]*>?|&[#a-z0-9]+;)*"
    rb"|<[^>]*>?|\$\{?[A-Za-z_]\w*\}?|\{.*|%s|%\(.*"
)


def dense(value: bytes) -> bool:
    """A drawn token rather than a name made of words: `rt_latency_p50_ms` is a name."""
    return bool(_UPPER.search(value) or _LONG_PART.search(value))


def dense_with_digit(value: bytes) -> bool:
    return dense(value) and bool(_DIGIT.search(value))


def drawn(value: bytes) -> bool:
    return bool(_DIGIT.search(value) or _UPPER.search(value))


def credential(value: bytes) -> bool:
    """After `Bearer`: not the prose of "Bearer authentication" or `Bearer realm=`."""
    return not _EXAMPLE.fullmatch(value) and (len(value) >= 24 or not _PROSE.fullmatch(value))


def basic(value: bytes) -> bool:
    """After `Basic`: user and password, that is base64 of a text with a colon in it."""
    bare = value.rstrip(b"=").replace(b"-", b"+").replace(b"_", b"/")
    try:
        return ":" in base64.b64decode(bare + b"=" * (-len(bare) % 4)).decode()
    except (binascii.Error, UnicodeDecodeError):
        return False


def more_than_header(value: bytes) -> bool:
    """`eyJhbGci...` is an example, and a header says nothing."""
    return len(value.replace(b".", b"")) - len(value.partition(b".")[0]) >= 8


def no_example(value: bytes) -> bool:
    """Not what stands for a key in instructions: `sk-proj-XXXX`, `YOUR_TOKEN`."""
    return not _EXAMPLE.fullmatch(value)


def drawn_key(value: bytes) -> bool:
    return drawn(value) and no_example(value)


def anything(value: bytes) -> bool:
    return True


def some_value(value: bytes) -> bool:
    return bool(value) and not _NO_VALUE.fullmatch(value)
