"""Refresh a bundle: once, before hand-over, and only if the new one can be stored.

OpenAI's refresh tokens are single-use: a second use, or a use by another program, can end the whole
login. So a refresh is sent once, whatever its result.
"""

from __future__ import annotations

from typing import Final

from smoke_tui.codex.bundle import TOKEN_LEAVES, Bundle, BundleError, read_bundle
from smoke_tui.codex.catalogue import as_answer
from smoke_tui.codex.classify import classify
from smoke_tui.codex.login import CLIENT_ID
from smoke_tui.config.session_config import SessionConfig
from smoke_tui.redaction import Secret
from smoke_tui.world.context import StepContext
from smoke_tui.world.requests.http import Exchange, HttpLimits, HttpRequest
from smoke_tui.world.requests.machine import ReplaceBundle
from smoke_tui.world.resources import StepError

REFUSALS: Final = {"token-expired": "refresh-expired", "token-revoked": "refresh-revoked"}
"""Codes with another meaning at the token endpoint than at a call."""

STATES: Final = ("account-deactivated", "workspace-deactivated")
"""States that no login repairs."""

UNSENT: Final = ("dns", "tls", "proxy", "refused-host")
"""Transport errors before which no token was sent."""


def refreshable(
    config: SessionConfig, bundle: Bundle, *, handed_over: bool, refreshed: bool
) -> bool:
    """Whether a refresh is allowed: of an own login, not handed over, not refreshed before."""
    is_own = bundle.source == "login" or (bundle.source == "file" and config.refreshable)
    return is_own and bundle.refresh_token is not None and not handed_over and not refreshed


def refresh_request(config: SessionConfig, bundle: Bundle) -> HttpRequest:
    """The refresh (captured from client 0.169: JSON, with a reason, without a scope)."""
    return HttpRequest(
        "POST",
        f"{config.issuer}/oauth/token",
        (("originator", config.originator), ("user-agent", config.user_agent)),
        json={
            "client_id": CLIENT_ID,
            "grant_type": "refresh_token",
            "refresh_reason": "unauthorized_recovery",
            "refresh_token": bundle.refresh_token,
        },
        sensitive=TOKEN_LEAVES,
        limits=HttpLimits(total=30.0, body=256 * 1024),
    )


async def refresh(ctx: StepContext) -> Bundle:
    """Refresh the session's bundle; store the new one before it is used.

    Raises:
        StepError: a `refresh-*` code, an `edge-*` code, or why it could not be kept.
    """
    old = ctx.resources.bundle
    assert isinstance(old, Bundle)
    ctx.resources.refreshed = True
    exchange = await ctx.perform(refresh_request(ctx.config, old))
    if exchange.status != 200:
        raise _refused(exchange)
    if "access_token" not in exchange.secrets:
        # The old refresh token may be used up without a new one.
        broken = exchange.error is not None or exchange.json() is None
        raise StepError(
            "refresh-unknown" if broken else "refresh-rejected",
            "The refresh was answered without a new access token.",
            fresh=False,
        )
    try:
        new = read_bundle(
            {"plan_type": old.plan_type},
            _secrets(old) | dict(exchange.secrets),
            source=old.source,
            issued_here=True,
        )
    except BundleError as problem:
        raise StepError("refresh-rejected", f"The refresh's answer: {problem}.") from None
    if old.source == "file":
        unkept = await ctx.perform(ReplaceBundle(new.fields()))
        if unkept:
            raise StepError("not-configured", f"The refreshed bundle could not be kept: {unkept}.")
    ctx.resources.bundle = new
    ctx.evidence("refreshed", new.summary())
    return new


def _secrets(old: Bundle) -> dict[str, Secret]:
    """The old secrets, for those that the response omits."""
    named = {
        "access_token": old.access_token,
        "refresh_token": old.refresh_token,
        "id_token": old.id_token,
        "account_id": old.account_id,
    }
    return {name: secret for name, secret in named.items() if secret is not None}


def _refused(exchange: Exchange) -> StepError:
    failure = classify(as_answer(exchange))
    if exchange.status is None:
        code = failure.code if exchange.error in UNSENT else "refresh-unknown"
    elif failure.by == "edge" or failure.code.startswith("refresh-") or failure.code in STATES:
        code = failure.code
    elif exchange.status >= 500:
        code = "refresh-unknown"
    else:
        code = REFUSALS.get(failure.code, "refresh-rejected")
    return StepError(
        code, f"The refresh failed: {failure.message}", status=exchange.status, fresh=False
    )
