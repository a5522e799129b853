"""`service`: a command that stays while the session runs."""

from __future__ import annotations

from smoke_tui.config.questions import Verb
from smoke_tui.journal.events.decisions import ServiceAdopted, ServiceProvided
from smoke_tui.runbook.model import Ready
from smoke_tui.runbook.parser.commands import command_of
from smoke_tui.stack.services import Service, address_of, is_up, wait_ready, watch_health
from smoke_tui.steps.commands import spawn_spec
from smoke_tui.steps.run import NOTHING_RUN
from smoke_tui.structs import replace
from smoke_tui.world.context import StepContext
from smoke_tui.world.requests.operator import Question
from smoke_tui.world.resources import StepError
from smoke_tui.world.result import Result
from smoke_tui.world.values import show_text


async def service(ctx: StepContext) -> Result:
    """Pass when the service is ready; it is then the session's, and its loss is a fact."""
    ready: Ready = ctx.step.fields["ready"]
    old = ctx.resources.by_step.pop(ctx.step.id, None)
    if isinstance(old, Service) and not await old.stop(ctx):
        if old.adopted:
            return await _restarted_by_hand(ctx, ready)
        await _ask_gone(ctx, ready)
    if await is_up(ctx, ready):
        return await _adopt(ctx, ready)
    if not ctx.step.commands:
        raise StepError("command-missing", NOTHING_RUN)
    command = ctx.step.commands[0]
    detaches = bool(ctx.step.fields.get("detaches"))
    child = ctx.open(replace(spawn_spec(ctx, command), stays=True, detaches=detaches))
    await wait_ready(ctx, child, ready)
    ctx.keep_open(child)
    stop: str | None = ctx.step.fields.get("stop")
    names = sorted(ctx.resources.variables)
    stop_spec = spawn_spec(ctx, command_of(stop, ctx.step.line)) if stop else None
    kept = Service(ctx.step.id, ready, child, watch_health(ctx, ready), stop_spec)
    stop_argv = tuple(show_text(part) for part in stop_spec.argv) if stop_spec else None
    cwd = ctx.config.project
    ctx.provide(ServiceProvided(ctx.step.id, command.text, tuple(names), stop_argv, cwd), kept)
    with_names = f" with {', '.join(names)} set" if names else ""
    return Result(None, f"`{command.text}` is ready{with_names}.")


async def _adopt(ctx: StepContext, ready: Ready) -> Result:
    where = address_of(ctx, ready)
    answer = await ctx.ask(
        Question(
            "service",
            f"Something already answers at {where}. Use it as it is? It was not started "
            "by this session and does not have its variables.",
            {"adopt": where},
        )
    )
    if answer.do != Verb.YES:
        raise StepError(
            "not-ready",
            f"{where} is taken by something that was not to be used; stop it, then try again.",
        )
    return _take_over(ctx, ready, f"The service at {where} was running already")


async def _restarted_by_hand(ctx: StepContext, ready: Ready) -> Result:
    """An adopted service has to be started anew: only who started it can do that."""
    where = address_of(ctx, ready)
    names = ", ".join(sorted(ctx.resources.variables))
    answer = await ctx.ask(
        Question(
            "service",
            f"The service at {where} was not started by this session, so you have to "
            f"restart it{f', with {names} set' if names else ''}. Has it been restarted?",
            {"restart": where, "variables": sorted(ctx.resources.variables)},
        )
    )
    if answer.do != Verb.YES:
        raise StepError(
            "not-ready",
            f"The service at {where} was not restarted: {answer.words or 'no reason given'}.",
        )
    if not await is_up(ctx, ready):
        raise StepError("not-ready", f"Nothing answers at {where} after the restart by hand.")
    return _take_over(ctx, ready, f"The service at {where} was restarted by hand")


def _take_over(ctx: StepContext, ready: Ready, sentence: str) -> Result:
    health = watch_health(ctx, ready)
    ctx.provide(ServiceAdopted(ctx.step.id, True), Service(ctx.step.id, ready, None, health))
    ctx.finding(
        "adopted",
        f"{sentence}; which variables it runs with is not known here.",
        "Restart it yourself where a variable has to change.",
    )
    return Result(None, f"{sentence}.")


async def _ask_gone(ctx: StepContext, ready: Ready) -> None:
    """The old instance may still be there: the operator stops it, and it is looked at again.

    Raises:
        StepError: it is still there, or was not stopped (`not-ready`).
    """
    where = address_of(ctx, ready) or "its processes"
    answer = await ctx.ask(
        Question(
            "service",
            f"The old instance of {ctx.step.id} could not be proven gone. Stop it yourself "
            f"({where}); is it gone?",
            {"stop": where},
        )
    )
    if answer.do != Verb.YES:
        raise StepError(
            "not-ready",
            "The old instance could not be proven gone; stop it yourself, then try again.",
        )
    if await is_up(ctx, ready):
        raise StepError(
            "not-ready", f"The old instance still answers at {where}; stop it, then try again."
        )
