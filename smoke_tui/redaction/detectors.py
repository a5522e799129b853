"""The table of detectors: what a secret looks like whose value is not registered.

Each detector names the words (lower case) without which it can't match, so that text without them
costs one search. Ids, hashes, model names, the public client id, code_challenge and cf-ray match
none of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from typing import Final, NamedTuple

from smoke_tui.redaction import personal_detectors, random_tokens, split_tokens
from smoke_tui.regex import regex
from smoke_tui.structs import Struct

_Match = re.Match[bytes]


class Hit(NamedTuple):
    """A detected value in [start, end); `head` is where the text starts that identifies it."""

    kind: str
    start: int
    end: int
    head: int


class Detector(Struct, frozen=True):
    """A row of the table: `hits` yields the values in each match of `pattern`.

    A match starts at one of the words in `needs`, or up to `back` bytes before it; with `span` it
    ends at most that many bytes after the word. Most texts hold none of the words, so that an
    expression is compiled when one does.
    """

    needs: tuple[bytes, ...]
    expression: bytes
    hits: Callable[[_Match], Iterator[Hit]]
    back: int = 0
    span: int = 0

    @property
    def pattern(self) -> re.Pattern[bytes]:
        """The compiled expression."""
        return _compiled(self.expression)


@cache
def _compiled(expression: bytes) -> re.Pattern[bytes]:
    return re.compile(expression)


KEYS: Final = (
    "access_token", "refresh_token", "id_token", "requested_token", "subject_token",
    "code_verifier", "client_secret", "api_key", "password", "device_code", "user_code",
    "device_auth_id", "session_token",
)  # fmt: skip
"""Names whose values are secret in JSON, forms, queries, YAML and reprs. Case is ignored; the
underscore may be a hyphen or missing."""
_CANONICAL: Final = {key.replace("_", ""): key for key in KEYS}
_KEY_WORDS: Final = tuple(
    dict.fromkeys(key.replace("_", sep).encode() for key in KEYS for sep in ("_", "-", ""))
)
OPENERS: Final = (
    *_KEY_WORDS,
    b"bearer",
    b"basic",
    b"cookie",
    b"account-id",
    b"account_id",
    b"accountid",
    b"cf_chl",
    b"code",
    b"eyj",
    b"ssh ",
    b"clearance",
    b"__cf_bm",
    b"_cfuvid",
    b"mdrd",
    b"cupmdtk",
    *split_tokens.JOINTS,
)
"""Words after which a match may include blanks, up to the end of the line."""

# An escape ends in a letter or digit, but a value may start after it.
_ESCAPED: Final = rb"(?<=%[0-9A-Fa-f]{2})|(?<=\\[nrt])|(?<=\\u[0-9A-Fa-f]{4})"
_EDGE: Final = rb"(?:(?<![A-Za-z0-9_-])|" + _ESCAPED + rb")"
_KEY: Final = rb"(?P<key>(?i:" + b"|".join(k.replace("_", "[_-]?").encode() for k in KEYS) + rb"))"
_NAME: Final = rb"(?:(?<![A-Za-z0-9])|" + _ESCAPED + rb")" + _KEY + rb"(?![A-Za-z0-9_-])"
_PLACEHOLDER: Final = rb"\[REDACTED:[^\]\s]*\]"
_QUOTE: Final = rb"(?:%22|&quot;|&#34;)"
_FORM_VALUE: Final = rb"(?P<value>(?:" + _PLACEHOLDER + rb"|(?!%26|%22)[^\s\"'<>;,)}\]\\#&])+)"
_COOKIE_VALUE: Final = rb"(?:" + _PLACEHOLDER + rb"|[^;\s\"'\\,]|,(?=[^\s\"']))*"
_PAIR: Final = rb"[!#$%&*+.^_`|~0-9A-Za-z-]+=(?:\\*\")?" + _COOKIE_VALUE


_SENSITIVE: Final = regex(rb"(?:.*[^A-Za-z0-9])?" + _KEY, re.DOTALL)
_COOKIE_HEADER: Final = regex(r"(?i)(?:set-)?cookie2?")
_COOKIE_LENGTHS: Final = frozenset(
    {len("cookie"), len("cookie2"), len("set-cookie"), len("set-cookie2")}
)
_LONG: Final = 200
"""Characters of a key above which nothing is remembered of it."""
_COOKIE: Final = regex(
    rb"(?P<name>[!#$%&*+.^_`|~0-9A-Za-z-]+)=(?:\\*\")?(?P<value>" + _COOKIE_VALUE + rb")"
)
_ATTRIBUTES: Final = frozenset(
    (b"path", b"domain", b"expires", b"max-age", b"samesite", b"priority", b"version")
)


def _value(kind: str, accept: Callable[[bytes], bool]) -> Callable[[_Match], Iterator[Hit]]:
    """Hits of a pattern whose group `value` is the secret, if `accept` confirms the value."""

    def hits(match: _Match) -> Iterator[Hit]:
        if accept(match["value"]):
            yield Hit(kind, *match.span("value"), match.start())

    return hits


def _address(accept: Callable[[_Match], bool]) -> Callable[[_Match], Iterator[Hit]]:
    """As `_value`, for an e-mail address: `accept` sees its context too."""

    def hits(match: _Match) -> Iterator[Hit]:
        if accept(match):
            yield Hit("email", *match.span("value"), match.start())

    return hits


def _key_kind(key: bytes) -> str:
    return _CANONICAL[key.decode().lower().replace("_", "").replace("-", "")]


def _keyed(match: _Match, group: str = "value") -> Iterator[Hit]:
    if random_tokens.some_value(match[group]):
        yield Hit(_key_kind(match["key"]), *match.span(group), match.start())


def _quoted(match: _Match) -> Iterator[Hit]:
    groups = ("double", "single", "escaped")
    yield from _keyed(match, next(group for group in groups if match[group] is not None))


def _bare(match: _Match) -> Iterator[Hit]:
    """An unquoted value; an identifier (`access_token=bundle.access_token` in code) is no secret."""
    value = match["value"]
    named = len(value) < 20 and random_tokens.IDENTIFIER.fullmatch(value)
    if not named or _key_kind(match["key"]) == "password":
        yield from _keyed(match)


def _callback(match: _Match) -> Iterator[Hit]:
    """The code or state of a callback; shorter values (`?state=open`) are ordinary parameters."""
    if len(match["value"]) >= 8 and random_tokens.some_value(match["value"]):
        yield Hit(match["key"].decode().lower(), *match.span("value"), match.start())


def cookie_hits(data: bytes, start: int, end: int, head: int) -> Iterator[Hit]:
    """The cookies' values in a header's value, without names and attributes."""
    for pair in _COOKIE.finditer(data, start, end):
        before = data[max(start, pair.start() - 8) : pair.start()].rstrip(b" \t")
        first = pair.start() == start or before.endswith((b";", b",", b"\n"))
        if first and pair["value"] and pair["name"].lower() not in _ATTRIBUTES:
            yield Hit("cookie", *pair.span("value"), head)


def _cookies(match: _Match) -> Iterator[Hit]:
    group = "line" if match["line"] is not None else "inside"
    yield from cookie_hits(match.string, *match.span(group), match.start())


def _token(kind: str, needs: bytes, pattern: bytes, accept: Callable[[bytes], bool]) -> Detector:
    expression = _EDGE + rb"(?P<value>" + pattern + rb")"
    return Detector(tuple(needs.split()), expression, _value(kind, accept))


# fmt: off
TOKENS: Final = (
    _token("jwt", b"eyj", rb"eyJ[A-Za-z0-9_-]{6,}(?:\.[A-Za-z0-9_-]*){2,}",
           random_tokens.more_than_header),
    # Header and payload without the signature: the claims name a person.
    _token("jwt", b"eyj", rb"eyJ[A-Za-z0-9_-]{6,}\.eyJ[A-Za-z0-9_-]{16,}(?![A-Za-z0-9_.-])",
           random_tokens.anything),
    # The payload alone.
    _token("jwt", b"eyj eya ewo ew0", rb"(?:ey[AJ]|ew[o0])[A-Za-z0-9_+/-]{20,}+={0,2}+(?!\.)",
           personal_detectors.holds_claims),
    _token("api_key", b"sk-", rb"sk-(?:proj|svcacct|admin|ant)-[A-Za-z0-9_*-]{10,}", 
           random_tokens.no_example),
    _token("api_key", b"sk-", rb"sk-[A-Za-z0-9_*-]{16,}", random_tokens.drawn_key),
    _token("api_key", b"xai-", rb"xai-[A-Za-z0-9_-]{16,}", random_tokens.drawn),
    _token("refresh_token", b"rt_", rb"rt_[A-Za-z0-9_-]{20,}(?:\.[A-Za-z0-9_-]+)*", random_tokens.dense),
    _token("refresh_token", b"rt.", rb"rt\.[A-Za-z0-9._-]{20,}", random_tokens.dense_with_digit),
    # Other tokens in a stack's environment and output: GitHub, GitLab, Slack, Google, AWS.
    _token("api_key", b"gho_ ghp_ ghr_ ghs_ ghu_", rb"gh[opsur]_[A-Za-z0-9]{36,}", random_tokens.anything),
    _token("api_key", b"github_pat_", rb"github_pat_[A-Za-z0-9_]{22,}", random_tokens.anything),
    _token("api_key", b"glpat-", rb"glpat-[A-Za-z0-9_-]{20,}", random_tokens.anything),
    _token("api_key", b"xox", rb"xox[abceprs]-[A-Za-z0-9-]{10,}", random_tokens.drawn),
    _token("api_key", b"aiza", rb"AIza[A-Za-z0-9_-]{35}", random_tokens.anything),
    _token("api_key", b"akia asia", rb"A[KS]IA[A-Z0-9]{16}(?![A-Za-z0-9])", random_tokens.anything),
    _token("auth_code", b"ac_", rb"ac_[A-Za-z0-9_-]{16,}(?:\.[A-Za-z0-9_-]+)*", random_tokens.dense),
)
"""Tokens that are recognizable by themselves."""
# fmt: on

DETECTORS: Final = (
    *TOKENS,
    Detector(
        _KEY_WORDS,
        (
            _NAME + rb"\\*[\"']?[ \t]*[:=][ \t]*b?"
            rb"(?:\"(?P<double>(?:[^\"\\\r\n]|\\[^\r\n])*+)"
            rb"|'(?P<single>(?:[^'\\\r\n]|\\[^\r\n])*+)"
            rb"|\\+[\"'](?P<escaped>[^\"'\\\r\n]*+))"
        ),
        _quoted,
    ),
    Detector(
        _KEY_WORDS,
        (_NAME + rb"(?:=|%3[Dd]|" + _QUOTE + rb"(?::|%3[Aa])" + _QUOTE + rb")" + _FORM_VALUE),
        _bare,
    ),
    Detector(  # YAML and logs: the value is the rest of the line.
        _KEY_WORDS,
        (
            _NAME + rb"[\"']?:[ \t]*(?P<value>(?:" + _PLACEHOLDER + rb"|[^\s\"',{}\[\]\\])+)"
            rb"(?=,?[ \t]*(?:$|[\r\n]))"
        ),
        _bare,
    ),
    Detector(
        (b"code=", b"state=", b"code%3d", b"state%3d"),
        (
            rb"(?i:[?&#]|&amp;|%3F|%26|\\u0026)"
            rb"(?P<key>(?i:code|state))(?:=|%3[Dd])" + _FORM_VALUE
        ),
        _callback,
        back=6,
    ),
    Detector(  # The first field of a form.
        (b"code=", b"state="),
        (rb"(?<![^\s\"'])(?P<key>code|state)=" + _FORM_VALUE + rb"(?=&)"),
        _callback,
    ),
    Detector(  # An account's id, by the name of its header or field.
        (b"account",),
        (
            rb"(?i:(?<![A-Za-z0-9])(?:chatgpt[_-]?)?account[_-]?(?:user[_-]?)?id)"
            rb"(?:\\*[\"']|%22)?(?:[ \t]*[:=,]|%3[AaDd])[ \t]*(?:\\*[\"']|%22)?"
            rb"(?P<value>[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"
            rb"|(?:acct|acc|user|org|account)[-_][A-Za-z0-9_-]{8,})"
        ),
        _value("account_id", random_tokens.anything),
        back=8,
    ),
    Detector(  # Tokens of a Cloudflare challenge page.
        (b"cf_chl",),
        (
            rb"__cf_chl_[a-z_]*tk\\*[\"']?[ \t]*[:=][ \t]*\\*[\"']?"
            rb"(?P<value>[A-Za-z0-9_.-]{20,})"
        ),
        _value("challenge", random_tokens.anything),
        back=2,
    ),
    Detector(
        (b"mdrd", b"cupmdtk"),
        (
            rb"(?<![A-Za-z0-9])(?:mdrd|cUPMDTk)\\*[\"']?[ \t]*[:=][ \t]*\\*[\"']"
            rb"(?P<value>[A-Za-z0-9_.-]{20,})"
        ),
        _value("challenge", random_tokens.anything),
    ),
    Detector(  # Cookies by their names, outside of a header: exports, scripts, tables.
        (b"session-token", b"csrf-token", b"clearance", b"__cf_bm", b"_cfuvid"),
        (
            rb"(?:session-token(?:\.[0-9])?|csrf-token|clearance|__cf_bm|_cfuvid)"
            rb"(?:\\*[\"'])?(?:[ \t]*[=:][ \t]*|\t|,[ \t]*(?:\\*[\"']value\\*[\"']:[ \t]*)?)"
            rb"(?:\\*[\"'])?(?P<value>[A-Za-z0-9_.~+/%=|-]{8,})"
        ),
        _value("cookie", random_tokens.some_value),
    ),
    Detector(
        (b"@", b"%40"),
        personal_detectors.EMAIL,
        _address(personal_detectors.is_personal_address),
        back=65,
        span=320,
    ),
    Detector(
        (b"code",), personal_detectors.CODE, _value("user_code", personal_detectors.is_device_code)
    ),
    Detector(
        (b"bearer",),
        (rb"(?i:\bbearer)(?:[ \t]+|%20|\+)(?P<value>[A-Za-z0-9._~+/-]{6,}+=*)"),
        _value("bearer", random_tokens.credential),
    ),
    Detector(
        (b"basic",),
        (rb"(?i:\bbasic)(?:[ \t]+|%20|\+)(?P<value>[A-Za-z0-9+/_-]{6,}+={0,2})"),
        _value("basic", random_tokens.basic),
    ),
    Detector(
        (b"cookie",),
        (
            rb"(?i:(?<![A-Za-z0-9])(?:set-)?cookie2?)\\*[\"']?[ \t]*[:,][ \t]*"
            rb"(?:\[?b?\\*[\"'](?P<inside>" + _PAIR + rb"[^\r\n\"']*+)"
            rb"|(?P<line>" + _PAIR + rb"[^\r\n]*+))"
        ),
        _cookies,
        back=4,
    ),
    Detector(
        (b"://",),
        (rb"://[^\s/@:\"'<>?#]*:(?P<value>(?:" + _PLACEHOLDER + rb"|[^\s/@\"'<>?#])+)@"),
        _value("userinfo", random_tokens.some_value),
    ),
)
"""All detectors: tokens, then values that only their context identifies."""


def sensitive_key(key: str) -> str | None:
    """The kind of secret that a key of parsed JSON names, if it names one."""
    return _remembered_kind(key) if len(key) <= _LONG else _kind_of_key(key)


def _kind_of_key(key: str) -> str | None:
    match = _SENSITIVE.fullmatch(key.encode("utf-8", "replace"))
    return _key_kind(match["key"]) if match else None


_remembered_kind = lru_cache(4096)(_kind_of_key)


def is_value(text: str) -> bool:
    """Whether a value under a sensitive key is a value, not a word such as `null`."""
    return random_tokens.some_value(text.encode("utf-8", "replace"))


def is_cookie_header(name: str) -> bool:
    """Whether a header of this name carries cookies."""
    return len(name) in _COOKIE_LENGTHS and bool(_COOKIE_HEADER.fullmatch(name))
