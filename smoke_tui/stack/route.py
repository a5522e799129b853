"""Which route answered a turn: proven, degraded or unproven, from facts alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

Standing = Literal["proven", "degraded", "unproven"]

SUBSCRIPTION_WORDS: Final = ("subscription", "oauth", "chatgpt", "codex")
PLATFORM_WORDS: Final = ("platform", "api_key", "api-key", "apikey", "metered")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of evidence: what was looked at, what was seen, what it says."""

    name: str
    seen: str
    says: Literal["subscription", "another route", "nothing"]


def lines_of(claims: Mapping[str, Any], nonce_seen: bool) -> list[Line]:
    """Evidence from what the turn's answer says of itself."""
    return [
        _line("provider", claims.get("provider"), ("openai",)),
        _line("credential", claims.get("credential"), SUBSCRIPTION_WORDS, PLATFORM_WORDS),
        Line("fallback flag", _seen(claims.get("fallback")),
             "another route" if claims.get("fallback") not in (None, False, "", 0) else "nothing"),
        Line("response id", _seen(claims.get("response_id")), "nothing"),
        Line("nonce", "in the answer" if nonce_seen else "not in the answer", "nothing"),
    ]


def ledger_lines(rows: Sequence[Mapping[str, Any]] | None) -> list[Line]:
    """Evidence from the ledger's rows of the turn's window; None: no ledger could be read."""
    if rows is None:
        return [Line("ledger", "not looked at", "nothing")]
    platform = [row for row in rows if row.get("domain_id") is None]
    ours = [row for row in rows if row.get("domain_id") is not None]
    return [
        Line("ledger: rows of the organisation", str(len(ours)),
             "subscription" if ours and _all_subscription(ours) else "nothing"),
        Line("ledger: platform-tier rows", str(len(platform)),
             "another route" if platform else "nothing"),
    ]


def _all_subscription(rows: Sequence[Mapping[str, Any]]) -> bool:
    return all(
        any(word in str(row.get("credential", "")).lower() for word in SUBSCRIPTION_WORDS)
        for row in rows
    )


def standing(lines: Sequence[Line]) -> Standing:
    """Positive evidence of another route decides; else the credential has to be shown."""
    if any(line.says == "another route" for line in lines):
        return "degraded"
    shown = {line.name for line in lines if line.says == "subscription"}
    proven = "provider" in shown and bool(shown - {"provider"})
    return "proven" if proven else "unproven"


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
    return "not given" if value is None else str(value)
