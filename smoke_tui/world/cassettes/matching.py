"""Match a request with recorded ones: method, URI, and the hash of the body in its redacted form.

A JSON body is compared as a value, a form as its pairs, anything else as bytes. Placeholders of
secrets are equal where their kinds are: their numbers differ between recordings. The ports of
loopback addresses are ignored, since a rehearsal listens on another each time.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from typing import Final
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from smoke_tui.redaction import Json, Vault
from smoke_tui.regex import regex
from smoke_tui.structs import Struct
from smoke_tui.world.cassettes.cassette import Interaction, RecordedRequest

_PLACEHOLDER: Final = regex(r"\[REDACTED:([A-Za-z0-9_.-]+)(?:#[^\]\s]*)?\]")
_LOOPBACK: Final = regex(r"localhost|127\.\d+\.\d+\.\d+|::1")
_MOST_SHOWN: Final = 60
_FORM: Final = "application/x-www-form-urlencoded"


class MatchForm(Struct, frozen=True):
    """What of a request is compared. `body` is its value: of JSON, of a form, or text."""

    method: str
    uri: str
    body: Json
    body_sha256: str

    @property
    def key(self) -> tuple[str, str, str]:
        """Equal for requests that match."""
        return self.method, self.uri, self.body_sha256


def match_form(request: RecordedRequest, vault: Vault) -> MatchForm:
    """The form of a request that is compared, redacted once more: others may not have done so."""
    body = _body_value(request, vault)
    canonical = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return MatchForm(
        request.method.upper(),
        _same_secrets(vault.redact_text(_without_port(request.uri))),
        body,
        hashlib.sha256(canonical.encode()).hexdigest(),
    )


def _body_value(request: RecordedRequest, vault: Vault) -> Json:
    if not request.body:
        return None
    text = request.body.decode("utf-8", "backslashreplace")
    kind = next((v for n, v in request.headers if n.lower() == "content-type"), "")
    if kind.lower().startswith(_FORM):
        pairs: list[Json] = [[n, v] for n, v in parse_qsl(text, keep_blank_values=True)]
        return _walk(vault.redact_json(pairs))
    try:
        value: Json = json.loads(text)
    except (ValueError, RecursionError):
        return _same_secrets(vault.redact_text(text))
    return _walk(vault.redact_json(value))


def _walk(value: Json) -> Json:
    if isinstance(value, str):
        return _same_secrets(value)
    if isinstance(value, list):
        return [_walk(item) for item in value]
    if isinstance(value, dict):
        return {_same_secrets(key): _walk(item) for key, item in value.items()}
    return value


def _same_secrets(text: str) -> str:
    return _PLACEHOLDER.sub(r"[REDACTED:\1]", text)


def _without_port(uri: str) -> str:
    try:
        parts = urlsplit(uri)
        host = parts.hostname or ""
    except ValueError:
        return uri
    if not _LOOPBACK.fullmatch(host):
        return urlunsplit(parts._replace(path=parts.path or "/"))
    return urlunsplit(parts._replace(netloc="loopback", path=parts.path or "/"))


class Match(Struct, frozen=True):
    """What a cassette has for a request: the number of the interaction, or why there is none."""

    number: int | None
    near_miss: str = ""


class Matcher:
    """The recorded requests of one cassette, each replayed once and in order.

    Equal requests get the recorded answers one after the other, as they were recorded.
    """

    def __init__(self, interactions: Sequence[Interaction], vault: Vault, name: str) -> None:
        self._vault = vault
        self._name = name
        self._forms = [match_form(i.request, vault) for i in interactions]
        self._used: set[int] = set()

    def find(self, request: RecordedRequest) -> Match:
        """The first unused interaction that matches; it is not used up by that."""
        form = match_form(request, self._vault)
        for number, recorded in enumerate(self._forms):
            if recorded.key == form.key and number not in self._used:
                return Match(number)
        return Match(None, self._explain(form))

    def use(self, number: int) -> None:
        """Mark an interaction as replayed."""
        self._used.add(number)

    @property
    def unused(self) -> tuple[int, ...]:
        """The numbers of interactions that nobody asked for."""
        return tuple(n for n in range(len(self._forms)) if n not in self._used)

    def _explain(self, form: MatchForm) -> str:
        """Why nothing matches, with the nearest recorded request and the field that differs."""
        head = f"{self._name} has no answer to {form.method} {form.uri}"
        if not self._forms:
            return f"{head}: it holds no whole exchange"
        equal = [n for n, recorded in enumerate(self._forms) if recorded.key == form.key]
        if equal:
            numbers = ", ".join(str(n + 1) for n in equal)
            return (
                f"{head}: this request was recorded {len(equal)} time(s) (interaction {numbers}), "
                "and each answer was replayed already"
            )
        number = min(range(len(self._forms)), key=lambda n: (_distance(self._forms[n], form), n))
        differing = "; ".join(_differences(self._forms[number], form))
        used = ", replayed already" if number in self._used else ""
        return f"{head}; nearest is interaction {number + 1}{used}: {differing}"


def _differences(recorded: MatchForm, form: MatchForm) -> Iterator[str]:
    """The fields that differ, as texts for a person."""
    for name in ("method", "uri"):
        old, new = getattr(recorded, name), getattr(form, name)
        if old != new:
            yield f"{name} was {_shown(old)}, is {_shown(new)}"
    if recorded.body_sha256 != form.body_sha256:
        path, old, new = next(value_differences(recorded.body, form.body), ("", None, None))
        place = f"`{path}`" if path else "the whole body"
        yield f"body differs at {place}: was {_shown(old)}, is {_shown(new)}"


def _distance(recorded: MatchForm, form: MatchForm) -> tuple[int, int]:
    """Fields that differ, then places in the body that do."""
    fields = sum(
        (
            recorded.method != form.method,
            recorded.uri != form.uri,
            recorded.body_sha256 != form.body_sha256,
        )
    )
    return fields, sum(1 for _ in value_differences(recorded.body, form.body))


ABSENT: Final = "(absent)"


def value_differences(
    old: object, new: object, path: str = ""
) -> Iterator[tuple[str, object, object]]:
    """Each place where two JSON values differ: its path, the old and the new value."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in sorted(old.keys() | new.keys()):
            place = f"{path}.{key}" if path else key
            if key not in old or key not in new:
                yield place, old.get(key, ABSENT), new.get(key, ABSENT)
            else:
                yield from value_differences(old[key], new[key], place)
    elif isinstance(old, list) and isinstance(new, list):
        for at in range(max(len(old), len(new))):
            place = f"{path}[{at}]"
            if at >= len(old) or at >= len(new):
                yield (
                    place,
                    old[at] if at < len(old) else ABSENT,
                    new[at] if at < len(new) else ABSENT,
                )
            else:
                yield from value_differences(old[at], new[at], place)
    elif type(old) is not type(new) or old != new:
        yield path, old, new


def _shown(value: object) -> str:
    """A value in few characters; of two long texts the ends may be what is equal."""
    if value is ABSENT:
        return ABSENT
    text = json.dumps(value, ensure_ascii=False, sort_keys=True)
    return text if len(text) <= _MOST_SHOWN else f"{text[: _MOST_SHOWN - 1]}…"
