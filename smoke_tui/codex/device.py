"""The device login: a code that the operator types on another machine (captured from 0.169)."""

from __future__ import annotations

from typing import Final

from smoke_tui.codex.bundle import Bundle
from smoke_tui.codex.catalogue import as_answer
from smoke_tui.codex.classify import classify
from smoke_tui.codex.login import CLIENT_ID, bundle_of, token_request
from smoke_tui.redaction import Secret
from smoke_tui.world.context import StepContext, answer_of
from smoke_tui.world.conversation import Conversation
from smoke_tui.world.requests.http import Exchange, HttpLimits, HttpRequest
from smoke_tui.world.requests.operator import Question
from smoke_tui.world.resources import StepError
from smoke_tui.world.values import Sensitive

VALID_SECONDS: Final = 900.0
SHORTEST_INTERVAL: Final = 1.0
PENDING: Final = (403, 404)

_LIMITS: Final = HttpLimits(total=30.0, body=64 * 1024)
_START_LEAVES: Final = (
    Sensitive("device", ("device_auth_id",), "device-id"),
    Sensitive("code", ("user_code",), "user-code"),
    Sensitive("alias", ("usercode",), "user-code"),
)
_DONE_LEAVES: Final = (
    Sensitive("code", ("authorization_code",), "oauth-code"),
    Sensitive("verifier", ("code_verifier",), "oauth-verifier"),
)


async def device_log_in(ctx: StepContext) -> Bundle:
    """Log in by a code; the operator types it at the issuer's page.

    Raises:
        StepError: `device-login-disabled`, `login-timeout`, `login-cancelled`, or what the issuer
            answered.
    """
    base = f"{ctx.config.issuer}/api/accounts/deviceauth"
    started = await ctx.perform(
        HttpRequest(
            "POST",
            f"{base}/usercode",
            json={"client_id": CLIENT_ID},
            sensitive=_START_LEAVES,
            limits=_LIMITS,
        )
    )
    device = started.secrets.get("device")
    code = started.secrets.get("code") or started.secrets.get("alias")
    if started.status != 200 or device is None or code is None:
        raise _not_started(started)
    page = f"{ctx.config.issuer}/codex/device"
    question = ctx.open(
        Question(
            "device",
            "Open the page on any machine, sign in, and type the code. Never type a code "
            "that somebody sent you.",
            {"url": page, "code": code},
        )
    )
    try:
        done = await _poll(ctx, base, device, code, _interval(started.json()), question)
    finally:
        question.release()
    exchange = await ctx.perform(
        token_request(
            ctx.config,
            f"{ctx.config.issuer}/deviceauth/callback",
            done.secrets["code"],
            done.secrets["verifier"],
        )
    )
    return bundle_of(exchange)


def _interval(document: object) -> float:
    """Seconds between polls; the issuer gives them as text."""
    raw = document.get("interval") if isinstance(document, dict) else None
    try:
        return max(SHORTEST_INTERVAL, min(60.0, float(raw or 5)))
    except (TypeError, ValueError):
        return 5.0


async def _poll(
    ctx: StepContext,
    base: str,
    device: Secret,
    code: Secret,
    interval: float,
    question: Conversation,
) -> Exchange:
    """Poll until the operator has signed in; 403 and 404 mean not yet."""
    limit = VALID_SECONDS * ctx.config.patience
    deadline = ctx.deadline(limit)
    while True:
        exchange = await ctx.perform(
            HttpRequest(
                "POST",
                f"{base}/token",
                json={"device_auth_id": device, "user_code": code},
                sensitive=_DONE_LEAVES,
                limits=_LIMITS,
            )
        )
        if exchange.status == 200 and {"code", "verifier"} <= set(exchange.secrets):
            deadline.release()
            return exchange
        failure = classify(as_answer(exchange))
        if exchange.status not in PENDING or (
            failure.by == "edge" and failure.code in ("edge-challenge", "edge-block", "intercepted")
        ):
            raise StepError(
                failure.code if failure.by in ("edge", "transport") else "exchange-rejected",
                f"The device login failed: {failure.message}",
                status=exchange.status,
            )
        pause = ctx.deadline(interval)
        which, fact = await ctx.first(pause.next(), deadline.next(), question.next())
        if which == 1:
            raise StepError("login-timeout", f"Nobody signed in within {limit:g} s.")
        if which == 2:
            answer_of(fact)
            raise StepError("login-cancelled", "The operator cancelled the login.")


def _not_started(exchange: Exchange) -> StepError:
    failure = classify(as_answer(exchange))
    if exchange.status == 404 and failure.code not in (
        "edge-challenge",
        "edge-block",
        "intercepted",
    ):
        return StepError(
            "device-login-disabled",
            f"The issuer offers no device login for this account: {failure.message}",
            status=404,
        )
    code = failure.code if failure.by in ("edge", "transport") else "exchange-rejected"
    return StepError(
        code, f"The device login could not begin: {failure.message}", status=exchange.status
    )
