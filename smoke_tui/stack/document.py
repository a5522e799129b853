"""What the answer of a turn says of itself: its claims, and every sign of trouble in it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from smoke_tui.proof.flags import FALSE, YES, is_degraded, plain, truthy
from smoke_tui.proof.headers import FOREIGN_HEADER, MODEL_HEADERS, header_pairs
from smoke_tui.proof.obligations import Witness
from smoke_tui.runbook.paths import dig

PATHS: Final[Mapping[str, str]] = {
    "provider": "route.provider", "model": "route.model", "credential": "route.credential",
    "response_id": "response_id", "output_text": "output_text", "fallback": "fallback_used",
    "host": "route.host", "headers": "upstream_headers",
    "upstream_status": "error.upstream_status", "upstream_body": "error.upstream_body",
    "upstream_headers": "error.upstream_headers",
}
"""Where a turn's answer says what answered, unless the runbook says otherwise."""

HIDDEN: Final = "[REDACTED:header]"
"""What stands for the value of a header that is not kept."""

_DEPTH: Final = 6
_ERRORS: Final = ("error", "errors", "upstreamerror", "providererror", "lasterror", "exception",
                  "failure", "errormessage", "errorcode", "incompletedetails")
_STATES: Final = ("status", "state", "outcome", "result", "turnstatus", "upstreamstatus",
                  "providerstatus", "responsestatus", "finishreason")
_STATUSES: Final = ("status", "statuscode", "httpstatus", "upstreamstatus", "upstreamstatuscode",
                    "providerstatus", "upstreamcode", "httpcode")
_GOOD_FLAGS: Final = ("ok", "success", "succeeded", "successful", "completed", "iscompleted")
_BAD_FLAGS: Final = ("failed", "isfailed", "haserror", "iserror", "incomplete", "truncated",
                     "cancelled", "canceled", "canned", "mocked", "ismock", "simulated", "stubbed",
                     "fromcache", "refused")
PLATFORM_WORDS: Final = ("platform", "api-key", "apikey", "metered")
"""A credential whose name holds one of these is another one than the subscription's."""

_PROVIDER_NAMES: Final = ("provider", "providername", "upstreamprovider", "llmprovider",
                          "modelprovider")
_PAYMENT_NAMES: Final = ("credential", "credentialtype", "credentialkind", "credentialsource",
                         "authmode", "authtype", "authmethod", "keytype", "keysource", "tier",
                         "billing", "billingtier", "billingmode", "paidby")
_WAY_NAMES: Final = ("mode", "via", "source", "route", "servedfrom", "answeredby", "quality",
                     "level", "path")
_WAY: Final = re.compile(r"^(?!no|without).*(fallback|degraded|canned|mock|stub|simulat)")

_MODEL_HOLDERS: Final = ("", "route", "response", "upstream", "answer", "provider", "turn")
_BAD_STATES: Final = frozenset({
    "failed", "failure", "fail", "error", "errored", "degraded", "fallback", "incomplete",
    "cancelled", "canceled", "timeout", "timedout", "rejected", "refused", "aborted", "expired",
    "contentfilter", "length", "maxoutputtokens",
})
_CLAIMED_STATES: Final = ("status", "upstreamstatus", "providerstatus", "turnstatus",
                       "responsestatus")
_GOOD_STATES: Final = frozenset({
    "completed", "complete", "ok", "okay", "success", "successful", "succeeded", "done", "finished",
    "answered", "ready", "created", "accepted", "published", "stored", "saved", "draft", "final",
    "active", "generated", "applied", "delivered", "passed", "pass", "stop", "200", "201",
})
_HEADERS: Final = ("headers", "upstreamheaders", "responseheaders", "providerheaders")


def claims_of(document: Any, given: Mapping[str, str]) -> dict[str, Any]:
    """What a turn's answer claims, by name; `given` are the runbook's own paths."""
    paths = {**PATHS, **{name: path for name, path in given.items() if path}}
    return {name: dig(document, path)[1] for name, path in paths.items()}


def leaves(document: Any) -> Iterator[tuple[str, str, Any]]:
    """Every value of a document's tables: its path, its plain name, and the value.

    Lists are not entered: they tell of other things than this turn.
    """
    waiting: list[tuple[str, Any, int]] = [("", document, 0)]
    while waiting:
        path, value, depth = waiting.pop(0)
        if not isinstance(value, Mapping) or depth >= _DEPTH:
            continue
        for key, item in value.items():
            where = f"{path}.{key}" if path else str(key)
            yield where, plain(key), item
            waiting.append((where, item, depth + 1))


def degrade_flags(document: Any, claims: Mapping[str, Any]) -> Iterator[Witness]:
    """Flags by which a stack says that it did not answer as it was asked to."""
    claimed = claims.get("fallback")
    if truthy(claimed):
        yield Witness("fallback flag", shown(claimed), "against")
    for path, name, value in leaves(document):
        if value is claimed and truthy(claimed) and name == "fallbackused":
            continue
        flagged = is_degraded(name, value)
        judged = value in (claims.get("provider"), claims.get("credential"))
        if flagged or (not judged and _other_way(path, name, value)):
            yield Witness(path, shown(value), "against")


def _other_way(path: str, name: str, value: Any) -> bool:
    """Whether a word for how the turn was answered, or paid, names another way."""
    if not isinstance(value, str) or not value.strip() or _holder(path) not in _MODEL_HOLDERS:
        return False
    word = value.strip().casefold()
    if name in _PROVIDER_NAMES:
        return word != "openai"
    if name in _PAYMENT_NAMES:
        return any(mark in re.sub(r"[\s_.-]+", "-", word) for mark in PLATFORM_WORDS)
    return name in _WAY_NAMES and bool(_WAY.search(word))


def _holder(path: str) -> str:
    """The plain name of the table that a value stands in."""
    return plain(path.rpartition(".")[0])


def trouble(document: Any) -> Iterator[Witness]:
    """Signs that the turn failed: errors, failed states, refused statuses, wherever they stand."""
    for path, name, value in leaves(document):
        if name in _ERRORS and truthy(value):
            yield Witness(path, shown(value), "against")
        elif name == "refusal" and truthy(value):
            yield Witness(path, f"refusal: {shown(value)}", "against")
        elif name in _STATES and isinstance(value, str) and plain(value) in _BAD_STATES:
            yield Witness(path, value, "against")
        elif (name in _STATUSES and not good_status(value)) or _bad_flag(name, value):
            yield Witness(path, shown(value), "against")


def unknown_states(document: Any) -> Iterator[Witness]:
    """States of the turn that no set declares; they show neither success nor failure."""
    for path, name, value in leaves(document):
        holder = plain(path.rpartition(".")[0])
        if name not in _CLAIMED_STATES or holder not in _MODEL_HOLDERS or value in (None, True):
            continue
        if isinstance(value, int) and not isinstance(value, bool) and 200 <= value < 300:
            continue
        if not isinstance(value, str) or plain(value) not in _GOOD_STATES:
            yield Witness(path, shown(value))


def _bad_flag(name: str, value: Any) -> bool:
    """Whether a flag says that the turn did not succeed."""
    word = value.strip().casefold() if isinstance(value, str) else value
    if name in _GOOD_FLAGS:
        return word is False or word in FALSE[1:]
    return name in _BAD_FLAGS and (word is True or word in YES)


def good_status(value: Any) -> bool:
    """Whether a status is none at all, a word, or a number of success."""
    if value is None or isinstance(value, bool):
        return value is not False
    if isinstance(value, str):
        text = value.strip()
        return not text.isdigit() or good_status(int(text[:9]))
    return not isinstance(value, int | float) or value < 100 or 200 <= value < 300


def foreign_headers(document: Any, headers: Any, own: Any = None) -> Iterator[Witness]:
    """Marks of an API key in the headers that a stack passes on, wherever they stand.

    `own` are the headers of the stack's answer itself: a stack may pass them on there.
    """
    tables = [("headers", headers), ("the stack's own headers", own),
              *((path, value) for path, name, value in leaves(document) if name in _HEADERS)]
    seen = {path for path, table in tables
            if any(name == FOREIGN_HEADER for name, _ in header_pairs(table))}
    for path in sorted(seen):
        yield Witness(path, FOREIGN_HEADER, "against")


def named_models(
    document: Any, claims: Mapping[str, Any], own: Any = None
) -> Iterator[tuple[str, Any]]:
    """Every place of an answer that names the model that answered."""
    if claims.get("model") is not None:
        yield "model", claims["model"]
    tables = [claims.get("headers"), own, *(value for _, name, value in leaves(document)
                                       if name in _HEADERS)]
    seen: list[Any] = []
    for table in tables:
        if table in seen:
            continue
        seen.append(table)
        for name, value in header_pairs(table):
            if name in MODEL_HEADERS and value is not None and value != HIDDEN:
                yield f"header {name}", value
    for path, name, value in leaves(document):
        holder = plain(path.rpartition(".")[0])
        if name in ("model", "servedmodel", "responsemodel", "modelused") and isinstance(
                value, str) and holder in _MODEL_HOLDERS and value != claims.get("model"):
            yield path, value


def named_responses(document: Any, claims: Mapping[str, Any]) -> Iterator[Witness]:
    """Every place that names the provider's response; two different ones contradict each other."""
    claimed = claims.get("response_id")
    for path, name, value in leaves(document):
        if name not in ("responseid", "upstreamresponseid") and path != "response.id":
            continue
        if isinstance(value, str) and value.startswith("resp_"):
            yield Witness(path, value, "holds" if claimed in (None, value) else "against")


def shown(value: Any) -> str:
    """A value as it is shown."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None:
        return "not given"
    if isinstance(value, str):
        return value
    try:
        return json.dumps(value, ensure_ascii=False)
    except (ValueError, RecursionError):
        return "a value that can't be shown"
