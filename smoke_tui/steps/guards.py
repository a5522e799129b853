"""Guards: conditions that are looked at before a step and change nothing."""

from __future__ import annotations

from smoke_tui.runbook.model import Guard
from smoke_tui.runbook.parser.commands import command_of
from smoke_tui.steps.commands import run_to_end, spawn_spec
from smoke_tui.steps.stand_in import stand_in_of
from smoke_tui.world.context import StepContext
from smoke_tui.world.requests.http import HttpLimits, HttpRequest
from smoke_tui.world.requests.machine import FindCommand, PathExists, ReadVariable
from smoke_tui.world.resources import StepError


async def check_guards(ctx: StepContext) -> None:
    """Check all of a step's guards; where a stand-in answers, they are about what it stands for.

    Raises:
        StepError: one is not met (`guard-unmet`), with its reason.
    """
    if stand_in_of(ctx) is not None:
        return
    for guard in ctx.step.guards:
        if not await _TESTS[guard.test](ctx, guard):
            raise StepError(
                "guard-unmet",
                f"{guard.why} ({guard.test} {guard.value}, runbook line {guard.line})",
            )


async def _file(ctx: StepContext, guard: Guard) -> bool:
    return await ctx.perform(PathExists(guard.value))


async def _command(ctx: StepContext, guard: Guard) -> bool:
    command = command_of(guard.value, guard.line)
    if not ctx.resources.may_run:
        return await ctx.perform(FindCommand(command.argv[0]))
    try:
        return (await run_to_end(ctx, ctx.open(spawn_spec(ctx, command)))).code == 0
    except StepError as end:
        raise StepError(
            "guard-unmet", f"{guard.why} ({end.summary}, runbook line {guard.line})"
        ) from None


async def _env(ctx: StepContext, guard: Guard) -> bool:
    return (await ctx.perform(ReadVariable(guard.value))).is_set


async def _url(ctx: StepContext, guard: Guard) -> bool:
    exchange = await ctx.perform(
        HttpRequest("GET", str(ctx.fill(guard.value)), limits=HttpLimits(total=10.0))
    )
    if exchange.error == "rehearsal":
        raise StepError("rehearsal-closed", f"{guard.why}: {exchange.error_text}")
    return exchange.status is not None and exchange.status < 500


_TESTS = {"file": _file, "command": _command, "env": _env, "url": _url}
