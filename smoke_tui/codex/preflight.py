"""Checks before a call is spent: reachability, catalogue, clock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from smoke_tui.codex.bundle import Bundle
from smoke_tui.codex.catalogue import (
    Listed,
    as_answer,
    catalogue_request,
    reach_failure,
    reach_request,
    read_catalogue,
)
from smoke_tui.codex.classify import classify
from smoke_tui.config.questions import Verb
from smoke_tui.failure_codes.table import CODES
from smoke_tui.world.context import StepContext
from smoke_tui.world.requests.http import Exchange
from smoke_tui.world.requests.operator import Question
from smoke_tui.world.resources import StepError

SKEW_SECONDS: Final = 120


async def reach(ctx: StepContext) -> None:
    """Make sure that the backend answers from here, at no cost.

    Raises:
        StepError: a transport or edge code; any other answer is a finding, and the call decides.
    """
    exchange = await ctx.perform(reach_request(ctx.config))
    skew = clock_skew(exchange, ctx.now)
    if skew is not None and abs(skew) > SKEW_SECONDS:
        ctx.finding(
            "clock-skew",
            f"This machine's clock is {skew:+.0f} s off the provider's.",
            "Set the clock; a token's expiry can't be judged by it.",
        )
    failure = reach_failure(exchange)
    if failure is None:
        return
    if failure.by in ("transport", "edge"):
        raise StepError(
            failure.code,
            f"Before the call: {failure.message}",
            status=exchange.status,
            headers=[list(pair) for pair in exchange.headers],
            **failure.observed(),
        )
    ctx.finding(
        "preflight",
        f"An unauthenticated GET was answered {exchange.status}, not 405.",
        "The call goes on; look here if it fails.",
    )


def clock_skew(exchange: Exchange, now: str) -> float | None:
    """Seconds by which the local clock is ahead of the Date header; None without one."""
    try:
        theirs = parsedate_to_datetime(exchange.header("date") or "")
        ours = datetime.fromisoformat(now)
        if theirs.tzinfo is None:
            theirs = theirs.replace(tzinfo=UTC)
        return (ours - theirs).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return None


async def listed_models(ctx: StepContext, bundle: Bundle) -> Sequence[Listed]:
    """The catalogue as older builds took it: empty where there is none.

    Raises:
        StepError: something in between answered in its place (`intercepted`).
    """
    exchange = await ctx.perform(catalogue_request(ctx.config, bundle))
    if exchange.status != 200 or exchange.json() is None:
        failure = classify(as_answer(exchange))
        if failure.code == "intercepted":
            raise StepError(
                failure.code,
                f"The catalogue: {failure.message}",
                status=exchange.status,
                **failure.observed(),
            )
    return read_catalogue(exchange) or ()


async def agree_on_model(ctx: StepContext, model: str, listed: Sequence[Listed]) -> str:
    """The model to ask for, as builds decided that did not resolve the client at the start.

    Their records are replayed by it; `codex.models` decides today.
    """
    if not listed:
        return model
    slugs = [entry.slug for entry in listed]
    if model in slugs:
        refused = CODES.get(ctx.attempt.before or "")
        if refused is None or refused.group != "model" or ctx.attempt.cause != "again":
            return model
        why = f"{model} was refused before ({ctx.attempt.before})."
        return await _pick(ctx, why, model, slugs)
    ctx.finding(
        "model-not-listed",
        f"{model} is not in the catalogue, which lists {', '.join(slugs[:12])}.",
        "Choose a listed model with --model.",
    )
    return await _pick(ctx, f"{model} is not in the catalogue.", model, slugs)


async def _pick(ctx: StepContext, why: str, model: str, slugs: Sequence[str]) -> str:
    answer = await ctx.ask(
        Question(
            "model",
            f"{why} Which model should be asked?",
            {"wanted": model, "listed": slugs},
        )
    )
    return answer.model if answer.do == Verb.USE and answer.model else model
