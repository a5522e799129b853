"""Decide which route answered a turn: proven, degraded or unproven, from facts alone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, Literal
from urllib.parse import urlsplit

from smoke_tui.config.session_config import CODEX_URL
from smoke_tui.proof.headers import header_pairs
from smoke_tui.proof.obligations import Witness
from smoke_tui.stack.failure_signals import PLATFORM_WORDS, fallback_witnesses
from smoke_tui.stack.turn_document import foreign_headers
from smoke_tui.stack.turn_values import display_text
from smoke_tui.structs import Struct

RouteStatus = Literal["proven", "degraded", "unproven"]
Conclusion = Literal["subscription", "another route", "nothing", "missing", "unclear"]
"""`missing`: evidence that every turn on the subscription leaves is absent. `unclear`: a name is
unknown, or not everything could be read, so that nothing is proven."""

PROVIDERS: Final = ("openai",)
SUBSCRIPTION_WORDS: Final = frozenset(
    {
        "subscription", "oauth", "chatgpt", "codex", "chatgpt-oauth", "codex-oauth",
        "openai-oauth", "chatgpt-subscription", "codex-subscription", "openai-subscription",
        "openai-codex", "subscription-oauth", "oauth-subscription", "oauth-bundle",
        "subscription-oauth-bundle",
    }
)  # fmt: skip
"""Names of a subscription's credential, regardless of case and separators."""

NONCE_LINE: Final = "nonce"
NONCE_SEEN: Final = "in the answer"
QUOTA_LINE: Final = "x-codex-* headers"
OUR_ROWS_LINE: Final = "ledger: rows of the organisation"

_PORTS: Final = {"https": 443, "http": 80}


class EvidenceLine(Struct, frozen=True):
    """One line of evidence: its subject, the value found, and the conclusion."""

    name: str
    value: str
    conclusion: Conclusion

    def witness(self) -> Witness:
        """The line as a witness of the subscription's route."""
        return Witness(
            self.name,
            self.value,
            "holds"
            if self.conclusion == "subscription"
            else "against"
            if self.conclusion == "another route"
            else "nothing",
        )


def evidence_lines(
    claims: Mapping[str, Any],
    nonce_seen: bool,
    codex_url: str = CODEX_URL,
    document: object = None,
    own_headers: object = None,
) -> list[EvidenceLine]:
    """Evidence from the turn's answer: its document and its headers."""
    flags = list(fallback_witnesses(document, claims, own_headers))
    foreign = list(foreign_headers(document, claims.get("headers"), own_headers))
    return [
        provider_line("provider", claims.get("provider")),
        EvidenceLine("model", display_text(claims.get("model")), "nothing"),
        credential_line("credential", claims.get("credential")),
        _host(claims.get("host"), codex_url),
        *(
            [EvidenceLine(w.source, w.value, "another route") for w in flags]
            or [EvidenceLine("fallback flag", display_text(claims.get("fallback")), "nothing")]
        ),
        EvidenceLine("response id", display_text(claims.get("response_id")), "nothing"),
        EvidenceLine(NONCE_LINE, NONCE_SEEN if nonce_seen else "not in the answer", "nothing"),
        _quota_line(claims.get("headers")),
        *(
            EvidenceLine(f"{w.value} header", f"seen in {w.source}", "another route")
            for w in foreign
        ),
    ]


def route_status(lines: Sequence[EvidenceLine]) -> RouteStatus:
    """The status of the route: evidence of another route decides; then provider and credential.

    The stack's own claims are not enough, since a canned answer has them too. They have to be
    confirmed by a row of the ledger, or by headers of the subscription's backend, which count only
    with a fresh answer: one with the nonce. A ledger without rows of the turn, or an unknown name,
    leaves the route unproven.
    """
    conclusions = {line.conclusion for line in lines}
    if "another route" in conclusions:
        return "degraded"
    subscription_lines = {line.name for line in lines if line.conclusion == "subscription"}
    fresh = any(line.name == NONCE_LINE and line.value == NONCE_SEEN for line in lines)
    confirmed = (fresh and QUOTA_LINE in subscription_lines) or any(
        x.name == OUR_ROWS_LINE for x in lines
    )
    if (
        conclusions & {"missing", "unclear"}
        or not confirmed
        or "provider" not in subscription_lines
    ):
        return "unproven"
    return "proven" if subscription_lines & {"credential", OUR_ROWS_LINE} else "unproven"


def lacks_quota_headers(claims: Mapping[str, Any]) -> bool:
    """Whether headers were passed on without any `x-codex-*` among them."""
    headers = claims.get("headers")
    return isinstance(headers, Mapping) and not list(_quota(headers))


def provider_line(name: str, value: object) -> EvidenceLine:
    """A provider's name; any unknown one is another route."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return EvidenceLine(name, display_text(value), "nothing")
    if not isinstance(value, str):
        return EvidenceLine(name, display_text(value), "unclear")
    return EvidenceLine(
        name, value, "subscription" if normalized_name(value) in PROVIDERS else "another route"
    )


def credential_line(name: str, value: object) -> EvidenceLine:
    """A credential's name; an unknown one is unclear."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return EvidenceLine(name, display_text(value), "nothing")
    name_text = normalized_name(value) if isinstance(value, str) else ""
    if name_text in SUBSCRIPTION_WORDS:
        return EvidenceLine(name, display_text(value), "subscription")
    other = any(word in name_text for word in PLATFORM_WORDS)
    return EvidenceLine(name, display_text(value), "another route" if other else "unclear")


def normalized_name(text: str) -> str:
    """A name in lower case, with `-` between its words."""
    return re.sub(r"[\s_\-/.:()]+", "-", text.strip().casefold()).strip("-")


def _host(value: object, codex_url: str) -> EvidenceLine:
    """The backend's own host, exactly; any other is another route, or unclear."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return EvidenceLine("host", display_text(value), "nothing")
    named = _origin(value.strip()) if isinstance(value, str) else None
    if named is None:
        return EvidenceLine("host", display_text(value), "unclear")
    known_origins = [
        origin for url in (codex_url, CODEX_URL) if (origin := _origin(url)) is not None
    ]
    host, port = named
    if any(host == ours and port in (None, theirs) for ours, theirs in known_origins):
        return EvidenceLine("host", display_text(value), "subscription")
    return EvidenceLine(
        "host", display_text(value), "unclear" if _is_local(host) else "another route"
    )


def _is_local(host: str) -> bool:
    """Whether a host is this machine, which may forward to any backend."""
    return host in ("localhost", "::1") or host.startswith("127.")


def _origin(text: str) -> tuple[str, int | None] | None:
    """Host and port of an address or of `host:port`; None if it is neither."""
    try:
        parts = urlsplit(text if "://" in text else f"//{text}")
        port = parts.port or _PORTS.get(parts.scheme)
    except ValueError:
        return None
    host = (parts.hostname or "").rstrip(".")
    return (host, port) if host and "@" not in parts.netloc else None


def _quota_line(headers: object) -> EvidenceLine:
    if not isinstance(headers, Mapping | list):
        return EvidenceLine(QUOTA_LINE, "not given", "nothing")
    quota = list(_quota(headers))
    return EvidenceLine(
        QUOTA_LINE,
        f"{len(quota)} seen" if quota else "not seen",
        "subscription" if quota else "nothing",
    )


def _quota(headers: object) -> Iterator[str]:
    return (name for name, _ in header_pairs(headers) if name.startswith("x-codex-"))
