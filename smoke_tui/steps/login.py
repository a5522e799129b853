"""`login`: get a credential bundle, from a browser, from the product's own command, or as given."""

from __future__ import annotations

from smoke_tui.codex.bundle import PUBLIC_LEAVES, TOKEN_LEAVES, Bundle, BundleError, read_bundle
from smoke_tui.codex.device import device_log_in
from smoke_tui.codex.login import log_in
from smoke_tui.journal.events.decisions import BundleProvided
from smoke_tui.journal.events.facts import ProcessParsed
from smoke_tui.steps.commands import run_to_end, spawn_spec
from smoke_tui.steps.credential import given_bundle, hold
from smoke_tui.structs import replace
from smoke_tui.world.context import StepContext
from smoke_tui.world.resources import StepError
from smoke_tui.world.result import Result


async def login(ctx: StepContext) -> Result:
    """Pass with a bundle that has tokens and an account id."""
    bundle = await given_bundle(ctx)
    how = "bundle given"
    if bundle is None and ctx.step.commands:
        bundle, how = await _product_login(ctx), "logged in by the product's own command"
    elif bundle is None and ctx.config.login == "device":
        bundle, how = await device_log_in(ctx), "logged in by device code"
    elif bundle is None:
        bundle, how = await log_in(ctx), "logged in through the browser"
    hold(ctx, bundle)
    ctx.evidence("bundle", bundle.summary())
    if bundle.plan_type not in ("plus", "pro", None):
        ctx.finding(
            "plan",
            f"The plan is {bundle.plan_type}, not Plus or Pro.",
            "A narrower plan may not include every model.",
        )
    ctx.decide(BundleProvided("bundle"))
    return Result(
        None,
        f"{how[0].upper()}{how[1:]}: account id present, plan "
        f"{bundle.plan_type or 'unknown'}, expires "
        f"{bundle.expires_at or 'unknown'}.",
        {"how": how},
    )


async def _product_login(ctx: StepContext) -> Bundle:
    command = ctx.step.commands[0]
    spawn = replace(
        spawn_spec(ctx, command), hidden=True, sensitive=TOKEN_LEAVES, public=PUBLIC_LEAVES
    )
    child = ctx.open(spawn)
    ended = await run_to_end(ctx, child)
    if ended.code != 0:
        raise StepError(
            "command-failed",
            f"`{command.text}` ended with {ended.code}; its output is secret and was not kept.",
            exit=ended.code,
        )
    parsed = ended.parsed
    if parsed is None or not parsed.expect(ProcessParsed).has_document:
        raise StepError("bundle-incomplete", f"`{command.text}` printed no JSON object.")
    try:
        return read_bundle(
            parsed.expect(ProcessParsed).document,
            parsed.secrets,
            source="command",
            issued_here=True,
            whole=parsed.secrets.get("whole"),
        )
    except BundleError as problem:
        raise StepError(problem.code, f"`{command.text}`: {problem}.") from None
