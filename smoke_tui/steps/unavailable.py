"""Kinds that runbooks may name and that this version can't run: blocked, never passed."""

from __future__ import annotations

from smoke_tui.world.context import StepContext
from smoke_tui.world.resources import StepError
from smoke_tui.world.result import Result


async def unavailable(ctx: StepContext) -> Result:
    """End blocked, before anything is spent.

    Raises:
        StepError: always (`not-configured`).
    """
    raise StepError(
        "not-configured",
        f"This version of smoke-tui can't run steps of kind `{ctx.step.kind}` yet.",
    )
