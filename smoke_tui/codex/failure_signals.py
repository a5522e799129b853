"""The tables of failure signals: the provider's codes, wordings and statuses.

Codes marked [bin] are strings of the real client 0.171 (what it does with each was captured).
Wordings are from public reports of the real service, matched loosely.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from smoke_tui.regex import regex

TRANSPORT: Final[Mapping[str, str]] = {
    "network": "network",
    "dns": "dns",
    "tls": "tls",
    "proxy": "proxy",
    "timeout": "timeout",
    "stalled": "stream-stalled",
    "cut": "stream-cut",
    "oversized": "stream-oversized",
    "compressed": "stream-malformed",
    "refused-host": "not-configured",
    "rehearsal": "rehearsal-closed",
}

OUT_OF_CREDITS: Final = (
    "workspace_owner_credits_depleted",
    "workspace_member_credits_depleted",
    "workspace_owner_usage_limit_reached",
    "workspace_member_usage_limit_reached",
)
"""Values of `x-codex-rate-limit-reached-type` for which waiting does not help [bin]."""

STRUCTURED: Final[Mapping[str, str]] = {
    "token_expired": "token-expired",
    "token_invalidated": "token-revoked",
    "token_revoked": "token-revoked",
    "invalid_jwt": "token-malformed",
    "invalid_token": "token-malformed",
    "invalid_api_key": "unauthorized",
    "invalid_workspace_selected": "wrong-workspace",
    # Soju06/codex-lb#353, #364: permanent, at the call, at the refresh and on the usage page.
    "account_deactivated": "account-deactivated",
    "account_suspended": "account-deactivated",
    "account_deleted": "account-deactivated",
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
    "organization_spend_limit_exceeded": "quota-exhausted",  # [bin]
    "organization_usage_limit_exceeded": "quota-exhausted",  # [bin]
    **dict.fromkeys(OUT_OF_CREDITS, "quota-exhausted"),  # [bin]
    "rate_limit_exceeded": "rate-limited",
    "server_is_overloaded": "overloaded",
    "slow_down": "overloaded",
    "policy_capacity_unavailable": "overloaded",  # [bin]
    "processing_error": "response-failed",
    "server_error": "server-error",
    "internal_server_error": "server-error",
    "context_length_exceeded": "context-length",
    "cyber_policy": "policy-refused",
    "bio_policy": "policy-refused",  # [bin]
    "misalignment_policy_violation": "policy-refused",  # [bin]
    "content_policy_violation": "policy-refused",  # [bin]
    "inference_hook_denied": "policy-refused",  # [bin]
    "access_program_not_enabled": "policy-refused",  # [bin]
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
"""The server's codes, and the failure code of each."""

_STATE: Final = (
    r"(deactivated|suspended|banned|disabled|deleted|terminated|closed|locked|frozen"
    r"|blocked|inactive|not_active|archived)"
)
_STATED: Final = (
    r"(deactivated|suspended|banned|disabled|deleted|terminated|closed|locked|frozen"
    r"|blocked|inactive|not active|no longer active)"
)
_NO_PART: Final = r"(?!'s| (message|input|prompt|turn|item|role|token|key|feature|limit))"
"""Excludes words that make the subject another one: `user message`, `account token`."""
_OTHER_SUBJECT: Final = r"(?!.*(token|session|key|feature|model|login|device|limit|codex))"
CODE_PATTERNS: Final[tuple[tuple[str, re.Pattern[str]], ...]] = tuple(
    (code, regex(pattern))
    for code, pattern in (
        (
            "workspace-deactivated",
            rf"{_OTHER_SUBJECT}(.*_)?{_STATE}_(.*_)?(workspace|organi[sz]ation|org|team)(_.*)?",
        ),
        (
            "workspace-deactivated",
            rf"{_OTHER_SUBJECT}(.*_)?(workspace|organi[sz]ation|org|team)_(.*_)?{_STATE}(_.*)?",
        ),
        (
            "account-deactivated",
            rf"{_OTHER_SUBJECT}(.*_)?{_STATE}_(.*_)?(account|user|member|identity)(_.*)?",
        ),
        (
            "account-deactivated",
            rf"{_OTHER_SUBJECT}(.*_)?(account|user|member|identity)_(.*_)?{_STATE}(_.*)?",
        ),
        ("account-deactivated", r"deactivated|suspended|banned|terminated"),
        (
            "quota-exhausted",
            r"(.*_)?(credits?|balance|funds)_(depleted|exhausted|used_up|empty)"
            r"|(out_of|insufficient|no)_(credits?|balance|funds)",
        ),
        (
            "quota-exhausted",
            r"(organi[sz]ation|workspace|project|team|billing)_(.*_)?"
            r"(limit|cap|quota|budget)_(exceeded|reached)",
        ),
        (
            "policy-refused",
            r"(.*_)?policy(_(violation|violated|denied|refused|blocked))?"
            r"|.*_hook_(denied|blocked|rejected)",
        ),
    )
)
"""Patterns of codes: the state of an account is reported under many names."""

GENERIC_NAMES: Final = frozenset(
    {
        "error", "errors", "null", "none", "unknown", "unknown_error", "failed", "failure",
        "unauthorized", "unauthenticated", "forbidden", "not_found", "bad_request", "conflict",
        "too_many_requests", "service_unavailable", "bad_gateway", "gateway_timeout",
        "internal_error", "invalid_request", "invalid_request_error", "authentication_error",
        "permission_error", "not_found_error", "rate_limit_error", "api_error",
        "overloaded_error", "request_forbidden", "requests", "tokens", "timeout",
        "upstream_error", "http_error", "request_error", "client_error", "response.failed",
        "response.incomplete", "invalid_grant", "token_exchange_failed", "missing_scope",
        "missing_scopes", "deviceauth_authorization_pending",
    }
)  # fmt: skip
"""Names that repeat a status, a text or a class of errors and identify no failure."""

TEXTS: Final[tuple[tuple[str, re.Pattern[str]], ...]] = tuple(
    (code, regex(pattern, re.IGNORECASE | re.DOTALL))
    for code, pattern in (
        ("instructions-drift", r"instructions? (are|is) (not valid|invalid)|invalid instructions"),
        ("instructions-missing", r"instructions? (are|is) (required|missing)"),
        ("lite-shape", r"codex-responses-lite|reasoning\.context"),
        ("client-too-old", r"requires a newer version of codex|upgrade to the latest (app|cli)"),
        (
            "model-unsupported",
            r"model is not supported when using codex"
            r"|model .{0,80}is not supported|unsupported model",
        ),
        ("model-not-found", r"model not found|model .{0,80}does not exist"),
        ("wrong-host", r"missing scopes?:? *api\.responses\.write"),
        ("workspace-region", r"workspace is not authorized in this region"),
        ("region-unsupported", r"country, region,? or territory (is )?not supported"),
        ("server-error", r"workspace routing is unavailable"),  # openai/codex#46382, #46812
        ("entitlement-missing", r"codex_cli_workspace_disabled|missing_codex_entitlement"),
        (
            "workspace-deactivated",
            r"(workspace|organi[sz]ation)[^.]{0,30}\b(deactivated|suspended"
            r"|disabled|deleted)|owner is inactive",
        ),
        (
            "account-deactivated",
            rf"\b(account|user)\b{_NO_PART}[^.]{{0,40}}\b{_STATED}\b"
            rf"|\b{_STATED} (account|user)\b{_NO_PART}",
        ),
        (
            "quota-exhausted",
            r"out of credits|spend(ing)? (cap|limit)|credits (have been|are) "
            r"(depleted|used up|exhausted)",
        ),
        ("usage-limit-reached", r"usage limit has been reached|hit your usage limit"),
        ("workspace-missing", r"no eligible chatgpt workspaces"),
        (
            "usage-not-included",
            r"to use codex with your chatgpt plan, upgrade"
            r"|usage not included",
        ),
        ("quota-exhausted", r"quota exceeded|exceeded your current quota"),
        ("token-expired", r"token (is|has) expired|could not validate your token"),
        ("token-revoked", r"token has been (invalidated|revoked)|invalidated oauth token"),
        ("token-malformed", r"could not parse your authentication token|malformed token"),
        ("unauthorized", r"missing authentication header"),
        ("rate-limited", r"rate limit reached|exceeded retry limit|too many requests"),
        ("overloaded", r"at capacity|overloaded"),
        ("server-error", r"experiencing high demand"),
        ("context-length", r"context (window|length)"),
        ("policy-refused", r"flagged for possible|inference hook blocked"),
        (
            "shape-rejected",
            r"unsupported parameter|store must be set to false"
            r"|stream must be set to true|system messages are not allowed"
            r"|input must be a list|invalid value|are not persisted when"
            r"|no tool output found",
        ),
    )
)
"""Patterns of `detail` and message texts, the most specific first."""

STATUSES: Final[Mapping[int, str]] = {
    400: "shape-rejected",
    422: "shape-rejected",
    401: "unauthorized",
    429: "rate-limited",
    402: "workspace-deactivated",
    407: "proxy",
    432: "server-error",
    502: "bad-gateway",
    504: "bad-gateway",
    511: "intercepted",
}


def code_for_name(name: str) -> str | None:
    """The failure code of a server's code; None if it is unknown."""
    code = STRUCTURED.get(name)
    if code is not None:
        return code
    return next((code for code, pattern in CODE_PATTERNS if pattern.fullmatch(name)), None)


def code_for_status(status: int | None) -> str:
    """The most general failure code of a status."""
    if status is None:
        return "network"
    if status in STATUSES:
        return STATUSES[status]
    if 300 <= status < 400:
        return "redirect-refused"
    if status >= 500:
        return "server-error"
    return "request-refused" if status >= 400 else "stream-malformed"
