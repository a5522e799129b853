"""`service`: a command that stays while the session runs."""

from __future__ import annotations

from smoke_tui.runbook.model import Ready
from smoke_tui.stack.services import Service, is_up, wait_ready
from smoke_tui.steps.children import spawn_spec
from smoke_tui.world.context import StepContext, StepEnd
from smoke_tui.world.ports import Question
from smoke_tui.world.result import Result


async def service(ctx: StepContext) -> Result:
    """Pass when the service is ready; it is then the session's, and its loss is a fact."""
    if ctx.fields("detaches"):
        raise StepEnd("not-configured", "This version can't run services that detach yet.")
    ready: Ready = ctx.step.fields["ready"]
    old = ctx.holdings.resources.pop(ctx.step.id, None)
    if isinstance(old, Service) and not await old.stop(ctx):
        raise StepEnd("not-ready", "The old instance could not be proven gone; stop it yourself, "
                                   "then try again.")
    if await is_up(ctx, ready):
        return await _adopt(ctx, ready)
    command = ctx.step.commands[0]
    child = ctx.spawn(spawn_spec(ctx, command, stays=True))
    await wait_ready(ctx, child, ready)
    ctx.keep_open(child)
    names = sorted(ctx.holdings.variables)
    ctx.provide(ctx.step.id, Service(ctx.step.id, child), kind="service", argv=command.text,
                variables=names)
    with_names = f" with {', '.join(names)} set" if names else ""
    return Result(None, f"`{command.text}` is ready{with_names}.")


async def _adopt(ctx: StepContext, ready: Ready) -> Result:
    where = str(ctx.fill(ready.http or ready.tcp or ""))
    answer = await ctx.ask(Question(
        "confirm", f"Something already answers at {where}. Use it as it is? It was not started "
                   "by this session and does not have its variables.", {"adopt": where},
    ))
    if answer.get("do") != "yes":
        raise StepEnd("not-ready", f"{where} is taken by something that was not to be used; stop "
                                   "it, then try again.")
    ctx.provide(ctx.step.id, Service(ctx.step.id, None), kind="service", adopted=True)
    ctx.finding("adopted", f"The service at {where} was running already and was used as it is.",
                "Restart it yourself where a variable has to change.")
    return Result(None, f"The service at {where} was running already.")
