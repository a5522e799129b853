"""Reading credential documents: which leaves may be shown, and every other value in them. Pure.

A document is kept by a list of what is public, never by a list of what is secret: a field that
nobody foresaw is a secret.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from smoke_tui.redaction import detectors
from smoke_tui.redaction.placeholders import PLACEHOLDER
from smoke_tui.redaction.secret import Json

Path = tuple[str, ...]

_WORD: Final = re.compile(r"[A-Za-z]?[a-z_-]{1,35}")
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\d(?:[T ][0-9:.]{4,20})?(?:Z|[+-]\d\d:?\d\d)?")
_SCOPES: Final = re.compile(r"[a-z][a-z0-9_.:/ -]{0,199}")
_ADDRESS: Final = re.compile(r"https?://[A-Za-z0-9.:\[\]-]{1,80}(?:/[a-z0-9_.-]{1,20}){0,3}/?")
_CLIENT: Final = re.compile(r"app_[A-Za-z0-9]{1,40}")

_AUDIENCE: Final = re.compile(f"{_CLIENT.pattern}|{_ADDRESS.pattern}")

PUBLIC_FIELDS: Final[Mapping[str, re.Pattern[str]]] = {
    "provider": _WORD,
    "plan_type": _WORD,
    "chatgpt_plan_type": _WORD,
    "auth_mode": _WORD,
    "token_type": _WORD,
    "expires_at": _TIME,
    "last_refresh": _TIME,
    "scope": _SCOPES,
    "issuer": _ADDRESS,
    "iss": _ADDRESS,
    "client_id": _CLIENT,
    "aud": _AUDIENCE,
    "azp": _AUDIENCE,
}
"""Fields of a login's answer, of our own bundle and of the Codex CLI's auth.json that hold no
secret (captured from client 0.169), each with the form its value has to have."""

_PLAIN: Final = re.compile(r"[a-z]{1,12}|\d{1,9}|true|false|null")
"""Values that are words or small numbers: searched for everywhere, they would hide the record."""

_JWT: Final = re.compile(r"[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]*")
_TOKEN: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.+/=~-]{14,}[A-Za-z0-9=]")
_TELLING_CLAIM: Final = re.compile(r"[0-9@ ]")
_SEGMENT: Final = 16
_MOST: Final = 2000
_DEEPEST: Final = 60
_FIELD_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,39}")
HIDDEN: Final = "[REDACTED:leaf#hidden]"
"""Stands in a kept document for a leaf that is not public."""


class _Pairs(list[tuple[str, Any]]):
    """A JSON object with every pair that was written, a repeated key included."""


def parse_every_pair(text: str) -> Any:
    """JSON with objects as lists of pairs, so that no repeated key hides a value.

    Raises:
        ValueError, RecursionError: it is no JSON.
    """
    return json.loads(text, object_pairs_hook=_Pairs)


def is_public(name: str, value: object) -> bool:
    """Whether a leaf may be kept: a named public field whose value has that field's form."""
    if isinstance(value, bool) or value is None:
        return True
    if isinstance(value, int | float):
        return abs(value) < 1e12
    form = PUBLIC_FIELDS.get(name)
    return form is not None and isinstance(value, str) and bool(form.fullmatch(value))


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Every text and large number of a parsed document with its path; JSON inside a text too."""
    if len(path) > _DEEPEST:
        return
    if isinstance(value, str):
        yield path, value
        if value.lstrip()[:1] in ("{", "["):
            try:
                inner = parse_every_pair(value)
            except (ValueError, RecursionError):
                return
            yield from leaves(inner, path)
    elif isinstance(value, _Pairs):
        for name, item in value:
            # A name of no usual form may itself be what must not be seen (an address, a token).
            if not _FIELD_NAME.fullmatch(name):
                yield (*path, "name"), name
            yield from leaves(item, (*path, name))
    elif isinstance(value, Mapping):
        for name, item in value.items():
            yield from leaves(item, (*path, str(name)))
    elif isinstance(value, Sequence):
        for item in value:
            yield from leaves(item, path)
    elif isinstance(value, int | float) and not isinstance(value, bool) and abs(value) >= 1e12:
        yield path, str(value)


def secret_values(text: str, public: Sequence[Path] = ()) -> Iterator[tuple[str, str]]:
    """(kind, value) of everything in a credential document that may not be seen.

    Leaves at `public` paths are left out. Of a JWT its parts and its telling claims are given, too.
    A text that is no JSON gives what looks like a token in it.
    """
    try:
        document = parse_every_pair(text)
    except (ValueError, RecursionError):
        yield from _of_text(text)
        return
    count = 0
    for path, value in leaves(document):
        name = path[-1] if path else ""
        if (
            is_public(name, value)
            or _too_plain(name, value)
            or (name not in PUBLIC_FIELDS and _is_below(path, public))
        ):
            continue
        count += 1
        if count > _MOST:
            return
        yield kind_of(name), value
        yield from parts_of(value, kind_of(name))


def parts_of(value: str, kind: str) -> Iterator[tuple[str, str]]:
    """What a token holds that gives it, or its owner, away by itself: JWT parts and claims."""
    if not _JWT.fullmatch(value.strip()):
        return
    _, payload, signature = value.strip().split(".", 2)
    yield from ((kind, part) for part in (payload, signature) if len(part) >= _SEGMENT)
    for path, claim in leaves(claims_of(value)):
        name = path[-1] if path else ""
        if (
            len(claim) >= 6
            and _TELLING_CLAIM.search(claim)
            and not is_public(name, claim)
            and not _ADDRESS.fullmatch(claim)
        ):
            yield "account-id" if name == "chatgpt_account_id" else "claim", claim


def claims_of(token: str) -> Any:
    """The payload of a JWT, not verified; None where it is none."""
    parts = token.split(".")
    if len(parts) < 2:
        return None
    try:
        return json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, RecursionError):
        return None


def _of_text(text: str) -> Iterator[tuple[str, str]]:
    data = text.encode("utf-8", "replace")
    for hit in detectors.find(data):
        yield hit.kind.replace("_", "-"), data[hit.start : hit.end].decode("utf-8", "replace")
    for number, found in enumerate(_TOKEN.finditer(text)):
        value = found.group()
        if number < _MOST and re.search(r"\d", value) and re.search(r"[A-Za-z]{2}", value):
            yield "credential", value
            yield from parts_of(value, "credential")


def _too_plain(name: str, value: str) -> bool:
    if detectors.sensitive_key(name) is not None:
        return False
    return bool(_PLAIN.fullmatch(value) or _TIME.fullmatch(value))


_KINDS: Final = {
    "access_token": "access-token",
    "refresh_token": "refresh-token",
    "id_token": "id-token",
    "account_id": "account-id",
    "openai_api_key": "api-key",
}


def kind_of(name: str) -> str:
    """The kind under which a leaf of this name is registered."""
    return _KINDS.get(name.lower(), "credential")


def _is_below(path: Path, public: Sequence[Path]) -> bool:
    """Whether a leaf stands at a public path or below one; places in lists don't count."""
    return any(
        path[: len(names)] == names
        for names in (tuple(p for p in one if not p.isdigit()) for one in public)
    )


def kept(document: Json, name: str = "", *, words: bool = False) -> Json:
    """A copy of a redacted credential document in which only public leaves are left.

    With `words`, plain words stay, too: a provider's answer is evidence.
    """
    if isinstance(document, dict):
        return {
            key if _FIELD_NAME.fullmatch(key) else HIDDEN: kept(item, key, words=words)
            for key, item in document.items()
        }
    if isinstance(document, list):
        return [kept(item, name, words=words) for item in document]
    if words and isinstance(document, str) and _too_plain(name, document):
        return document
    if is_public(name, document) or (isinstance(document, str) and _is_placeholder(document)):
        return document
    return HIDDEN


def _is_placeholder(text: str) -> bool:
    return bool(PLACEHOLDER.fullmatch(text.encode("utf-8", "replace")))


def named_leaves(document: Json, public: Sequence[Path]) -> Json:
    """Only what stands at the named paths of a document; a part of digits is a place in a list."""
    made: dict[str, Any] = {}
    for path in public:
        value = leaf_at(document, path)
        if value is not None:
            _put(made, path, value)
    return made


def leaf_at(value: Any, path: Sequence[str]) -> Any:
    """What stands at a path; None where it leads nowhere."""
    for part in path:
        if isinstance(value, list) and part.isdigit():
            value = value[int(part)] if int(part) < len(value) else None
        else:
            value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _put(into: Any, path: Path, value: Any) -> None:
    for here, after in zip(path, (*path[1:], None), strict=True):
        empty: Any = value if after is None else [] if after.isdigit() else {}
        if isinstance(into, list):
            into += [None] * (int(here) + 1 - len(into))
            into[int(here)] = into[int(here)] if after and into[int(here)] is not None else empty
            into = into[int(here)]
        else:
            into[here] = into[here] if after and here in into else empty
            into = into[here]
