"""Which route answered a turn: proven, degraded or unproven, from facts alone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal
from urllib.parse import urlsplit

from smoke_tui.config.session_config import CODEX_URL
from smoke_tui.proof.headers import header_pairs
from smoke_tui.proof.obligations import Witness
from smoke_tui.stack.failure_signals import PLATFORM_WORDS, degrade_flags
from smoke_tui.stack.turn_document import foreign_headers
from smoke_tui.stack.turn_values import shown

Standing = Literal["proven", "degraded", "unproven"]
Says = Literal["subscription", "another route", "nothing", "missing", "unclear"]
"""`missing`: what every turn on the subscription leaves behind is not there. `unclear`: something
is named that no declared set knows, or not everything could be read; nothing is proven then."""

PROVIDERS: Final = ("openai",)
SUBSCRIPTION_WORDS: Final = frozenset(
    {
        "subscription",
        "oauth",
        "chatgpt",
        "codex",
        "chatgpt-oauth",
        "codex-oauth",
        "openai-oauth",
        "chatgpt-subscription",
        "codex-subscription",
        "openai-subscription",
        "openai-codex",
        "subscription-oauth",
        "oauth-subscription",
        "oauth-bundle",
        "subscription-oauth-bundle",
    }
)
"""What a credential of the subscription is called, exactly; case and separators do not matter."""

NONCE_LINE: Final = "nonce"
NONCE_SEEN: Final = "in the answer"
QUOTA_LINE: Final = "x-codex-* headers"
OUR_ROWS_LINE: Final = "ledger: rows of the organisation"

_PORTS: Final = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of evidence: what was looked at, what was seen, what it says."""

    name: str
    seen: str
    says: Says

    def witness(self) -> Witness:
        """The same, as a witness of the subscription's route."""
        return Witness(
            self.name,
            self.seen,
            "holds"
            if self.says == "subscription"
            else "against"
            if self.says == "another route"
            else "nothing",
        )


def lines_of(
    claims: Mapping[str, Any],
    nonce_seen: bool,
    codex_url: str = CODEX_URL,
    document: object = None,
    own_headers: object = None,
) -> list[Line]:
    """Evidence from what the turn's answer says of itself, in its document and its headers."""
    flags = list(degrade_flags(document, claims, own_headers))
    foreign = list(foreign_headers(document, claims.get("headers"), own_headers))
    return [
        provider_line("provider", claims.get("provider")),
        Line("model", shown(claims.get("model")), "nothing"),
        credential_line("credential", claims.get("credential")),
        _host(claims.get("host"), codex_url),
        *(
            [Line(w.source, w.value, "another route") for w in flags]
            or [Line("fallback flag", shown(claims.get("fallback")), "nothing")]
        ),
        Line("response id", shown(claims.get("response_id")), "nothing"),
        Line(NONCE_LINE, NONCE_SEEN if nonce_seen else "not in the answer", "nothing"),
        _quota_line(claims.get("headers")),
        *(Line(f"{w.value} header", f"seen in {w.source}", "another route") for w in foreign),
    ]


def standing(lines: Sequence[Line]) -> Standing:
    """Positive evidence of another route decides; then provider and credential must be shown.

    The stack's own words are not enough: a canned answer has them, too. Something else has to bear
    them out, a row of the ledger or the headers of the subscription's backend, which count only
    with an answer that is fresh: one that holds the nonce. A ledger that was read and knows nothing
    of the turn keeps it from being proven, and so does a word that no declared set knows.
    """
    says = {line.says for line in lines}
    if "another route" in says:
        return "degraded"
    shows = {line.name for line in lines if line.says == "subscription"}
    fresh = any(line.name == NONCE_LINE and line.seen == NONCE_SEEN for line in lines)
    borne_out = (fresh and QUOTA_LINE in shows) or any(x.name == OUR_ROWS_LINE for x in lines)
    if says & {"missing", "unclear"} or not borne_out or "provider" not in shows:
        return "unproven"
    return "proven" if shows & {"credential", OUR_ROWS_LINE} else "unproven"


def lacks_quota_headers(claims: Mapping[str, Any]) -> bool:
    """Whether headers were passed on and none of them is an `x-codex-*`."""
    headers = claims.get("headers")
    return isinstance(headers, Mapping) and not list(_quota(headers))


def provider_line(name: str, value: object) -> Line:
    """A provider's name; any other than the declared ones is another route."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return Line(name, shown(value), "nothing")
    if not isinstance(value, str):
        return Line(name, shown(value), "unclear")
    return Line(name, value, "subscription" if normal(value) in PROVIDERS else "another route")


def credential_line(name: str, value: object) -> Line:
    """A credential's name; one that no set declares is unclear, and proves nothing."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return Line(name, shown(value), "nothing")
    word = normal(value) if isinstance(value, str) else ""
    if word in SUBSCRIPTION_WORDS:
        return Line(name, shown(value), "subscription")
    other = any(mark in word for mark in PLATFORM_WORDS)
    return Line(name, shown(value), "another route" if other else "unclear")


def normal(text: str) -> str:
    """A name in lower case, with `-` for whatever separates its words."""
    return re.sub(r"[\s_\-/.:()]+", "-", text.strip().casefold()).strip("-")


def _host(value: object, codex_url: str) -> Line:
    """The backend's own host, exactly; any other answers another route, or is unclear."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return Line("host", shown(value), "nothing")
    named = _origin(value.strip()) if isinstance(value, str) else None
    if not isinstance(value, str) or named is None:
        return Line("host", shown(value), "unclear")
    known = [origin for url in (codex_url, CODEX_URL) if (origin := _origin(url)) is not None]
    host, port = named
    if any(host == ours and port in (None, theirs) for ours, theirs in known):
        return Line("host", value, "subscription")
    return Line("host", value, "unclear" if _is_local(host) else "another route")


def _is_local(host: str) -> bool:
    """Whether a host is this machine: what stands behind it is not known."""
    return host in ("localhost", "::1") or host.startswith("127.")


def _origin(text: str) -> tuple[str, int | None] | None:
    """Host and port of an address or of `host:port`; None where it is neither."""
    try:
        parts = urlsplit(text if "://" in text else f"//{text}")
        port = parts.port or _PORTS.get(parts.scheme)
    except ValueError:
        return None
    host = (parts.hostname or "").rstrip(".")
    return (host, port) if host and "@" not in parts.netloc else None


def _quota_line(headers: object) -> Line:
    if not isinstance(headers, Mapping | list):
        return Line(QUOTA_LINE, "not given", "nothing")
    quota = list(_quota(headers))
    return Line(
        QUOTA_LINE,
        f"{len(quota)} seen" if quota else "not seen",
        "subscription" if quota else "nothing",
    )


def _quota(headers: object) -> Iterator[str]:
    return (name for name, _ in header_pairs(headers) if name.startswith("x-codex-"))
