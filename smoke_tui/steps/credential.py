"""The session's bundle: given, or what the login step left."""

from __future__ import annotations

from smoke_tui.codex.bundle import GIVEN_LEAVES, Bundle, BundleError, read_bundle
from smoke_tui.config.session_config import GIVEN_BUNDLE
from smoke_tui.redaction import Secret
from smoke_tui.world.context import StepContext
from smoke_tui.world.requests.machine import ReadDocument
from smoke_tui.world.resources import StepError


async def given_bundle(ctx: StepContext) -> Bundle | None:
    """The bundle of --bundle, read and kept; None where none was given.

    Raises:
        StepError: it is unusable (`bundle-incomplete`, `account-id-missing`).
    """
    if ctx.config.bundle == "none":
        return None
    document = await ctx.perform(ReadDocument(GIVEN_BUNDLE, GIVEN_LEAVES))
    if document.problem:
        raise StepError("bundle-incomplete", f"The given bundle: {document.problem}.")
    try:
        bundle = read_bundle(
            document.content, document.secrets, source=ctx.config.bundle, issued_here=False
        )
    except BundleError as problem:
        raise StepError(problem.code, f"The given bundle: {problem}.") from None
    if bundle.source == "codex-cli":
        ctx.finding(
            "shared-login",
            "The bundle is the Codex CLI's own login.",
            "Two programs that share one refresh chain log each other out; give this tool its own.",
        )
    hold(ctx, bundle)
    return bundle


def hold(ctx: StepContext, bundle: Bundle) -> None:
    """Keep the bundle for later steps; another account than before is a finding."""
    before = ctx.resources.account
    ctx.resources.bundle = bundle
    ctx.resources.account = bundle.account or before
    if before is not None and ctx.resources.account != before:
        ctx.finding(
            "account-changed",
            "This credential is of another account than the one before.",
            "What was done with the other one proves nothing for this one, and is done again.",
        )


async def session_bundle(ctx: StepContext) -> Bundle:
    """The bundle to call with.

    Raises:
        StepError: there is none (`not-configured`), or it is unusable.
    """
    held = ctx.resources.bundle
    bundle = held if isinstance(held, Bundle) else await given_bundle(ctx)
    if bundle is None:
        raise StepError("not-configured", "No credential: log in first, or give --bundle FILE.")
    for name, secret in (("access token", bundle.access_token), ("account id", bundle.account_id)):
        refuse_unsendable(name, secret)
    return bundle


def refuse_unsendable(name: str, secret: Secret) -> None:
    """Refuse a value that no header can carry, before anything is sent and a call is counted.

    Raises:
        StepError: `token-malformed`; the text holds nothing of the value.
    """
    if secret.public.get("sendable", True) is not True:
        raise StepError(
            "token-malformed",
            f"The {name} holds a blank, a line end, a control or a "
            "character beyond ASCII: nothing was sent. Take it from "
            "its file whole, without quotes or line ends.",
        )
