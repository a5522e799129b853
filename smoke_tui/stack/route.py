"""Which route answered a turn: proven, degraded or unproven, from facts alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final, Literal
from urllib.parse import urlsplit

from smoke_tui.stack.window import Look
from smoke_tui.world.config import CODEX_URL, LOOPBACK

Standing = Literal["proven", "degraded", "unproven"]
Says = Literal["subscription", "another route", "nothing", "missing"]
"""`missing`: what every turn on the subscription leaves behind is not there."""

SUBSCRIPTION_WORDS: Final = ("subscription", "oauth", "chatgpt", "codex")
PLATFORM_WORDS: Final = ("platform", "api_key", "api-key", "apikey", "api key", "metered")
FOREIGN_HEADER: Final = "openai-organization"
"""Sent with answers to an API key, never with those of the subscription."""

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


def lines_of(claims: Mapping[str, Any], nonce_seen: bool, codex_url: str = CODEX_URL) -> list[Line]:
    """Evidence from what the turn's answer says of itself."""
    return [
        _line("provider", claims.get("provider"), ("openai",)),
        Line("model", _seen(claims.get("model")), "nothing"),
        _line("credential", claims.get("credential"), SUBSCRIPTION_WORDS, PLATFORM_WORDS),
        _host(claims.get("host"), codex_url),
        Line("fallback flag", _seen(claims.get("fallback")),
             "another route" if claims.get("fallback") not in (None, False, "", 0) else "nothing"),
        Line("response id", _seen(claims.get("response_id")), "nothing"),
        Line(NONCE_LINE, NONCE_SEEN if nonce_seen else "not in the answer", "nothing"),
        *_headers(claims.get("headers")),
    ]


def ledger_lines(look: Look | None, response_id: Any = None) -> list[Line]:
    """Evidence from the ledger's rows of the turn's window; None: there is no ledger.

    Where both the answer and the rows name responses, a row of this one has to be there: another
    turn of the organisation may fall into the window.
    """
    if look is None:
        return [Line("ledger", "not given", "nothing")]
    if look.problem is not None:
        return [Line("ledger", "could not be read", "nothing")]
    ours, platform = look.ours, look.platform
    named = {str(row["response_id"]) for row in ours if row.get("response_id")}
    other = bool(named) and bool(response_id) and str(response_id) not in named
    seen = _rows(ours, look.more)
    return [
        Line(OUR_ROWS_LINE, f"{seen}, none of this response" if other else seen,
             "missing" if other and _told(ours) != "another route" else _told(ours)),
        Line("ledger: platform-tier rows", _rows(platform, look.more),
             "another route" if platform else "nothing"),
    ]


def standing(lines: Sequence[Line]) -> Standing:
    """Positive evidence of another route decides; then provider and credential must be shown.

    The stack's own words are not enough: a canned answer has them, too. Something else has to bear
    them out, a row of the ledger or the headers of the subscription's backend, which count only
    with an answer that is fresh: one that holds the nonce. A ledger that was read and knows nothing
    of the turn keeps it from being proven.
    """
    says = {line.says for line in lines}
    if "another route" in says:
        return "degraded"
    shown = {line.name for line in lines if line.says == "subscription"}
    fresh = any(line.name == NONCE_LINE and line.seen == NONCE_SEEN for line in lines)
    borne_out = (fresh and QUOTA_LINE in shown) or any(x.name == OUR_ROWS_LINE for x in lines)
    if "missing" in says or not borne_out or "provider" not in shown:
        return "unproven"
    return "proven" if shown & {"credential", OUR_ROWS_LINE} else "unproven"


def costs_money(look: Look | None) -> Decimal:
    """What the organisation's rows cost together, as far as they say."""
    amounts = [_amount(row.get("cost")) for row in look.ours] if look is not None else []
    return sum(amounts, Decimal(0))


def lacks_quota_headers(claims: Mapping[str, Any]) -> bool:
    """Whether headers were passed on and none of them is an `x-codex-*`."""
    headers = claims.get("headers")
    return isinstance(headers, Mapping) and not _quota(headers)


def _amount(cost: Any) -> Decimal:
    try:
        amount = Decimal(str(cost))
    except InvalidOperation:
        return Decimal(0)
    return amount if amount.is_finite() and amount > 0 else Decimal(0)


def _rows(rows: Sequence[Mapping[str, Any]], more: bool) -> str:
    """How many rows, and what they say was used."""
    if not rows:
        return "none"
    words = []
    for name in ("provider", "model", "credential"):
        found = sorted({str(row[name]) for row in rows if row.get(name) is not None})
        words += [f"{name} {' and '.join(found)}"] if found else []
    count = f"{'at least ' if more else ''}{len(rows)}"
    return f"{count} ({', '.join(words)})" if words else count


def _told(rows: Sequence[Mapping[str, Any]]) -> Says:
    """What the organisation's rows say together: the worst of them counts."""
    if not rows:
        return "missing"
    words = [_line("", row.get("credential"), SUBSCRIPTION_WORDS, PLATFORM_WORDS).says
             for row in rows]
    words += [_line("", row.get("provider"), ("openai",)).says for row in rows
              if row.get("provider")]
    if "another route" in words:
        return "another route"
    return "subscription" if set(words) == {"subscription"} else "nothing"


def _host(value: Any, codex_url: str) -> Line:
    """The backend's own host, or one on this machine; any other answers another route."""
    if not isinstance(value, str) or not value.strip():
        return Line("host", _seen(value), "nothing")
    named = _origin(value.strip())
    if named is None:
        return Line("host", value, "nothing")
    known = [origin for url in (codex_url, CODEX_URL) if (origin := _origin(url)) is not None]
    host, port = named
    if any(host == ours and port in (None, theirs) for ours, theirs in known):
        return Line("host", value, "subscription")
    return Line("host", value, "nothing" if host in LOOPBACK else "another route")


def _origin(text: str) -> tuple[str, int | None] | None:
    """Host and port of an address or of `host:port`; None where it is neither."""
    try:
        parts = urlsplit(text if "://" in text else f"//{text}")
        port = parts.port or _PORTS.get(parts.scheme)
    except ValueError:
        return None
    host = (parts.hostname or "").rstrip(".")
    return (host, port) if host else None


def _headers(headers: Any) -> list[Line]:
    if not isinstance(headers, Mapping):
        return [Line(QUOTA_LINE, "not given", "nothing")]
    quota = _quota(headers)
    lines = [Line(QUOTA_LINE, f"{len(quota)} seen" if quota else "not seen",
                  "subscription" if quota else "nothing")]
    if any(str(name).lower() == FOREIGN_HEADER for name in headers):
        lines.append(Line(f"{FOREIGN_HEADER} header", "seen", "another route"))
    return lines


def _quota(headers: Mapping[str, Any]) -> list[str]:
    return [str(name) for name in headers if str(name).lower().startswith("x-codex-")]


def _line(
    name: str, value: Any, ours: tuple[str, ...], others: tuple[str, ...] | None = None
) -> Line:
    """`others` None: any other word than ours means another route."""
    if not isinstance(value, str) or not value:
        return Line(name, _seen(value), "nothing")
    low = value.lower()
    if others is not None and any(word in low for word in others):
        return Line(name, value, "another route")
    if any(word in low for word in ours):
        return Line(name, value, "subscription")
    return Line(name, value, "another route" if others is None else "nothing")


def _seen(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "not given" if value is None else str(value)
