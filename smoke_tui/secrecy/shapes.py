"""What a secret looks like when nobody told us its value.

A table of shapes. Each names the words without which it cannot match (lower case), so that text
without them costs one search. Ids, hashes, model names, the public client id, code_challenge and
cf-ray match no row.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

_Match = re.Match[bytes]


class Hit(NamedTuple):
    """A value in [start, end) and the start of the text that gives it away."""

    kind: str
    start: int
    end: int
    head: int


@dataclass(frozen=True, slots=True)
class Shape:
    """A row of the table: every match of `pattern` holds the hits that `hits` finds in it."""

    needs: tuple[bytes, ...]
    pattern: re.Pattern[bytes]
    hits: Callable[[_Match], Iterator[Hit]]


#: Names whose values are secret in JSON, forms, queries, YAML and reprs; any letter case, the
#: underscore also as hyphen or left out.
KEYS: Final = (
    "access_token", "refresh_token", "id_token", "requested_token", "subject_token",
    "code_verifier", "client_secret", "api_key", "password", "device_code", "user_code",
)  # fmt: skip
_CANONICAL: Final = {key.replace("_", ""): key for key in KEYS}
_KEY_WORDS: Final = tuple(
    dict.fromkeys(key.replace("_", sep).encode() for key in KEYS for sep in ("_", "-", ""))
)
#: Words after which a match may go on beyond blanks, to the end of the line.
OPENERS: Final = (
    *_KEY_WORDS, b"bearer", b"basic", b"cookie", b"account-id", b"account_id", b"accountid",
    b"cf_chl",
)

# An escape ends in a letter or digit, yet what follows it is a beginning.
_ESCAPED: Final = rb"(?<=%[0-9A-Fa-f]{2})|(?<=\\[nrt])|(?<=\\u[0-9A-Fa-f]{4})"
_EDGE: Final = rb"(?:(?<![A-Za-z0-9_-])|" + _ESCAPED + rb")"
_KEY: Final = rb"(?P<key>(?i:" + b"|".join(k.replace("_", "[_-]?").encode() for k in KEYS) + rb"))"
_NAME: Final = rb"(?:(?<![A-Za-z0-9])|" + _ESCAPED + rb")" + _KEY + rb"(?![A-Za-z0-9_-])"
_PLACEHOLDER: Final = rb"\[REDACTED:[^\]\s]*\]"
_QUOTE: Final = rb"(?:%22|&quot;|&#34;)"
_FORM_VALUE: Final = rb"(?P<value>(?:" + _PLACEHOLDER + rb"|(?!%26|%22)[^\s\"'<>;,)}\]\\#&])+)"
_COOKIE_VALUE: Final = rb"(?:" + _PLACEHOLDER + rb"|[^;\s\"'\\,]|,(?=[^\s\"']))*"
_PAIR: Final = rb"[!#$%&*+.^_`|~0-9A-Za-z-]+=(?:\\*\")?" + _COOKIE_VALUE

_SENSITIVE: Final = re.compile(rb"(?:.*[^A-Za-z0-9])?" + _KEY, re.DOTALL)
_COOKIE_HEADER: Final = re.compile(r"(?i)(?:set-)?cookie2?")
_COOKIE: Final = re.compile(
    rb"(?P<name>[!#$%&*+.^_`|~0-9A-Za-z-]+)=(?:\\*\")?(?P<value>" + _COOKIE_VALUE + rb")"
)
_ATTRIBUTES: Final = frozenset(
    (b"path", b"domain", b"expires", b"max-age", b"samesite", b"priority", b"version")
)
_DIGIT: Final = re.compile(rb"[0-9]")
_UPPER: Final = re.compile(rb"[A-Z]")
_LONG_PART: Final = re.compile(rb"[A-Za-z0-9]{16,}")
_PROSE: Final = re.compile(rb"[A-Za-z]?[a-z_-]*=*")
_IDENTIFIER: Final = re.compile(rb"[a-z_]+(?:\.[a-z_]+)*\(?")
_NO_VALUE: Final = re.compile(
    rb"(?i:none|null|nil|true|false|undefined|missing|present|absent|yes|no|optional|required"
    rb"|string|str|bytes|\[?redacted\]?|\*+|x{3,}|\.{3,}|\xe2\x80\xa6"
    # What people write where there is no value, and the outcome of a step that is named like one.
    rb"|n/?a|not|see|tbd|todo|unknown|unset|empty|blank|nothing|default|same|wrong|ok|okay|fine"
    rb"|pass(?:ed)?|fail(?:ed)?|blocked|waived|error|skipped|not-run|expected-limitation"
    rb")(?:[-.,;:!?*_`|)]|</?[a-z]+[^>]*>?|&[#a-z0-9]+;)*"
    rb"|<[^>]*>?|\$\{?[A-Za-z_]\w*\}?|\{.*|%s|%\(.*"
)


def _dense(value: bytes) -> bool:
    """A drawn token rather than a name made of words: `rt_latency_p50_ms` is a name."""
    return bool(_UPPER.search(value) or _LONG_PART.search(value))


def _dense_with_digit(value: bytes) -> bool:
    return _dense(value) and bool(_DIGIT.search(value))


def _drawn(value: bytes) -> bool:
    return bool(_DIGIT.search(value) or _UPPER.search(value))


def _credential(value: bytes) -> bool:
    """After `Bearer`: not the prose of "Bearer authentication" or `Bearer realm=`."""
    return len(value) >= 24 or not _PROSE.fullmatch(value)


def _basic(value: bytes) -> bool:
    """After `Basic`: user and password, that is base64 of a text with a colon in it."""
    bare = value.rstrip(b"=").replace(b"-", b"+").replace(b"_", b"/")
    try:
        return ":" in base64.b64decode(bare + b"=" * (-len(bare) % 4)).decode()
    except (binascii.Error, UnicodeDecodeError):
        return False


def _anything(value: bytes) -> bool:
    return True


def _some_value(value: bytes) -> bool:
    return bool(value) and not _NO_VALUE.fullmatch(value)


def _one(kind: str, accept: Callable[[bytes], bool]) -> Callable[[_Match], Iterator[Hit]]:
    """Hits of a pattern whose group `value` is the secret."""

    def hits(found: _Match) -> Iterator[Hit]:
        if accept(found["value"]):
            yield Hit(kind, *found.span("value"), found.start())

    return hits


def _key_kind(key: bytes) -> str:
    return _CANONICAL[key.decode().lower().replace("_", "").replace("-", "")]


def _keyed(found: _Match, group: str = "value") -> Iterator[Hit]:
    if _some_value(found[group]):
        yield Hit(_key_kind(found["key"]), *found.span(group), found.start())


def _quoted(found: _Match) -> Iterator[Hit]:
    groups = ("double", "single", "escaped")
    yield from _keyed(found, next(group for group in groups if found[group] is not None))


def _bare(found: _Match) -> Iterator[Hit]:
    """Unquoted: source code says `access_token=bundle.access_token`, which holds no secret."""
    value = found["value"]
    named = len(value) < 20 and _IDENTIFIER.fullmatch(value)
    if not named or _key_kind(found["key"]) == "password":
        yield from _keyed(found)


def _callback(found: _Match) -> Iterator[Hit]:
    """A code or state of a callback; shorter words (`?state=open`) are other people's filters."""
    if len(found["value"]) >= 8 and _some_value(found["value"]):
        yield Hit(found["key"].decode().lower(), *found.span("value"), found.start())


def cookie_hits(data: bytes, start: int, end: int, head: int) -> Iterator[Hit]:
    """The values of the cookies in a header's value; names and attributes stay readable."""
    for pair in _COOKIE.finditer(data, start, end):
        before = data[max(start, pair.start() - 8) : pair.start()].rstrip(b" \t")
        first = pair.start() == start or before.endswith((b";", b",", b"\n"))
        if first and pair["value"] and pair["name"].lower() not in _ATTRIBUTES:
            yield Hit("cookie", *pair.span("value"), head)


def _cookies(found: _Match) -> Iterator[Hit]:
    group = "line" if found["line"] is not None else "inside"
    yield from cookie_hits(found.string, *found.span(group), found.start())


def _token(kind: str, needs: bytes, pattern: bytes, accept: Callable[[bytes], bool]) -> Shape:
    expression = re.compile(_EDGE + rb"(?P<value>" + pattern + rb")")
    return Shape(tuple(needs.split()), expression, _one(kind, accept))


#: Tokens that give themselves away, wherever they stand.
TOKENS: Final = (
    _token("jwt", b"eyj", rb"eyJ[A-Za-z0-9_-]{6,}(?:\.[A-Za-z0-9_-]*){2,}", _anything),
    # Header and payload without the signature: the claims name a person.
    _token("jwt", b"eyj", rb"eyJ[A-Za-z0-9_-]{6,}\.eyJ[A-Za-z0-9_-]{16,}(?![A-Za-z0-9_.-])",
           _anything),
    _token("api_key", b"sk-", rb"sk-(?:proj|svcacct|admin|ant)-[A-Za-z0-9_*-]{10,}", _anything),
    _token("api_key", b"sk-", rb"sk-[A-Za-z0-9_*-]{16,}", _drawn),
    _token("api_key", b"xai-", rb"xai-[A-Za-z0-9_-]{16,}", _drawn),
    _token("refresh_token", b"rt_", rb"rt_[A-Za-z0-9_-]{20,}(?:\.[A-Za-z0-9_-]+)*", _dense),
    _token("refresh_token", b"rt.", rb"rt\.[A-Za-z0-9._-]{20,}", _dense_with_digit),
    # What else a stack's environment and output may hold: GitHub, GitLab, Slack, Google, AWS.
    _token("api_key", b"gho_ ghp_ ghr_ ghs_ ghu_", rb"gh[opsur]_[A-Za-z0-9]{36,}", _anything),
    _token("api_key", b"github_pat_", rb"github_pat_[A-Za-z0-9_]{22,}", _anything),
    _token("api_key", b"glpat-", rb"glpat-[A-Za-z0-9_-]{20,}", _anything),
    _token("api_key", b"xox", rb"xox[abceprs]-[A-Za-z0-9-]{10,}", _drawn),
    _token("api_key", b"aiza", rb"AIza[A-Za-z0-9_-]{35}", _anything),
    _token("api_key", b"akia asia", rb"A[KS]IA[A-Z0-9]{16}(?![A-Za-z0-9])", _anything),
    _token("auth_code", b"ac_", rb"ac_[A-Za-z0-9_-]{16,}(?:\.[A-Za-z0-9_-]+)*", _dense),
)

#: The whole net: the tokens, then values that only their surroundings give away.
SHAPES: Final = (
    *TOKENS,
    Shape(
        _KEY_WORDS,
        re.compile(
            _NAME + rb"\\*[\"']?[ \t]*[:=][ \t]*b?"
            rb"(?:\"(?P<double>(?:[^\"\\\r\n]|\\[^\r\n])*+)"
            rb"|'(?P<single>(?:[^'\\\r\n]|\\[^\r\n])*+)"
            rb"|\\+[\"'](?P<escaped>[^\"'\\\r\n]*+))"
        ),
        _quoted,
    ),
    Shape(
        _KEY_WORDS,
        re.compile(
            _NAME + rb"(?:=|%3[Dd]|" + _QUOTE + rb"(?::|%3[Aa])" + _QUOTE + rb")" + _FORM_VALUE
        ),
        _bare,
    ),
    Shape(  # YAML and logs: the value is all that follows on the line.
        _KEY_WORDS,
        re.compile(
            _NAME + rb"[\"']?:[ \t]*(?P<value>(?:" + _PLACEHOLDER + rb"|[^\s\"',{}\[\]\\])+)"
            rb"(?=,?[ \t]*(?:$|[\r\n]))"
        ),
        _bare,
    ),
    Shape(
        (b"code", b"state"),
        re.compile(
            rb"(?i:[?&#]|&amp;|%3F|%26|\\u0026)"
            rb"(?P<key>(?i:code|state))(?:=|%3[Dd])" + _FORM_VALUE
        ),
        _callback,
    ),
    Shape(  # The first field of a form.
        (b"code=", b"state="),
        re.compile(rb"(?<![^\s\"'])(?P<key>code|state)=" + _FORM_VALUE + rb"(?=&)"),
        _callback,
    ),
    Shape(  # An account by the name of its header or field, whatever id stands elsewhere.
        (b"account",),
        re.compile(
            rb"(?i:chatgpt[_-]?account[_-]?(?:user[_-]?)?id)\\*[\"']?[ \t]*[:=,][ \t]*\\*[\"']?"
            rb"(?P<value>[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})"
        ),
        _one("account_id", _anything),
    ),
    Shape(  # What a challenge page of Cloudflare holds for its own script.
        (b"cf_chl",),
        re.compile(rb"__cf_chl_[a-z_]*tk\\*[\"']?[ \t]*[:=][ \t]*\\*[\"']?"
                   rb"(?P<value>[A-Za-z0-9_.-]{20,})"),
        _one("challenge", _anything),
    ),
    Shape(
        (b"bearer",),
        re.compile(rb"(?i:\bbearer)(?:[ \t]+|%20|\+)(?P<value>[A-Za-z0-9._~+/-]{6,}+=*)"),
        _one("bearer", _credential),
    ),
    Shape(
        (b"basic",),
        re.compile(rb"(?i:\bbasic)(?:[ \t]+|%20|\+)(?P<value>[A-Za-z0-9+/_-]{6,}+={0,2})"),
        _one("basic", _basic),
    ),
    Shape(
        (b"cookie",),
        re.compile(
            rb"(?i:(?<![A-Za-z0-9])(?:set-)?cookie2?)\\*[\"']?[ \t]*[:,][ \t]*"
            rb"(?:\[?b?\\*[\"'](?P<inside>" + _PAIR + rb"[^\r\n\"']*+)"
            rb"|(?P<line>" + _PAIR + rb"[^\r\n]*+))"
        ),
        _cookies,
    ),
    Shape(
        (b"://",),
        re.compile(rb"://[^\s/@:\"'<>?#]*:(?P<value>(?:" + _PLACEHOLDER + rb"|[^\s/@\"'<>?#])+)@"),
        _one("userinfo", _some_value),
    ),
)


def sensitive_key(key: str) -> str | None:
    """The kind of secret that a key of parsed JSON names, if it names one."""
    found = _SENSITIVE.fullmatch(key.encode("utf-8", "replace"))
    return _key_kind(found["key"]) if found else None


def is_value(text: str) -> bool:
    """Whether what stands under a sensitive key is a value, not a word such as `null`."""
    return _some_value(text.encode("utf-8", "replace"))


def is_cookie_header(name: str) -> bool:
    """Whether a header of this name carries cookies."""
    return bool(_COOKIE_HEADER.fullmatch(name))


def find(data: bytes, shapes: tuple[Shape, ...] = SHAPES) -> list[Hit]:
    """Every hit of every shape, in the order of the table."""
    lower = data.lower()
    return [
        hit
        for shape in shapes
        if any(word in lower for word in shape.needs)
        for found in shape.pattern.finditer(data)
        for hit in shape.hits(found)
    ]
