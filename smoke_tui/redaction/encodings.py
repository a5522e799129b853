"""The encodings in which a value may appear in text: JSON, percent, base64, hex and others."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Iterator
from typing import Final
from urllib.parse import quote, quote_plus

from smoke_tui.redaction.secret import utf8
from smoke_tui.regex import regex

MIN_VALUE: Final = 6
"""Shorter values are not registered: they occur in ordinary text."""
MIN_ANYWHERE: Final = 8
"""Shorter values are searched for as whole words only, and in no encoding."""
MIN_WRAPPED: Final = 16
"""From this length on an encoded value is also found across line wraps."""
MIN_TRUNCATED: Final = 12
"""A part of a value of this length counts as the value where an ellipsis follows it."""

_ESCAPE: Final = regex(rb"%[0-9A-F]{2}")
_UNICODE_ESCAPE: Final = regex(r"\\u[0-9a-f]{4}")
# Go escapes < > & in JSON; .NET also quotes and the plus sign.
_GO_JSON: Final = str.maketrans({c: f"\\u{ord(c):04x}" for c in "<>&"})
_NET_JSON: Final = str.maketrans({c: f"\\u{ord(c):04X}" for c in "<>&'+`"})
_NUMERIC_HTML: Final = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&#34;", "'": "&#39;"}
)


def encodings(value: str) -> frozenset[bytes]:
    """Every encoding of a value of at least MIN_ANYWHERE characters, itself included."""
    encoded: set[bytes] = set()
    for text in {value, value.strip()}:
        if len(text) < MIN_ANYWHERE:
            continue
        encoded.update(utf8(form) for form in _texts(text))
        encoded.update(_percent(text))
        encoded.update(_base64(utf8(text)))
        encoded.update((utf8(text).hex().encode(), utf8(text).hex().upper().encode()))
        encoded.update(_every_character(text))
    return frozenset(encoded)


def _every_character(value: str) -> Iterator[bytes]:
    r"""The value with every character escaped, as `\\uXXXX` and percent-encoded."""
    units = value.encode("utf-16-be", "surrogatepass").hex()
    code = "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))
    percent = "".join(f"%{byte:02x}" for byte in utf8(value))
    for form in (code, _upper_unicode(code), percent, percent.upper()):
        yield form.encode()


def _texts(value: str) -> Iterator[str]:
    yield from (value, value.swapcase(), value.lower(), value.upper())
    yield value.replace("\n", "\r\n")
    once = _json(value)
    yield from once
    for form in once:
        yield from (json.dumps(form)[1:-1], json.dumps(form, ensure_ascii=False)[1:-1])
    yield from (html.escape(value), html.escape(value, quote=False))
    numeric = value.translate(_NUMERIC_HTML)
    # Go's html/template writes the plus sign as a character reference too.
    yield from (numeric, numeric.replace("+", "&#43;"))


def _json(value: str) -> tuple[str, ...]:
    plain = (json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1])
    forms: list[str] = []
    for form in plain:
        variants = (form, form.translate(_GO_JSON))
        forms += variants
        forms.append(_upper_unicode(form.replace('\\"', "\\u0022").translate(_NET_JSON)))
        forms += [variant.replace("/", "\\/") for variant in variants]
    return tuple(dict.fromkeys(forms))


def _upper_unicode(text: str) -> str:
    return _UNICODE_ESCAPE.sub(lambda m: "\\u" + m.group()[2:].upper(), text)


def _percent(value: str) -> Iterator[bytes]:
    raw = utf8(value)
    # encodeURIComponent leaves !'()* alone; a path leaves the slash.
    once = {quote(raw, safe=""), quote(raw), quote(raw, safe="!'()*"), quote_plus(raw)}
    twice = {quote(form, safe="") for form in once} | {quote_plus(form) for form in once}
    for form in once | twice:
        upper = form.encode()
        yield upper
        yield _ESCAPE.sub(lambda m: m.group().lower(), upper)


def _base64(raw: bytes) -> Iterator[bytes]:
    """Base64 of the value at each of three alignments, without characters shared with its context."""
    for offset, start in ((0, 0), (1, 2), (2, 3)):
        encoded = base64.b64encode(bytes(offset) + raw)
        own_length = (offset + len(raw)) * 8 // 6
        ends = {own_length, len(encoded.rstrip(b"=")), len(encoded)}
        for end in ends:
            part = encoded[start:end]
            yield part
            yield part.replace(b"+", b"-").replace(b"/", b"_")
