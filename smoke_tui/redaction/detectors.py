"""What a secret looks like when nobody told us its value.

A table of shapes. Each names the words without which it cannot match (lower case), so that text
without them costs one search. Ids, hashes, model names, the public client id, code_challenge and
cf-ray match no row.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from smoke_tui.redaction import personal_detectors, random_tokens, split_tokens

_Match = re.Match[bytes]


class Hit(NamedTuple):
    """A value in [start, end) and the start of the text that gives it away."""

    kind: str
    start: int
    end: int
    head: int


@dataclass(frozen=True, slots=True)
class Shape:
    """A row of the table: every match of `pattern` holds the hits that `hits` finds in it.

    A match begins where one of the words in `needs` does, or up to `back` bytes before it; with
    `span` it ends at most so many bytes behind it.
    """

    needs: tuple[bytes, ...]
    pattern: re.Pattern[bytes]
    hits: Callable[[_Match], Iterator[Hit]]
    back: int = 0
    span: int = 0


#: Names whose values are secret in JSON, forms, queries, YAML and reprs; any letter case, the
#: underscore also as hyphen or left out.
KEYS: Final = (
    "access_token", "refresh_token", "id_token", "requested_token", "subject_token",
    "code_verifier", "client_secret", "api_key", "password", "device_code", "user_code",
    "device_auth_id", "session_token",
)  # fmt: skip
_CANONICAL: Final = {key.replace("_", ""): key for key in KEYS}
_KEY_WORDS: Final = tuple(
    dict.fromkeys(key.replace("_", sep).encode() for key in KEYS for sep in ("_", "-", ""))
)
#: Words after which a match may go on beyond blanks, to the end of the line.
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

#: Longer lines are read as they are only.
_LONGEST_VEILED: Final = 4 * 1024 * 1024

_SENSITIVE: Final = re.compile(rb"(?:.*[^A-Za-z0-9])?" + _KEY, re.DOTALL)
_COOKIE_HEADER: Final = re.compile(r"(?i)(?:set-)?cookie2?")
_COOKIE: Final = re.compile(
    rb"(?P<name>[!#$%&*+.^_`|~0-9A-Za-z-]+)=(?:\\*\")?(?P<value>" + _COOKIE_VALUE + rb")"
)
_ATTRIBUTES: Final = frozenset(
    (b"path", b"domain", b"expires", b"max-age", b"samesite", b"priority", b"version")
)


def _one(kind: str, accept: Callable[[bytes], bool]) -> Callable[[_Match], Iterator[Hit]]:
    """Hits of a pattern whose group `value` is the secret."""

    def hits(found: _Match) -> Iterator[Hit]:
        if accept(found["value"]):
            yield Hit(kind, *found.span("value"), found.start())

    return hits


def _one_of(accept: Callable[[_Match], bool]) -> Callable[[_Match], Iterator[Hit]]:
    """As `_one`, for an address: what stands around it counts."""

    def hits(found: _Match) -> Iterator[Hit]:
        if accept(found):
            yield Hit("email", *found.span("value"), found.start())

    return hits


def _key_kind(key: bytes) -> str:
    return _CANONICAL[key.decode().lower().replace("_", "").replace("-", "")]


def _keyed(found: _Match, group: str = "value") -> Iterator[Hit]:
    if random_tokens.some_value(found[group]):
        yield Hit(_key_kind(found["key"]), *found.span(group), found.start())


def _quoted(found: _Match) -> Iterator[Hit]:
    groups = ("double", "single", "escaped")
    yield from _keyed(found, next(group for group in groups if found[group] is not None))


def _bare(found: _Match) -> Iterator[Hit]:
    """Unquoted: source code says `access_token=bundle.access_token`, which holds no secret."""
    value = found["value"]
    named = len(value) < 20 and random_tokens.IDENTIFIER.fullmatch(value)
    if not named or _key_kind(found["key"]) == "password":
        yield from _keyed(found)


def _callback(found: _Match) -> Iterator[Hit]:
    """A code or state of a callback; shorter words (`?state=open`) are other people's filters."""
    if len(found["value"]) >= 8 and random_tokens.some_value(found["value"]):
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
    _token(
        "jwt",
        b"eyj",
        rb"eyJ[A-Za-z0-9_-]{6,}(?:\.[A-Za-z0-9_-]*){2,}",
        random_tokens.more_than_header,
    ),
    # Header and payload without the signature: the claims name a person.
    _token(
        "jwt",
        b"eyj",
        rb"eyJ[A-Za-z0-9_-]{6,}\.eyJ[A-Za-z0-9_-]{16,}(?![A-Za-z0-9_.-])",
        random_tokens.anything,
    ),
    # The payload alone.
    _token(
        "jwt",
        b"eyj eya ewo ew0",
        rb"(?:ey[AJ]|ew[o0])[A-Za-z0-9_+/-]{20,}+={0,2}+(?!\.)",
        personal_detectors.claims,
    ),
    _token(
        "api_key",
        b"sk-",
        rb"sk-(?:proj|svcacct|admin|ant)-[A-Za-z0-9_*-]{10,}",
        random_tokens.no_example,
    ),
    _token("api_key", b"sk-", rb"sk-[A-Za-z0-9_*-]{16,}", random_tokens.drawn_key),
    _token("api_key", b"xai-", rb"xai-[A-Za-z0-9_-]{16,}", random_tokens.drawn),
    _token(
        "refresh_token", b"rt_", rb"rt_[A-Za-z0-9_-]{20,}(?:\.[A-Za-z0-9_-]+)*", random_tokens.dense
    ),
    _token("refresh_token", b"rt.", rb"rt\.[A-Za-z0-9._-]{20,}", random_tokens.dense_with_digit),
    # What else a stack's environment and output may hold: GitHub, GitLab, Slack, Google, AWS.
    _token(
        "api_key",
        b"gho_ ghp_ ghr_ ghs_ ghu_",
        rb"gh[opsur]_[A-Za-z0-9]{36,}",
        random_tokens.anything,
    ),
    _token("api_key", b"github_pat_", rb"github_pat_[A-Za-z0-9_]{22,}", random_tokens.anything),
    _token("api_key", b"glpat-", rb"glpat-[A-Za-z0-9_-]{20,}", random_tokens.anything),
    _token("api_key", b"xox", rb"xox[abceprs]-[A-Za-z0-9-]{10,}", random_tokens.drawn),
    _token("api_key", b"aiza", rb"AIza[A-Za-z0-9_-]{35}", random_tokens.anything),
    _token("api_key", b"akia asia", rb"A[KS]IA[A-Z0-9]{16}(?![A-Za-z0-9])", random_tokens.anything),
    _token(
        "auth_code", b"ac_", rb"ac_[A-Za-z0-9_-]{16,}(?:\.[A-Za-z0-9_-]+)*", random_tokens.dense
    ),
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
        (b"code=", b"state=", b"code%3d", b"state%3d"),
        re.compile(
            rb"(?i:[?&#]|&amp;|%3F|%26|\\u0026)"
            rb"(?P<key>(?i:code|state))(?:=|%3[Dd])" + _FORM_VALUE
        ),
        _callback,
        back=6,
    ),
    Shape(  # The first field of a form.
        (b"code=", b"state="),
        re.compile(rb"(?<![^\s\"'])(?P<key>code|state)=" + _FORM_VALUE + rb"(?=&)"),
        _callback,
    ),
    Shape(  # An account by the name of its header or field, whatever id stands elsewhere.
        (b"account",),
        re.compile(
            rb"(?i:(?<![A-Za-z0-9])(?:chatgpt[_-]?)?account[_-]?(?:user[_-]?)?id)"
            rb"(?:\\*[\"']|%22)?(?:[ \t]*[:=,]|%3[AaDd])[ \t]*(?:\\*[\"']|%22)?"
            rb"(?P<value>[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"
            rb"|(?:acct|acc|user|org|account)[-_][A-Za-z0-9_-]{8,})"
        ),
        _one("account_id", random_tokens.anything),
        back=8,
    ),
    Shape(  # What a challenge page of Cloudflare holds for its own script.
        (b"cf_chl",),
        re.compile(
            rb"__cf_chl_[a-z_]*tk\\*[\"']?[ \t]*[:=][ \t]*\\*[\"']?"
            rb"(?P<value>[A-Za-z0-9_.-]{20,})"
        ),
        _one("challenge", random_tokens.anything),
        back=2,
    ),
    Shape(
        (b"mdrd", b"cupmdtk"),
        re.compile(
            rb"(?<![A-Za-z0-9])(?:mdrd|cUPMDTk)\\*[\"']?[ \t]*[:=][ \t]*\\*[\"']"
            rb"(?P<value>[A-Za-z0-9_.-]{20,})"
        ),
        _one("challenge", random_tokens.anything),
    ),
    Shape(  # Cookies by their names, outside of a header: exports, scripts, tables.
        (b"session-token", b"csrf-token", b"clearance", b"__cf_bm", b"_cfuvid"),
        re.compile(
            rb"(?:session-token(?:\.[0-9])?|csrf-token|clearance|__cf_bm|_cfuvid)"
            rb"(?:\\*[\"'])?(?:[ \t]*[=:][ \t]*|\t|,[ \t]*(?:\\*[\"']value\\*[\"']:[ \t]*)?)"
            rb"(?:\\*[\"'])?(?P<value>[A-Za-z0-9_.~+/%=|-]{8,})"
        ),
        _one("cookie", random_tokens.some_value),
    ),
    Shape(
        (b"@", b"%40"),
        personal_detectors.EMAIL,
        _one_of(personal_detectors.addressed),
        back=65,
        span=320,
    ),
    Shape((b"code",), personal_detectors.CODE, _one("user_code", personal_detectors.drawn_code)),
    Shape(
        (b"bearer",),
        re.compile(rb"(?i:\bbearer)(?:[ \t]+|%20|\+)(?P<value>[A-Za-z0-9._~+/-]{6,}+=*)"),
        _one("bearer", random_tokens.credential),
    ),
    Shape(
        (b"basic",),
        re.compile(rb"(?i:\bbasic)(?:[ \t]+|%20|\+)(?P<value>[A-Za-z0-9+/_-]{6,}+={0,2})"),
        _one("basic", random_tokens.basic),
    ),
    Shape(
        (b"cookie",),
        re.compile(
            rb"(?i:(?<![A-Za-z0-9])(?:set-)?cookie2?)\\*[\"']?[ \t]*[:,][ \t]*"
            rb"(?:\[?b?\\*[\"'](?P<inside>" + _PAIR + rb"[^\r\n\"']*+)"
            rb"|(?P<line>" + _PAIR + rb"[^\r\n]*+))"
        ),
        _cookies,
        back=4,
    ),
    Shape(
        (b"://",),
        re.compile(rb"://[^\s/@:\"'<>?#]*:(?P<value>(?:" + _PLACEHOLDER + rb"|[^\s/@\"'<>?#])+)@"),
        _one("userinfo", random_tokens.some_value),
    ),
)


def sensitive_key(key: str) -> str | None:
    """The kind of secret that a key of parsed JSON names, if it names one."""
    found = _SENSITIVE.fullmatch(key.encode("utf-8", "replace"))
    return _key_kind(found["key"]) if found else None


def is_value(text: str) -> bool:
    """Whether what stands under a sensitive key is a value, not a word such as `null`."""
    return random_tokens.some_value(text.encode("utf-8", "replace"))


def is_cookie_header(name: str) -> bool:
    """Whether a header of this name carries cookies."""
    return bool(_COOKIE_HEADER.fullmatch(name))


def find(data: bytes, shapes: tuple[Shape, ...] = SHAPES) -> list[Hit]:
    """Every hit of every shape, in the order of the table; then those of veiled readings."""
    lower = data.lower()
    hits = _plain_hits(data, lower, shapes)
    if shapes is not SHAPES:
        return hits
    for start, end in _lines_with(data, lower, split_tokens.HINTS):
        if end - start <= _LONGEST_VEILED:
            hits += _behind_veil(data[start:end], start)
    for start, end, token in split_tokens.wrapped(data):
        found = _plain_hits(token, token.lower(), TOKENS)
        hits += [Hit(hit.kind, start, end, start) for hit in found if hit.start == 0][:1]
    return hits


def _plain_hits(data: bytes, lower: bytes, shapes: tuple[Shape, ...]) -> list[Hit]:
    """What the shapes find in the text as it is."""
    hits: list[Hit] = []
    places: dict[tuple[bytes, ...], list[int]] = {}
    for shape in shapes:
        if shape.needs not in places:
            places[shape.needs] = _places(lower, shape.needs)
        done = 0
        for at in places[shape.needs]:
            found = _match(shape, data, at, done) if at >= done else None
            if found is not None:
                done = max(found.end(), at + 1)
                hits += shape.hits(found)
    return hits


def _match(shape: Shape, data: bytes, at: int, done: int) -> _Match | None:
    if shape.span:
        found = shape.pattern.search(data, max(done, at - shape.back), at + shape.span)
        return found if found is not None and found.start() <= at else None
    for start in range(max(done, at - shape.back), at + 1):
        found = shape.pattern.match(data, start)
        if found is not None:
            return found
    return None


def _places(lower: bytes, words: tuple[bytes, ...]) -> list[int]:
    """Where one of the words begins."""
    found: list[int] = []
    for word in words:
        if may_hold(lower, word):
            at = lower.find(word)
            while at != -1:
                found.append(at)
                at = lower.find(word, at + len(word))
    return found if len(words) == 1 else sorted(set(found))


def may_hold(text: bytes, word: bytes) -> bool:
    """A quick look: one byte is found much faster than a word; a word's sign is its rarest."""
    gate = _GATES.get(word)
    if gate is None:
        gate = _GATES[word] = _gate(word)
    return gate in text


_GATES: Final[dict[bytes, bytes]] = {}


def _gate(word: bytes) -> bytes:
    return next(
        (word[i : i + 1] for i in range(len(word)) if not word[i : i + 1].isalnum()), word[:1]
    )


def _lines_with(data: bytes, lower: bytes, words: tuple[bytes, ...]) -> list[tuple[int, int]]:
    """Where the lines stand that hold one of the words."""
    found: dict[int, int] = {}
    for word in words:
        if not may_hold(lower, word):
            continue
        done, at = 0, lower.find(word)
        while at != -1:
            start = data.rfind(b"\n", done, at) + 1 or done
            end = data.find(b"\n", at)
            done = found[start] = len(data) if end == -1 else end
            at = lower.find(word, done)
    return sorted(found.items())


def _behind_veil(line: bytes, start: int) -> Iterator[Hit]:
    """What only stands there once a line is read without its veils."""
    seen = split_tokens.Unveiled(line)
    if seen.text == line:
        return
    for hit in _plain_hits(seen.text, seen.text.lower(), SHAPES):
        low, high = seen.start(hit.start), seen.end(hit.end)
        head = min(low, seen.start(hit.head))
        if high - head != hit.end - hit.head:
            yield Hit(hit.kind, start + low, start + high, start + head)
