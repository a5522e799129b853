"""Read credential documents: which leaves may be shown, and every other value in them.

An allow list decides what is public; an unknown field is a secret.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from smoke_tui.redaction import detection, detectors
from smoke_tui.redaction.placeholders import PLACEHOLDER
from smoke_tui.redaction.secret import Json
from smoke_tui.regex import regex

Path = tuple[str, ...]

_WORD: Final = regex(r"[A-Za-z]?[a-z_-]{1,35}")
_TIME: Final = regex(r"\d{4}-\d\d-\d\d(?:[T ][0-9:.]{4,20})?(?:Z|[+-]\d\d:?\d\d)?")
_SCOPES: Final = regex(r"[a-z][a-z0-9_.:/ -]{0,199}")
_ADDRESS: Final = regex(r"https?://[A-Za-z0-9.:\[\]-]{1,80}(?:/[a-z0-9_.-]{1,20}){0,3}/?")
_CLIENT: Final = regex(r"app_[A-Za-z0-9]{1,40}")

_AUDIENCE: Final = regex(f"{_CLIENT.pattern}|{_ADDRESS.pattern}")

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
"""Fields without a secret in token responses, our bundle and the Codex CLI's auth.json (captured
from client 0.169), each with the pattern that its value must match."""

_PLAIN: Final = regex(r"[a-z]{1,12}|\d{1,9}|true|false|null")
"""Words and small numbers: they occur everywhere, so that redacting them would hide the record."""

_JWT: Final = regex(r"[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]*")
_TOKEN: Final = regex(r"[A-Za-z0-9][A-Za-z0-9_.+/=~-]{14,}[A-Za-z0-9=]")
_IDENTIFYING_CLAIM: Final = regex(r"[0-9@ ]")
_MIN_SEGMENT: Final = 16
_MAX_VALUES: Final = 2000
_MAX_DEPTH: Final = 60
_FIELD_NAME: Final = regex(r"[A-Za-z_][A-Za-z0-9_-]{0,39}")
HIDDEN: Final = "[REDACTED:leaf#hidden]"
"""Replaces a leaf that is not public."""


class _Pairs(list[tuple[str, object]]):
    """A JSON object as a list of its pairs, repeated keys included."""


def parse_every_pair(text: str) -> object:
    """Parse JSON with objects as lists of pairs, so that no repeated key hides a value.

    Raises:
        ValueError: the text is not JSON.
        RecursionError: it is nested too deeply.
    """
    return json.loads(text, object_pairs_hook=_Pairs)


def is_public(name: str, value: object) -> bool:
    """Whether a leaf may be shown: a public field whose value matches that field's pattern."""
    if isinstance(value, bool) or value is None:
        return True
    if isinstance(value, int | float):
        return abs(value) < 1e12
    pattern = PUBLIC_FIELDS.get(name)
    return pattern is not None and isinstance(value, str) and bool(pattern.fullmatch(value))


def leaves(value: object, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Every text and large number of a parsed document with its path; JSON inside a text too."""
    if len(path) > _MAX_DEPTH:
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
            # An unusual name may itself be a secret (an address, a token).
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
    """(kind, value) of everything in a credential document that must not be shown.

    Leaves at `public` paths are skipped. A JWT also yields its segments and its identifying claims;
    a text that is not JSON yields what looks like a token in it.
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
        if count > _MAX_VALUES:
            return
        yield kind_of(name), value
        yield from parts_of(value, kind_of(name))


def parts_of(value: str, kind: str) -> Iterator[tuple[str, str]]:
    """(kind, value) of a JWT's segments and of the claims that identify its owner."""
    if not _JWT.fullmatch(value.strip()):
        return
    _, payload, signature = value.strip().split(".", 2)
    yield from ((kind, part) for part in (payload, signature) if len(part) >= _MIN_SEGMENT)
    for path, claim in leaves(claims_of(value)):
        name = path[-1] if path else ""
        if (
            len(claim) >= 6
            and _IDENTIFYING_CLAIM.search(claim)
            and not is_public(name, claim)
            and not _ADDRESS.fullmatch(claim)
        ):
            yield "account-id" if name == "chatgpt_account_id" else "claim", claim


def claims_of(token: str) -> Json:
    """The payload of a JWT, not verified; None if there is none."""
    parts = token.split(".")
    if len(parts) < 2:
        return None
    try:
        payload = base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4))
        claims: Json = json.loads(payload)
    except (ValueError, RecursionError):
        return None
    return claims


def _of_text(text: str) -> Iterator[tuple[str, str]]:
    data = text.encode("utf-8", "replace")
    for hit in detection.find(data):
        yield hit.kind.replace("_", "-"), data[hit.start : hit.end].decode("utf-8", "replace")
    for number, match in enumerate(_TOKEN.finditer(text)):
        value = match.group()
        if number < _MAX_VALUES and re.search(r"\d", value) and re.search(r"[A-Za-z]{2}", value):
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
    """Whether a leaf is at or below a public path; list indexes are ignored."""
    return any(
        path[: len(names)] == names
        for names in (tuple(part for part in names if not part.isdigit()) for names in public)
    )


def kept(document: Json, name: str = "", *, words: bool = False) -> Json:
    """A copy of a redacted credential document with every leaf hidden that is not public.

    With `words`, plain words are kept too: a provider's response is evidence.
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
    """A document with only the leaves at the given paths; a numeric part is a list index."""
    document_part: dict[str, Json] = {}
    for path in public:
        value = leaf_at(document, path)
        if value is not None:
            _put(document_part, path, value)
    return document_part


def leaf_at(value: Json, path: Sequence[str]) -> Json:
    """The value at a path; None if there is none."""
    for part in path:
        if isinstance(value, list) and part.isdigit():
            value = value[int(part)] if int(part) < len(value) else None
        else:
            value = value.get(part) if isinstance(value, dict) else None
    return value


def _put(target: dict[str, Json], path: Path, value: Json) -> None:
    """Set the leaf at a path; missing objects and lists are created."""
    container: Json = target
    for part, following in zip(path, (*path[1:], None), strict=True):
        empty: Json = value if following is None else [] if following.isdigit() else {}
        if isinstance(container, list):
            index = int(part)
            container += [None] * (index + 1 - len(container))
            if not following or container[index] is None:
                container[index] = empty
            container = container[index]
        elif isinstance(container, dict):
            if not following or part not in container:
                container[part] = empty
            container = container[part]
