"""What a step's calls cost: the worst before a call, what is known after it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from smoke_tui.world.context import StepContext

COUNTS: Final = ("input_tokens", "cached_input_tokens", "output_tokens", "reasoning_tokens")
MOST_OUTPUT: Final = 4096
"""The bound a metered call asks for, reasoning included, so that its worst price is known."""

_OVERHEAD: Final = 64


async def worst_usd(ctx: StepContext, model: str, prompt: str) -> str | None:
    """The most a metered call can cost, as decimal text; None where no price is known.

    A token is at least one byte, so the prompt's bytes bound its tokens.
    """
    data = await ctx.price(model, {
        "input_tokens": len(prompt.encode()) + _OVERHEAD, "output_tokens": MOST_OUTPUT,
    })
    usd: str | None = data["usd"]
    return usd


async def settle(
    ctx: StepContext, *, kind: str, model: str | None, counts: Mapping[str, int], unknown: bool,
    limits: Sequence[Mapping[str, Any]] = (),
) -> None:
    """Record what a call cost, as far as its answer tells."""
    cost: dict[str, Any] = {}
    wanted = kind == "metered" or ctx.config.prices
    if wanted and model and "output_tokens" in counts:
        data = await ctx.price(model, counts)
        cost = {"usd_api_equivalent": data["usd"], "price_source": data["source"]}
        if data["problem"]:
            ctx.finding("unpriced", f"What the call cost is not known: {data['problem']}.",
                        "It is counted as unknown, not as nothing.")
        if kind == "metered":
            cost["usd_metered"] = data["usd"]
    ctx.decide("spend.settled", {
        "kind": kind, "unknown": unknown, **counts, **cost, "limits": list(limits),
    })
