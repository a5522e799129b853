"""Signs in a turn's answer that it failed, or was answered on another route than requested."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from smoke_tui.proof.flags import NO, YES, is_degraded, is_set, normalize_name
from smoke_tui.proof.headers import ERROR_HEADERS, header_pairs
from smoke_tui.proof.obligations import Witness
from smoke_tui.regex import regex
from smoke_tui.stack.turn_values import (
    HEADERS,
    TURN_HOLDERS,
    Leaf,
    display_text,
    leaves,
    texts_of,
    words_of,
)

HIDDEN_HEADER: Final = "[REDACTED:header]"
"""Replaces the value of a header that is not kept."""

_ERRORS: Final = (
    "error", "errors", "upstreamerror", "providererror", "lasterror", "exception", "failure",
    "errormessage", "errorcode", "incompletedetails", "errortype", "errordetail",
    "errordetails", "traceback", "stacktrace", "failurereason",
)  # fmt: skip
_STATES: Final = (
    "status", "state", "outcome", "result", "turnstatus", "upstreamstatus", "providerstatus",
    "responsestatus", "finishreason",
)  # fmt: skip
_STATUSES: Final = (
    "status", "statuscode", "httpstatus", "upstreamstatus", "upstreamstatuscode",
    "providerstatus", "upstreamcode", "httpcode",
)  # fmt: skip
_GOOD_FLAGS: Final = ("ok", "success", "succeeded", "successful", "completed", "iscompleted")
_BAD_FLAGS: Final = (
    "failed", "isfailed", "haserror", "iserror", "incomplete", "truncated", "cancelled",
    "canceled", "canned", "mocked", "ismock", "simulated", "stubbed", "fromcache", "refused",
)  # fmt: skip
_BAD_TURN_FLAGS: Final = (
    "cached", "iscached", "cachehit", "servedfromcache", "mock", "stub", "isstub", "fake",
    "isfake", "dummy", "dryrun", "synthetic", "issynthetic", "placeholder", "isplaceholder",
    "testmode", "offline", "stale", "isstale", "partial", "ispartial", "replayed", "isreplay",
    "iscanned", "blocked", "moderated", "filtered", "contentfilter", "contentfiltered",
    "timedout", "timeout", "aborted", "interrupted", "rejected", "errored", "denied",
    "issimulated",
)  # fmt: skip
"""Flags that count in tables about the turn only; elsewhere they are authored content."""

_OTHER_WAY_FLAGS: Final = (
    "failover", "failedover", "rerouted", "routechanged", "providerswitched", "providerchanged",
    "modelchanged", "modelswitched", "backupused", "usedbackup", "secondaryused", "apikeyused",
    "usedapikey", "platformkeyused", "usedplatformkey", "usedplatform", "platformused",
)  # fmt: skip
_WARNINGS: Final = (
    "warning", "warnings", "notice", "notices", "alert", "alerts", "advisory", "advisories",
)  # fmt: skip
_WARNS: Final = regex(
    r"\bf(all|alls|allen|alling|ell)[\s_-]?back|\bdegrad|\bcanned\b|\bfail(ed|s|ing)?[\s-]?over"
    r"|\bfrom (the |a )?cache\b|\bcached (answer|response|reply|text)|\bmock(ed)?\b|\bstub(bed)?\b"
    r"|\b(platform|api)[\s_-]?key|\bplatform (tier|credential)",
    re.I,
)
_DENIES: Final = regex(r"\b(no|not|without|never|isn't|wasn't|n't)\b[^.;]{0,40}$", re.I)

PLATFORM_WORDS: Final = ("platform", "api-key", "apikey", "metered")
"""Parts of names of credentials other than the subscription's."""

_PROVIDER_NAMES: Final = (
    "provider", "providername", "upstreamprovider", "llmprovider", "modelprovider",
    "servedprovider", "providerused",
)  # fmt: skip
_PAYMENT_NAMES: Final = (
    "credential", "credentialtype", "credentialkind", "credentialsource", "authmode",
    "authtype", "authmethod", "keytype", "keysource", "tier", "billing", "billingtier",
    "billingmode", "paidby", "billedto", "chargedto", "payer",
)  # fmt: skip
_WAY_NAMES: Final = (
    "mode", "via", "source", "route", "servedfrom", "servedby", "answeredby", "answeredfrom",
    "quality", "level", "path", "origin", "engine", "backend", "generator", "generatedby",
    "responsesource", "answersource", "provenance", "driver", "adapter",
)  # fmt: skip
_WAY: Final = regex(r"^(?!no|without).*(fallback|degraded|canned|mock|stub|simulat)")
_WAY_WORDS: Final = frozenset(
    {
        "cache", "cached", "fixture", "fixtures", "replay", "replayed", "synthetic", "fake",
        "dummy", "placeholder", "cassette", "recording", "recorded", "stale", "failover",
        "backup",
    }
)  # fmt: skip
_CACHE_NAMES: Final = ("cache", "cachestatus", "cacheresult", "xcache")
_MAX_WAY: Final = 60

_WAY_HOLDERS: Final = (*TURN_HOLDERS, "result", "debug", "diagnostics", "trace", "info")
_BAD_STATES: Final = frozenset(
    {
        "failed", "failure", "fail", "error", "errored", "degraded", "fallback", "incomplete",
        "cancelled", "canceled", "timeout", "timedout", "rejected", "refused", "aborted",
        "expired", "contentfilter", "length", "maxoutputtokens",
    }
)  # fmt: skip
_STATE_HOLDERS: Final = ("route", "response", "upstream", "answer", "provider", "turn")
_CLAIMED_STATES: Final = (
    "status", "upstreamstatus", "providerstatus", "turnstatus", "responsestatus",
)  # fmt: skip
_GOOD_STATES: Final = frozenset(
    {
        "completed", "complete", "ok", "okay", "success", "successful", "succeeded", "done",
        "finished", "answered", "ready", "created", "accepted", "published", "stored", "saved",
        "draft", "final", "active", "generated", "applied", "delivered", "passed", "pass",
        "stop", "200", "201",
    }
)  # fmt: skip
_KINDS: Final = ("type", "object", "kind")
_USED: Final = ("used", "taken", "applied", "triggered", "active", "activated", "happened")


def fallback_witnesses(
    document: object, claims: Mapping[str, Any], own: object = None
) -> Iterator[Witness]:
    """Flags which state that the stack did not answer as requested.

    `own` are the headers of the stack's answer itself.
    """
    claimed = claims.get("fallback")
    if is_set(claimed):
        yield Witness("fallback flag", display_text(claimed), "against")
    for leaf in leaves(document):
        value = leaf.value
        if leaf.listed or (value is claimed and is_set(claimed) and leaf.name == "fallbackused"):
            continue
        is_claim = value in (claims.get("provider"), claims.get("credential"))
        if _is_fallback_flag(leaf) or (not is_claim and _names_other_route(leaf)):
            yield Witness(leaf.path, display_text(value), "against")
    for name, value in _headers(document, claims.get("headers"), own):
        if _header_degrades(name, value):
            yield Witness(f"header {name}", display_text(value), "against")


def _headers(document: object, *tables: object) -> Iterator[tuple[str, Any]]:
    """Every header that a stack sent or passed on with a kept value, once."""
    pairs: list[tuple[str, Any]] = []
    for table in (*tables, *(leaf.value for leaf in leaves(document) if leaf.name in HEADERS)):
        for pair in header_pairs(table):
            if pair[1] != HIDDEN_HEADER and pair not in pairs:
                pairs.append(pair)
                yield pair


def _is_fallback_flag(leaf: Leaf) -> bool:
    """Whether a flag or a warning states that another route answered."""
    if is_degraded(leaf.name, leaf.value):
        return True
    if not leaf.within(_WAY_HOLDERS):
        return False
    if leaf.name in _OTHER_WAY_FLAGS or (leaf.tables[-1:] == ("fallback",) and leaf.name in _USED):
        return _is_plainly_set(leaf.value)
    return leaf.name in _WARNINGS and any(map(_warns, texts_of(leaf.value)))


def _warns(text: str) -> bool:
    """Whether a warning reports another route; `no fallback was used` does not."""
    match = _WARNS.search(text.replace("_", " "))
    return match is not None and _DENIES.search(text[: match.start()]) is None


def _header_degrades(name: str, value: object) -> bool:
    """Whether a header of the stack reports another route."""
    if name == "warning":
        return isinstance(value, str) and _warns(value)
    if not name.startswith("x-") or name.startswith("x-codex-"):
        return False
    header_name = normalize_name(name.removeprefix("x-"))
    if header_name in _PROVIDER_NAMES:
        return isinstance(value, str) and value.strip().casefold() not in ("", "openai")
    if header_name in _CACHE_NAMES:
        return words_of(str(value))[:1] == ["hit"]
    if header_name in ("fallbackprovider", "fallbackmodel"):
        return is_set(value)
    return is_degraded(header_name, value) or (
        header_name in (*_OTHER_WAY_FLAGS, *_BAD_TURN_FLAGS) and _is_plainly_set(value)
    )


def _names_other_route(leaf: Leaf) -> bool:
    """Whether a value for how the turn was answered or paid names another route."""
    value, name = leaf.value, leaf.name
    if not isinstance(value, str) or not value.strip() or not leaf.within(_WAY_HOLDERS):
        return False
    word = value.strip().casefold()
    if name in _PROVIDER_NAMES:
        return word != "openai"
    if name in _PAYMENT_NAMES:
        return any(part in re.sub(r"[\s_.-]+", "-", word) for part in PLATFORM_WORDS)
    if name in _CACHE_NAMES:
        return words_of(word)[:1] == ["hit"]
    if name not in _WAY_NAMES:
        return False
    words = words_of(word) if len(word) <= _MAX_WAY and "/" not in word else []
    return bool(_WAY.search(word)) or (
        bool(_WAY_WORDS & set(words)) and words[0] not in ("no", "not", "without", "un")
    )


def failure_witnesses(document: object, *headers: object) -> Iterator[Witness]:
    """Signs that the turn failed: errors, failed states, refused statuses, at any place.

    `headers` are those that the stack passed on, and its own.
    """
    for leaf in leaves(document):
        name, value = leaf.name, leaf.value
        if name in _ERRORS and is_set(value):
            yield Witness(leaf.path, display_text(value), "against")
        elif leaf.listed:
            continue
        elif name == "refusal" and (value.strip() if isinstance(value, str) else value):
            yield Witness(leaf.path, f"refusal: {display_text(value)}", "against")
        elif (
            (name in _STATES and isinstance(value, str) and _bad_state(leaf, value))
            or (name in _STATUSES and not good_status(value))
            or _bad_flag(leaf)
        ):
            yield Witness(leaf.path, display_text(value), "against")
    for name, value in _headers(document, *headers):
        if (name in ERROR_HEADERS or normalize_name(name.removeprefix("x-")) in _ERRORS) and is_set(
            value
        ):
            yield Witness(f"header {name}", display_text(value), "against")


def _bad_state(leaf: Leaf, value: str) -> bool:
    if normalize_name(value) in _BAD_STATES:
        return True
    return leaf.within(_WAY_HOLDERS) and bool(_BAD_STATES & set(words_of(value)[:1]))


def unknown_states(document: object) -> Iterator[Witness]:
    """Unknown states of the turn, which show neither success nor failure."""
    for leaf in leaves(document):
        value = leaf.value
        if (
            leaf.name not in _CLAIMED_STATES
            or len(leaf.tables) > 1
            or not leaf.within(_STATE_HOLDERS)
            or value in (None, True)
        ):
            continue
        if isinstance(value, int) and not isinstance(value, bool) and 200 <= value < 300:
            continue
        if not isinstance(value, str) or normalize_name(value) not in _GOOD_STATES:
            yield Witness(leaf.path, display_text(value))


def _bad_flag(leaf: Leaf) -> bool:
    """Whether a flag states that the turn did not succeed."""
    name, value = leaf.name, leaf.value
    word = value.strip().casefold() if isinstance(value, str) else value
    if name in _GOOD_FLAGS:
        return word is False or word in NO[1:]
    if name in _KINDS:
        return leaf.within(_WAY_HOLDERS) and word in ("error", "failure", "exception")
    return (
        name in _BAD_FLAGS or (name in _BAD_TURN_FLAGS and leaf.within(_WAY_HOLDERS))
    ) and _is_plainly_set(value)


def _is_plainly_set(value: object) -> bool:
    """Whether a flag is unambiguously set."""
    word = value.strip().casefold() if isinstance(value, str) else value
    return word is True or (type(word) is int and word == 1) or word in YES


def good_status(value: object) -> bool:
    """Whether a status is absent, a word, or a number of success."""
    if value is None or isinstance(value, bool):
        return value is not False
    if isinstance(value, str):
        text = value.strip()
        return not text.isdigit() or good_status(int(text[:9]))
    return not isinstance(value, int | float) or value < 100 or 200 <= value < 300
