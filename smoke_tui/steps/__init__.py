"""One behaviour a step kind; the only place where codex, stack and judging meet."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from smoke_tui.steps.battery import battery
from smoke_tui.steps.behaves import judged
from smoke_tui.steps.call import call
from smoke_tui.steps.check import check
from smoke_tui.steps.cost import asked_for
from smoke_tui.steps.drift import compared
from smoke_tui.steps.guards import check_guards
from smoke_tui.steps.handover import handover
from smoke_tui.steps.login import login
from smoke_tui.steps.manual import manual, prompt
from smoke_tui.steps.record import record
from smoke_tui.steps.run import run
from smoke_tui.steps.service import service
from smoke_tui.steps.stand_in import refuse_outward
from smoke_tui.steps.turn import turn
from smoke_tui.world.context import StepContext
from smoke_tui.world.result import Result

_BY_KIND: Mapping[str, Callable[[StepContext], Awaitable[Result]]] = {
    "login": login,
    "call": call,
    "run": run,
    "service": service,
    "handover": handover,
    "turn": turn,
    "manual": manual,
    "prompt": prompt,
    "check": check,
    "battery": battery,
    "record": record,
}

BEHAVIOURS: Mapping[str, Callable[[StepContext], Awaitable[Result]]] = {
    name: judged(compared(asked_for(behaviour))) for name, behaviour in _BY_KIND.items()
}
"""What each kind of step does; a spend that a step declares is asked for first, in any kind.

Before that, what its answer is to be compared with is read; after it, a judge is asked about it.
"""


async def behave(ctx: StepContext) -> Result:
    """Refuse what a rehearsal does not let out, check the guards, do what a step of its kind does."""
    refuse_outward(ctx)
    await check_guards(ctx)
    return await BEHAVIOURS[ctx.step.kind](ctx)
