"""Guards: conditions that are looked at before a step and change nothing."""

from __future__ import annotations

from smoke_tui.runbook.model import Guard
from smoke_tui.world.context import StepContext, StepEnd
from smoke_tui.world.ports import HttpLimits, HttpRequest


async def check_guards(ctx: StepContext) -> None:
    """Check all of a step's guards.

    Raises:
        StepEnd: one is not met (`guard-unmet`), with its reason.
    """
    for guard in ctx.step.guards:
        if not await _TESTS[guard.test](ctx, guard):
            raise StepEnd("guard-unmet", f"{guard.why} ({guard.test} {guard.value}, runbook line "
                                         f"{guard.line})")


async def _file(ctx: StepContext, guard: Guard) -> bool:
    return await ctx.exists(guard.value)


async def _command(ctx: StepContext, guard: Guard) -> bool:
    return await ctx.find_command(guard.value)


async def _env(ctx: StepContext, guard: Guard) -> bool:
    return bool((await ctx.environment(guard.value)).data["set"])


async def _url(ctx: StepContext, guard: Guard) -> bool:
    exchange = await ctx.http(
        HttpRequest("GET", str(ctx.fill(guard.value)), limits=HttpLimits(total=10.0))
    )
    return exchange.status is not None and exchange.status < 500


_TESTS = {"file": _file, "command": _command, "env": _env, "url": _url}
