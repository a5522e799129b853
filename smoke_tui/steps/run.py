"""`run`: commands to their end, and what they printed that later steps need."""

from __future__ import annotations

from smoke_tui.steps.commands import (
    printed_json,
    public_of,
    run_to_end,
    sensitive_of,
    spawn_spec,
    take_captures,
)
from smoke_tui.steps.stand_in import commands_of, note_closed, stand_in_of
from smoke_tui.structs import replace
from smoke_tui.world.context import StepContext
from smoke_tui.world.resources import StepError
from smoke_tui.world.result import Result

NOTHING_RUN = "No command was run: the step has none."


async def run(ctx: StepContext) -> Result:
    """Pass when every command, or their stand-in, ended with 0 and every captured value was there."""
    hidden = any(capture.secret for capture in ctx.step.capture)
    ended = None
    for command in commands_of(ctx):
        spawn = replace(
            spawn_spec(ctx, command),
            hidden=hidden,
            sensitive=sensitive_of(ctx.step.capture),
            public=public_of(ctx.step.capture) if hidden else (),
        )
        child = ctx.open(spawn)
        ended = await run_to_end(ctx, child)
        ctx.evidence("command", {"argv": command.text, "exit": ended.code})
        if ended.code != 0:
            note_closed(ctx)
            raise StepError(
                "command-failed", f"`{command.text}` ended with {ended.code}.", exit=ended.code
            )
    if ended is None:
        raise StepError("command-missing", NOTHING_RUN)
    take_captures(ctx, ended)
    count = len(ctx.step.commands)
    done = "The command" if count == 1 else f"All {count} commands"
    if stand_in_of(ctx) is not None:
        done = "The stand-in"
    names = ", ".join(
        f"{c.name} {ctx.resources.values.get(c.name, '(secret)')}" for c in ctx.step.capture
    )
    return Result(
        None,
        f"{done} ended with 0{': ' + names if names else ''}.",
        {"exit": 0},
        ended.text,
        document=printed_json(ended.text),
    )
