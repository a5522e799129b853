"""What a step's calls cost: the worst before a call, what is known after it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final

from smoke_tui.config.questions import Verb
from smoke_tui.journal.events.decisions import SpendReserved, SpendSettled
from smoke_tui.journal.events.values import QuotaWindow
from smoke_tui.runbook.kinds import KINDS
from smoke_tui.structs import replace
from smoke_tui.world.context import StepContext
from smoke_tui.world.requests.machine import LookUpPrice
from smoke_tui.world.requests.operator import Question
from smoke_tui.world.resources import StepError
from smoke_tui.world.result import Result
from smoke_tui.world.values import show_fields

MOST_OUTPUT: Final = 4096
"""The bound a metered call asks for, reasoning included, so that its worst price is known."""

_OVERHEAD: Final = 64


async def worst_usd(ctx: StepContext, model: str, prompt: str) -> str | None:
    """The most a metered call can cost, as decimal text; None where no price is known.

    A token is at least one byte, so the prompt's bytes bound its tokens.
    """
    counts = {"input_tokens": len(prompt.encode()) + _OVERHEAD, "output_tokens": MOST_OUTPUT}
    return (await ctx.perform(LookUpPrice(model, counts))).usd


async def spend(
    ctx: StepContext,
    what: str,
    detail: Mapping[str, object],
    *,
    kind: str = "subscription",
    worst_usd: str | None = None,
    calls: int = 1,
) -> None:
    """Before each call that spends: caps, consent, reservation.

    `worst_usd` is the most that a metered call can cost, None where that is not known; `calls` are
    reserved together.

    Raises:
        StepError: `over-budget`, `operator-declined` or `needs-operator`.
    """
    ctx.check_caps(kind, worst_usd)
    answer = await ctx.ask(Question("spend", what, detail))
    if answer.do != Verb.YES:
        raise StepError("operator-declined", answer.words or "The call was not made.")
    reserve(ctx, detail, kind=kind, worst_usd=worst_usd, calls=calls)


def may_spend(ctx: StepContext, kind: str = "subscription") -> bool:
    """Whether the caps leave room for one more call."""
    try:
        ctx.check_caps(kind, None)
    except StepError:
        return False
    return True


def reserve(
    ctx: StepContext,
    detail: Mapping[str, object],
    *,
    kind: str = "subscription",
    worst_usd: str | None = None,
    calls: int = 1,
) -> None:
    """Count calls that the operator has agreed to.

    Raises:
        StepError: a cap leaves no room for it (`over-budget`).
    """
    ctx.check_caps(kind, worst_usd)
    shown = show_fields(detail)
    model = shown.pop("model", None)
    asked = str(model) if model is not None else None
    ctx.decide(SpendReserved(calls, kind, worst_usd, asked, shown))


Behaviour = Callable[[StepContext], Awaitable[Result]]


def asked_for(behaviour: Behaviour) -> Behaviour:
    """Wrap a behaviour whose step may declare a spend.

    One run of the step is then one call of that kind of money: asked for, capped and counted. What
    it cost is not known to this tool.
    """

    async def run(ctx: StepContext) -> Result:
        declared = ctx.step.spend
        if ctx.step.effects == "remote":
            await _ask_about_remote(ctx)
        if declared is None or KINDS[ctx.step.kind].calls_model:
            return await behaviour(ctx)
        worst = None
        if declared.kind == "metered" and declared.max_usd is not None:
            worst = format(declared.max_usd / (declared.max_calls or 1), "f")
        await spend(
            ctx,
            "Run this step? The runbook declares that it spends.",
            {
                "runs": "; ".join(c.text for c in ctx.step.commands) or ctx.step.title,
                "declared": declared.kind,
            },
            kind=declared.kind,
            worst_usd=worst,
        )
        # A try that is stopped is settled by nobody: what it spent is unknown either way.
        try:
            result = await behaviour(ctx)
        except StepError:
            ctx.decide(SpendSettled(declared.kind, unknown=True))
            raise
        ctx.decide(SpendSettled(declared.kind, unknown=True))
        return result

    return run


async def _ask_about_remote(ctx: StepContext) -> None:
    """What changes something elsewhere is asked for, and never run again by itself.

    Raises:
        StepError: nobody asked for another run (`needs-operator`), or it was declined.
    """
    by_itself = ctx.attempt.cause not in ("walk", "again") or (
        ctx.n > 1 and ctx.attempt.cause == "walk" and ctx.config.consent
    )
    if by_itself:
        raise StepError(
            "needs-operator",
            "It changes something elsewhere and has run before, so it "
            "is not run again by itself; try it again yourself.",
        )
    answer = await ctx.ask(
        Question(
            "spend",
            "This step changes something elsewhere. Run it?",
            {
                "runs": "; ".join(c.text for c in ctx.step.commands) or ctx.step.title,
                "declared": "remote",
            },
        )
    )
    if answer.do != Verb.YES:
        raise StepError("operator-declined", answer.words or "It was not run.")


async def settle(
    ctx: StepContext,
    *,
    kind: str,
    model: str | None,
    counts: Mapping[str, int],
    unknown: bool,
    limits: Sequence[QuotaWindow] = (),
) -> None:
    """Record what a call cost, as far as its answer shows."""
    settled = SpendSettled(
        kind,
        unknown,
        counts.get("input_tokens"),
        counts.get("cached_input_tokens"),
        counts.get("output_tokens"),
        counts.get("reasoning_tokens"),
        limits=tuple(limits),
    )
    wanted = kind == "metered" or ctx.config.prices
    if wanted and model and "output_tokens" in counts:
        price = await ctx.perform(LookUpPrice(model, counts))
        settled = replace(settled, usd_api_equivalent=price.usd, price_source=price.source)
        if kind == "metered":
            settled = replace(settled, usd_metered=price.usd)
        if price.problem:
            ctx.finding(
                "unpriced",
                f"What the call cost is not known: {price.problem}.",
                "It is counted as unknown, not as nothing.",
            )
    ctx.decide(settled)
