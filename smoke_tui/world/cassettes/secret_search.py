"""Search the texts of a cassette for secrets whose values nobody knows any more.

Each text is searched as it is, by the names above it, in every decoding of `redaction.decodings`,
and joined with the other deltas of its event stream.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterator
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from smoke_tui.redaction import Json, Vault, detection, detectors
from smoke_tui.redaction.decodings import decodings
from smoke_tui.redaction.detectors import Hit
from smoke_tui.redaction.random_tokens import no_example, some_value
from smoke_tui.regex import regex
from smoke_tui.structs import Struct
from smoke_tui.world.cassettes.yaml_text import Scalar

SECRET: Final = "secret"
RANDOM: Final = "random-text"

_PLACEHOLDER: Final = regex(r"\[REDACTED:?[^\]\s]*\]")
_STAND_IN: Final = regex(r"[A-Z][A-Z_-]{2,30}|\W*")
"""What others put in the place of a value: DUMMY, FILTERED, ***."""
_SECRET_HEADERS: Final = frozenset(
    {
        "authorization", "proxy-authorization", "x-authorization", "cookie", "set-cookie", "cookie2",
        "set-cookie2", "x-api-key", "api-key", "x-auth-token", "x-access-token", "x-csrf-token",
        "x-xsrf-token", "chatgpt-account-id", "x-amz-security-token", "x-goog-api-key",
        "x-codex-turn-state", "openai-organization", "openai-project",
    }
)  # fmt: skip
_SECRET_NAME: Final = regex(
    r"(?:.*[^a-z0-9])?(?:(?:auth|access|refresh|id|session|bearer|csrf|xsrf)[_-]?)?"
    r"(?:token|secret|passwd|passphrase|apikey|api[_-]key|private[_-]key|signature|credentials?"
    r"|client[_-]secret|authorization)"
)
_SCHEME: Final = regex(r"(?i:bearer|basic|token|negotiate|digest)\s+")
_BENIGN_NAMES: Final = regex(
    r"(?i)(?:.*[_-])?(?:id|ids|etag|ray|model|models|hash|sha|sha1|sha256|md5|digest|fingerprint"
    r"|encrypted_content|obfuscation|nonce|cursor|version|user-agent|date|uri|url|call_id|etags"
    r"|prompt_cache_key|chunks|traceparent|tracestate|cf-ray|nel|report-to|text|delta|arguments"
    r"|instructions|output_text|content|body|string|message|title|description|key)"
)
_TOKEN: Final = regex(r"[A-Za-z0-9_+/=.~-]{24,}")
_UUID: Final = regex(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_ESCAPE_SEQUENCE: Final = regex(rb"\x1b\[[0-?]*[ -/]*[@-~]")
_HEX: Final = regex(r"[0-9a-fA-F]+")
_PREFIXED_ID: Final = regex(r"(?:resp|msg|call|rs|fc|req|run|ws|item|chatcmpl)_[A-Za-z0-9_-]+")
_RANDOM_BITS: Final = 4.0
"""Bits of entropy a character, above which a long token counts as drawn at random."""
_READABLE: Final = 0.9


class Finding(Struct, frozen=True):
    """A place that holds a secret (`SECRET`), or something to look at (`RANDOM`); never a value."""

    line: int
    code: str
    kind: str
    where: str
    how: str = ""

    def message(self) -> str:
        """The finding as a sentence for a person."""
        how = f" ({self.how})" if self.how else ""
        if self.code == RANDOM:
            return f"`{self.where}` holds a long random text; make sure that it opens nothing"
        return f"`{self.where}` holds what looks like a {self.kind}{how}"


class SecretSearcher:
    """Searches texts; `sensitive` are names of headers and fields whose values are secret."""

    def __init__(self, sensitive: frozenset[str] = frozenset()) -> None:
        self._vault = Vault()
        self._sensitive = frozenset(name.lower() for name in sensitive)

    def search(self, scalar: Scalar) -> list[Finding]:
        """What one scalar holds: its first secret, or that it is to be looked at."""
        text = (
            scalar.value.decode("utf-8", "replace")
            if isinstance(scalar.value, bytes)
            else scalar.value
        )
        raw = scalar.value if isinstance(scalar.value, bytes) else _utf8(text)
        name = "" if scalar.is_key or not scalar.path else scalar.path[-1]
        where = ".".join(p for p in scalar.path if p) or "(a key)"
        kinds = self._kinds(name, text, raw, header="headers" in scalar.path)
        if (hit := next(kinds, None)) is not None:
            return [Finding(scalar.line, SECRET, hit[0], where, hit[1])]
        if self._random(name, text):
            return [Finding(scalar.line, RANDOM, "", where)]
        return []

    def search_line(self, line: int, text: str, where: str) -> list[Finding]:
        """What a line outside of the scalars holds, such as a comment."""
        kinds = dict.fromkeys(hit.kind for hit in self._hits(_utf8(text)))
        return [Finding(line, SECRET, kind, where) for kind in kinds]

    def _kinds(
        self, name: str, text: str, raw: bytes, *, header: bool
    ) -> Iterator[tuple[str, str]]:
        """(kind, how it is encoded) of each secret."""
        if (kind := self._named(name, text, header=header)) is not None:
            yield kind, ""
        yield from ((kind, "") for kind in self._in_query(text))
        yield from ((kind, "") for kind in self._in_json(text))
        yield from self._encoded(raw)
        yield from ((kind, "over several deltas") for kind in self._over_deltas(text))

    def _encoded(self, raw: bytes) -> Iterator[tuple[str, str]]:
        """(kind, decoding steps) of what the detectors find in a text and its decodings."""
        for hit in self._hits(_ESCAPE_SEQUENCE.sub(b"", raw)):
            yield hit.kind, ""
        for decoding in decodings(raw):
            # Without blanks, neighbouring words look like one token; wrapped tokens are found raw.
            if decoding.steps and decoding.steps[-1] != "stripped":
                for hit in self._hits(decoding.data, decoded=True):
                    yield hit.kind, "+".join(decoding.steps)

    def _hits(self, data: bytes, *, decoded: bool = False) -> list[Hit]:
        """Hits that are neither in a placeholder nor, in a decoding, in what is no text."""
        table: tuple[detectors.Detector, ...] = detectors.DETECTORS
        if decoded and not _readable(data):
            table = detectors.TOKENS
        spans = [m.span() for m in re.finditer(rb"\[REDACTED:[^\]\s]*\]", data)]
        return [
            hit
            for hit in detection.find(data, table)
            if not any(start <= hit.start and hit.end <= end for start, end in spans)
        ]

    def _named(self, name: str, text: str, *, header: bool) -> str | None:
        """The kind of a value by its name alone; None where it is none, or a stand-in."""
        low = name.lower()
        declared = low in self._sensitive
        secret_header = header and low in _SECRET_HEADERS
        if not (declared or secret_header or self._secret_name(low)):
            return None
        if detectors.is_cookie_header(low):
            redacted = self._vault.redact_cookies(text)
            bare = _PLACEHOLDER.sub("", text)
            return "cookie" if redacted != text and _is_value(bare) else None
        bare = _SCHEME.sub("", _PLACEHOLDER.sub("", text)).strip()
        if not _is_value(bare) or (not (declared or secret_header) and not _drawn(bare)):
            return None
        return low

    @staticmethod
    def _secret_name(low: str) -> bool:
        return bool(_SECRET_NAME.fullmatch(low))

    def _in_query(self, text: str) -> Iterator[str]:
        """Parameters of an address or a form whose names say that they are secret."""
        if "=" not in text or len(text) > 65536 or "\n" in text.strip():
            return
        try:
            parts = urlsplit(text)
        except ValueError:
            return
        queries = (parts.query, parts.fragment) if "://" in text else (text,)
        for query in queries:
            for name, value in parse_qsl(query):
                low = name.lower()
                named = low in self._sensitive or low in ("key", "sig", "auth", "apikey")
                if (named or self._secret_name(low)) and _is_value(value) and _drawn(value):
                    yield low

    def _in_json(self, text: str) -> Iterator[str]:
        """Fields of JSON, nested and in texts of its own, and of the events of a stream."""
        for piece in (text, *_data_lines(text)):
            if piece.lstrip()[:1] not in ("{", "[", '"'):
                continue
            try:
                value: Json = json.loads(piece)
            except (ValueError, RecursionError):
                continue
            yield from self._walk(value, 0)

    def _walk(self, value: Json, depth: int) -> Iterator[str]:
        if depth > 50:
            return
        if isinstance(value, dict):
            for name, item in value.items():
                if isinstance(item, str):
                    kind = detectors.sensitive_key(name) or self._named(name, item, header=False)
                    if kind and _is_value(_PLACEHOLDER.sub("", item)) and detectors.is_value(item):
                        yield kind
                yield from self._walk(item, depth + 1)
        elif isinstance(value, list):
            for item in value:
                yield from self._walk(item, depth + 1)
        elif isinstance(value, str) and value.lstrip()[:1] in ("{", "["):
            yield from self._in_json(value)

    def _over_deltas(self, text: str) -> Iterator[str]:
        """Secrets that no delta of an event stream holds, but all of them joined do."""
        joined: dict[str, list[str]] = {}
        for piece in _data_lines(text):
            try:
                event = json.loads(piece)
            except (ValueError, RecursionError):
                continue
            if isinstance(event, dict) and isinstance(event.get("delta"), str):
                joined.setdefault(str(event.get("type")), []).append(event["delta"])
                joined.setdefault("", []).append(event["delta"])
        for deltas in joined.values():
            yield from (kind for kind, _ in self._encoded(_utf8("".join(deltas))))

    @staticmethod
    def _random(name: str, text: str) -> bool:
        """Whether a value under an unfamiliar name is one long random token."""
        bare = _PLACEHOLDER.sub("", text).strip()
        return (
            bool(name)
            and not _BENIGN_NAMES.fullmatch(name)
            and bool(_TOKEN.fullmatch(bare))
            and not (_UUID.fullmatch(bare) or _HEX.fullmatch(bare) or _PREFIXED_ID.fullmatch(bare))
            and _drawn(bare)
            and _entropy(bare) >= _RANDOM_BITS
        )


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _readable(data: bytes) -> bool:
    text = sum(1 for byte in data if 32 <= byte < 127 or byte in (9, 10, 13))
    return text >= len(data) * _READABLE


def _is_value(text: str) -> bool:
    """Whether a text is more than nothing, a stand-in or an example."""
    bare = text.strip()
    raw = _utf8(bare)
    return len(bare) >= 6 and not _STAND_IN.fullmatch(bare) and some_value(raw) and no_example(raw)


def _drawn(text: str) -> bool:
    """Whether a text looks drawn rather than written: digits and letters, no blanks."""
    return (
        len(text) >= 12
        and " " not in text
        and bool(re.search(r"[0-9]", text))
        and bool(re.search(r"[A-Za-z]", text))
        and not _UUID.fullmatch(text)
    )


def _entropy(text: str) -> float:
    counts = Counter(text).values()
    return -sum(n / len(text) * math.log2(n / len(text)) for n in counts)


def _data_lines(text: str) -> Iterator[str]:
    if "data:" not in text:
        return
    for line in text.splitlines():
        if line.startswith("data:"):
            yield line[len("data:") :].strip()
