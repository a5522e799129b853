"""One call of a judge: composed with its two prompts, asked for, sent, paid for, read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from smoke_tui.codex.assessment import Assessment, assess
from smoke_tui.codex.judge_answer import judge_answer
from smoke_tui.codex.preflight import reach
from smoke_tui.codex.quota import read_windows
from smoke_tui.codex.request_shapes import build_api_call, with_system
from smoke_tui.codex.stream import StreamReader
from smoke_tui.journal.money import COUNTS
from smoke_tui.judging.judge_prompts import JudgePrompts
from smoke_tui.judging.verdict import Verdict
from smoke_tui.steps.call import api_key, model_of
from smoke_tui.steps.call_composition import CaseInputs, compose
from smoke_tui.steps.cost import MOST_OUTPUT, settle, spend, worst_usd
from smoke_tui.steps.credential import refuse_unsendable, session_bundle
from smoke_tui.structs import Struct
from smoke_tui.world.context import StepContext
from smoke_tui.world.requests.http import Exchange, HttpRequest
from smoke_tui.world.requests.machine import Draw
from smoke_tui.world.resources import StepError

CALL: Final = "call"
"""The kind of step whose field says what its calls are paid with; others say so in `spend`."""


class JudgeCall(Struct, frozen=True):
    """A judge's call that is ready to be made."""

    request: HttpRequest
    model: str
    shape: str
    account: str
    kind: str
    worst_usd: str | None = None


class Judged(Struct, frozen=True):
    """What came of a judge's call: a verdict, or (None) the failure in `assessment`."""

    verdict: Verdict | None
    assessment: Assessment
    model: str
    exchange: Exchange


async def ask_judge(ctx: StepContext, prompts: JudgePrompts, expected: str, actual: str) -> Judged:
    """Ask whether a text does what it has to.

    Raises:
        StepError: the call may not be made, or something that it needs is not there.
    """
    made = await _composed(ctx, prompts, prompts.filled(expected, actual))
    await spend(
        ctx,
        "Ask the judge? Whether the answer does what it has to is one more call.",
        {
            "model": made.model,
            "host": made.request.url,
            "account": made.account,
            "shape": made.shape,
            "judge": True,
        },
        kind=made.kind,
        worst_usd=made.worst_usd,
    )
    reader = StreamReader()

    def watch(piece: bytes) -> bool:
        reader.feed(piece)
        return reader.reading.over

    exchange = await ctx.perform(made.request, watch)
    assessment = assess(
        exchange, model=made.model, nonce=None, subscription=made.kind == "subscription"
    )
    await _settle(ctx, exchange, assessment, made)
    answer = judge_answer(assessment)
    return Judged(answer.verdict if answer else None, assessment, made.model, exchange)


async def _composed(ctx: StepContext, prompts: JudgePrompts, prompt: str) -> JudgeCall:
    if _metered(ctx):
        return await _by_api_key(ctx, prompts, prompt)
    bundle = await session_bundle(ctx)
    await reach(ctx)
    session = await ctx.perform(Draw("session", "uuid"))
    case = CaseInputs(ctx.resources.model, None, session, repeats=ctx.step.kind == CALL)
    made = await compose(ctx, bundle, prompt, case)
    request = with_system(made.request, prompts.system)
    return JudgeCall(request, made.model, made.shape, "with account id", "subscription")


def _metered(ctx: StepContext) -> bool:
    """Whether the judge is paid by the token, as the step's own work is."""
    if ctx.step.kind == CALL:
        return ctx.step.fields.get("credential") == "api-key"
    return ctx.step.spend is not None and ctx.step.spend.kind == "metered"


async def _by_api_key(ctx: StepContext, prompts: JudgePrompts, prompt: str) -> JudgeCall:
    """The judge on the supported production path.

    Raises:
        StepError: no model is named, or no key is given (`not-configured`).
    """
    model = model_of(ctx)
    if model is None:
        raise StepError("not-configured", "No model for the judge: give --model.")
    key = await api_key(ctx)
    refuse_unsendable("API key", key)
    request = build_api_call(
        ctx.config,
        key,
        model,
        prompt,
        max_output_tokens=MOST_OUTPUT,
        limits=ctx.limits(120.0),
    )
    worst = await worst_usd(ctx, model, f"{prompts.system}{prompt}")
    return JudgeCall(
        with_system(request, prompts.system), model, "api", "API key", "metered", worst
    )


async def _settle(
    ctx: StepContext, exchange: Exchange, assessment: Assessment, made: JudgeCall
) -> None:
    usage = assessment.reading.usage
    refused = exchange.status is not None and exchange.status >= 400
    counts: Mapping[str, int] = (
        {} if usage is None else {name: getattr(usage, name) for name in COUNTS}
    )
    await settle(
        ctx,
        kind=made.kind,
        model=made.model,
        counts=counts,
        unknown=usage is None and not refused,
        limits=read_windows(exchange.headers),
    )
