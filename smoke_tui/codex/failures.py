"""Which failure an answer is: a table of marks, and one function that reads it.

The order is that of the outcomes page: transport, edge, structured code, text, status. A code
beats a status: a usage limit has been seen under 404, a reused refresh token under 400 and 401.
Wordings are those of public reports of the real service, matched loosely.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from smoke_tui.secrecy import clean

LONGEST_TEXT: Final = 600
LONGEST_DELAY: Final = 10_000_000.0

TRANSPORT: Final[Mapping[str, str]] = {
    "network": "network", "dns": "dns", "tls": "tls", "proxy": "proxy", "timeout": "timeout",
    "stalled": "stream-stalled", "cut": "stream-cut", "oversized": "stream-oversized",
    "compressed": "stream-malformed", "refused-host": "not-configured",
}

STRUCTURED: Final[Mapping[str, str]] = {
    "token_expired": "token-expired",
    "token_invalidated": "token-revoked",
    "token_revoked": "token-revoked",
    "invalid_jwt": "token-malformed",
    "invalid_token": "token-malformed",
    "invalid_api_key": "unauthorized",
    "invalid_workspace_selected": "wrong-workspace",
    "deactivated_workspace": "workspace-deactivated",
    "biscuit_baker_service_auth_credential_error_status": "workspace-deactivated",
    "biscuit_baker_service_me_circuit_open": "server-error",
    "unsupported_country_region_territory": "region-unsupported",
    "identity_verification_required": "verification-required",
    "verification_required": "verification-required",
    "usage_limit_reached": "usage-limit-reached",
    "usage_not_included": "usage-not-included",
    "insufficient_quota": "quota-exhausted",
    "billing_hard_limit_reached": "quota-exhausted",
    "rate_limit_exceeded": "rate-limited",
    "server_is_overloaded": "overloaded",
    "slow_down": "overloaded",
    "server_error": "server-error",
    "internal_server_error": "server-error",
    "context_length_exceeded": "context-length",
    "cyber_policy": "policy-refused",
    "content_policy_violation": "policy-refused",
    "invalid_prompt": "policy-refused",
    "model_not_found": "model-not-found",
    "unsupported_parameter": "shape-rejected",
    "unknown_parameter": "shape-rejected",
    "unsupported_value": "shape-rejected",
    "invalid_value": "shape-rejected",
    "invalid_type": "shape-rejected",
    "missing_required_parameter": "shape-rejected",
    "refresh_token_reused": "refresh-reused",
    "refresh_token_expired": "refresh-expired",
    "refresh_token_invalidated": "refresh-revoked",
    "chatgpt_account_missing": "workspace-missing",
    "codex_cli_workspace_disabled": "entitlement-missing",
    "missing_codex_entitlement": "entitlement-missing",
}
"""The server's own codes, and what they are called here."""

TEXTS: Final[tuple[tuple[str, re.Pattern[str]], ...]] = tuple(
    (code, re.compile(pattern, re.IGNORECASE | re.DOTALL))
    for code, pattern in (
        ("instructions-drift", r"instructions? (are|is) (not valid|invalid)|invalid instructions"),
        ("instructions-missing", r"instructions? (are|is) (required|missing)"),
        ("lite-shape", r"codex-responses-lite|reasoning\.context"),
        ("client-too-old", r"requires a newer version of codex|upgrade to the latest (app|cli)"),
        ("model-unsupported", r"model is not supported when using codex"
                              r"|model .{0,80}is not supported|unsupported model"),
        ("model-not-found", r"model not found|model .{0,80}does not exist"),
        ("wrong-host", r"missing scopes?:? *api\.responses\.write"),
        ("workspace-region", r"workspace is not authorized in this region"),
        ("region-unsupported", r"country, region,? or territory (is )?not supported"),
        ("workspace-deactivated", r"workspace.{0,20}deactivated|owner is inactive"),
        ("usage-limit-reached", r"usage limit has been reached|hit your usage limit"),
        ("workspace-missing", r"no eligible chatgpt workspaces"),
        ("entitlement-missing", r"codex_cli_workspace_disabled|missing_codex_entitlement"),
        ("usage-not-included", r"to use codex with your chatgpt plan, upgrade"
                               r"|usage not included"),
        ("quota-exhausted", r"quota exceeded|exceeded your current quota"),
        ("token-expired", r"token (is|has) expired|could not validate your token"),
        ("token-revoked", r"token has been (invalidated|revoked)|invalidated oauth token"),
        ("token-malformed", r"could not parse your authentication token|malformed token"),
        ("unauthorized", r"missing authentication header"),
        ("rate-limited", r"rate limit reached|exceeded retry limit|too many requests"),
        ("overloaded", r"at capacity|overloaded"),
        ("server-error", r"experiencing high demand"),
        ("context-length", r"context (window|length)"),
        ("policy-refused", r"flagged for possible"),
        ("shape-rejected", r"unsupported parameter|store must be set to false"
                           r"|stream must be set to true|system messages are not allowed"
                           r"|input must be a list|invalid value|are not persisted when"
                           r"|no tool output found"),
    )
)
"""Marks in `detail` and message texts, the more particular first."""

STATUSES: Final[Mapping[int, str]] = {
    400: "shape-rejected", 422: "shape-rejected", 401: "unauthorized", 429: "rate-limited",
    402: "workspace-deactivated", 407: "proxy", 502: "bad-gateway", 504: "bad-gateway",
}

CHALLENGE: Final = re.compile(r"just a moment|_cf_chl|challenge-platform", re.IGNORECASE)
BLOCK: Final = re.compile(r"attention required|you have been blocked|error code: 10\d\d",
                          re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer to be classified: status, headers (any case), body text, transport error."""

    status: int | None
    headers: tuple[tuple[str, str], ...] = ()
    text: str = ""
    error: str | None = None
    error_text: str = ""

    def header(self, name: str) -> str:
        return next((v for n, v in self.headers if n.lower() == name), "")


@dataclass(frozen=True, slots=True)
class Failure:
    """What an answer is. `said` is the server's own text, cleaned and cut; `by` is the mark."""

    code: str
    by: str
    said: str
    param: str | None = None
    delay: float | None = None
    resets_at: int | None = None

    @property
    def words(self) -> str:
        """Why, for the person: the server's own words; where it has none, what gave it away."""
        if self.said and not _is_json(self.said):
            return self.said
        mark, _, word = self.by.partition(" ")
        known = _MARKS.get(mark)
        return known.format(word=word) if known is not None else self.said or self.by


_JSON_BEGINS: Final = re.compile(r'\s*(?:\{\s*["}]|\[\s*(?:[\[{"\]]|-?[0-9.]+\s*[,\]]))')


def _is_json(text: str) -> bool:
    """Whether a text is a JSON document, be it cut; `[SSL: …]` and `[Errno 2] …` are none."""
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return len(text) >= LONGEST_TEXT and _JSON_BEGINS.match(text) is not None
    return text.lstrip()[:1] in ("{", "[")


_MARKS: Final[Mapping[str, str]] = {
    "edge": "the provider's edge answered in place of its backend, without a word",
    "transport": "the connection broke off, and nothing says why",
    "status": "no reason was given",
    "header": "a header says {word}",
    "code": "the answer's code is {word}", "type": "the answer's type is {word}",
    "error": "the answer's error is {word}",
}


def classify(answer: Answer) -> Failure:
    """The failure an unsuccessful answer stands for; never a guess dressed as knowledge."""
    said = said_by(answer)
    if answer.error is not None and answer.status is None:
        return Failure(TRANSPORT.get(answer.error, "network"), "transport", said)
    edge = _edge(answer)
    if edge is not None:
        return Failure(edge, "edge", said)
    body = _document(answer.text)
    param = _first(body, ("param",))
    extra = (param if isinstance(param, str) else None, delay_of(answer, body), _reset(body))
    for word, where in _words(answer, body):
        code = STRUCTURED.get(word)
        if code is not None:
            if code == "shape-rejected" and param == "reasoning.context":
                code = "lite-shape"
            return Failure(code, f"{where} {word}", said, *extra)
    for text in _texts(body, answer.text):
        for code, pattern in TEXTS:
            if pattern.search(text):
                return Failure(code, "text", said, *extra)
    if answer.error is not None:
        return Failure(TRANSPORT.get(answer.error, "network"), "transport", said, *extra)
    return Failure(by_status(answer.status), f"status {answer.status}", said, *extra)


def by_status(status: int | None) -> str:
    """The most general code of a status."""
    if status is None:
        return "network"
    if status in STATUSES:
        return STATUSES[status]
    if 300 <= status < 400:
        return "redirect-refused"
    if status >= 500:
        return "server-error"
    return "request-refused" if status >= 400 else "stream-malformed"


def _edge(answer: Answer) -> str | None:
    """Marks of the edge. `server: cloudflare` and `cf-ray` prove nothing: all answers have them."""
    if answer.header("cf-mitigated").lower() == "challenge":
        return "edge-challenge"
    html = answer.text.lstrip()[:1] == "<"
    if html and answer.status is not None and answer.status >= 400:
        if CHALLENGE.search(answer.text):
            return "edge-challenge"
        if BLOCK.search(answer.text):
            return "edge-block"
    coded = any(where == "header" for _, where in _words(answer, None))
    if not answer.text.strip() and not coded and answer.error is None:
        return {404: "edge-path-block", 403: "edge-unknown"}.get(answer.status or 0)
    return None


def _document(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _envelopes(body: Any) -> Iterator[Mapping[str, Any]]:
    """The objects an error may stand in, outermost last: all five envelopes."""
    seen: list[Mapping[str, Any]] = []
    queue = [body]
    while queue and len(seen) < 12:
        value = queue.pop(0)
        if isinstance(value, str):
            value = _document(value) if value.lstrip()[:1] == "{" else None
        if isinstance(value, Mapping):
            seen.append(value)
            queue += [value.get(key) for key in ("error", "detail", "response", "body")]
    return iter(reversed(seen))


def _words(answer: Answer, body: Any) -> Iterator[tuple[str, str]]:
    """Structured codes in their order: the two headers, the body's `code`, then its `type`."""
    plain = answer.header("x-openai-authorization-error").strip().lower()
    if plain:
        yield plain, "header"
    packed = answer.header("x-error-json")
    if packed:
        try:
            inner = _document(base64.b64decode(packed + "=" * (-len(packed) % 4)).decode())
        except (ValueError, UnicodeError):
            inner = None
        for envelope in _envelopes(inner):
            for word in _named(envelope, "code"):
                yield word, "header"
    for key in ("code", "type"):
        for envelope in _envelopes(body):
            for word in _named(envelope, key):
                yield word, key
    for envelope in _envelopes(body):
        for word in _named(envelope, "error"):
            yield word, "error"


def _named(envelope: Mapping[str, Any], key: str) -> Iterator[str]:
    value = envelope.get(key)
    if isinstance(value, str):
        yield value.strip().lower()


def _first(body: Any, keys: tuple[str, ...]) -> Any:
    for envelope in _envelopes(body):
        for key in keys:
            if envelope.get(key) is not None:
                return envelope[key]
    return None


def _texts(body: Any, raw: str) -> Iterator[str]:
    """What the server says in words; the raw text only where it is no JSON document."""
    found = False
    for envelope in _envelopes(body):
        for key in ("detail", "message", "error_description", "error"):
            value = envelope.get(key)
            if isinstance(value, str) and value.strip():
                found = True
                yield value.strip()
    if not found and raw.lstrip()[:1] not in ("<", ""):
        yield raw[:4000]


def said_by(answer: Answer) -> str:
    """The server's own words, cleaned and cut, for the person."""
    if answer.error is not None and not answer.text:
        return clean(answer.error_text)[:LONGEST_TEXT]
    if answer.text.lstrip()[:1] == "<":
        title = re.search(r"<title>(.*?)</title>", answer.text, re.IGNORECASE | re.DOTALL)
        return clean(title.group(1).strip() if title else "an HTML page")[:LONGEST_TEXT]
    text = next(_texts(_document(answer.text), answer.text), answer.text)
    return clean(text.strip())[:LONGEST_TEXT]


_TRY_AGAIN: Final = re.compile(
    r"try again in\s*(\d{1,9}(?:\.\d{1,9})?)\s*(ms|s|seconds?|m|minutes?)\b", re.IGNORECASE
)


def delay_of(answer: Answer, body: Any) -> float | None:
    """Seconds the answer asks to wait: body, then its text, then Retry-After."""
    seconds = _first(body, ("resets_in_seconds", "retry_after_seconds"))
    if isinstance(seconds, int | float) and not isinstance(seconds, bool):
        return _sane(seconds)
    asked = _TRY_AGAIN.search(answer.text)
    if asked:
        unit = asked.group(2).lower()
        factor = 0.001 if unit == "ms" else 60.0 if unit.startswith("m") else 1.0
        return _sane(float(asked.group(1)) * factor)
    header = answer.header("retry-after").strip()
    return _sane(float(header)) if re.fullmatch(r"[0-9]{1,12}", header) else None


def _sane(seconds: float) -> float | None:
    """A wait that can be meant; an endless or negative one is none."""
    try:
        value = float(seconds)
    except OverflowError:
        return None
    return value if 0 <= value < LONGEST_DELAY else None


def _reset(body: Any) -> int | None:
    moment = _first(body, ("resets_at",))
    return moment if isinstance(moment, int) and not isinstance(moment, bool) else None
