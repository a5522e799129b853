"""`call`: the live call, streamed, with a nonce; what it proves and what it costs."""

from __future__ import annotations

from typing import Any

from smoke_tui.codex.bundle import Bundle
from smoke_tui.codex.instructions import instructions_for
from smoke_tui.codex.preflight import agree_on, listed_models, reach
from smoke_tui.codex.quota import has_quota_headers, read_windows
from smoke_tui.codex.refresh import refresh, refreshable
from smoke_tui.codex.shapes import SHAPES, Shape, build_call
from smoke_tui.codex.stream import StreamReader
from smoke_tui.codex.verdicts import Worth, worth_of
from smoke_tui.steps.credential import session_bundle
from smoke_tui.world.context import StepContext, StepEnd
from smoke_tui.world.ports import Exchange
from smoke_tui.world.result import Result

REQUEST_IDS = ("x-request-id", "x-oai-request-id", "cf-ray")


async def call(ctx: StepContext) -> Result:
    """Pass when one completed response repeats the nonce, with usage, from the model asked for."""
    if ctx.fields("credential") == "api-key":
        raise StepEnd("not-configured", "This version can't make calls with an API key yet.")
    bundle = await session_bundle(ctx)
    if ctx.cause == "refresh":
        bundle = await refresh(ctx)
    await reach(ctx)
    model, shape = await choose(ctx, bundle)
    instructions = await instructions_for(ctx, model)
    nonce = await ctx.draw("nonce", "nonce")
    session = await ctx.draw("session", "uuid")
    request = build_call(
        shape, url=f"{ctx.config.codex_url}/responses", bundle=bundle, config=ctx.config,
        model=model, instructions=instructions, session=session,
        prompt=with_nonce(str(ctx.fields("prompt")), nonce),
        limits=ctx.limits(120.0),
    )
    await ctx.spend("Make the live call?", {
        "model": model, "host": request.url, "account": "with account id", "shape": shape.name,
    })
    reader = StreamReader()

    def watch(piece: bytes) -> bool:
        text = reader.feed(piece)
        if text:
            ctx.say(text)
        return reader.reading.over

    exchange = await ctx.http(request, watch)
    worth = worth_of(exchange, model=model, nonce=nonce)
    settle(ctx, exchange, worth)
    observed = observe(exchange, worth) | {
        "fresh": bundle.fresh(ctx.now), "model_asked": model, "shape": shape.name,
        "user_agent": ctx.config.user_agent, "originator": ctx.config.originator,
        "account_id_sent": True,
        "refreshable": refreshable(ctx.config, bundle, handed_over=ctx.holdings.handed_over,
                                   refreshed=ctx.holdings.refreshed),
    }
    ctx.evidence("call", {k: v for k, v in observed.items() if k != "headers"})
    if worth.code is None and not has_quota_headers(exchange.headers):
        ctx.finding("no-quota-headers", "The answer carries no x-codex-* headers.",
                    "They are evidence of the subscription's route; their absence is worth a look.")
    if worth.reading.malformed and worth.code is None:
        ctx.finding("malformed-event", f"{worth.reading.malformed} event(s) of an otherwise whole "
                                       "stream could not be read.", "Keep the evidence.")
    return Result(worth.code, worth.summary, observed, worth.reading.text or exchange.text())


def model_of(ctx: StepContext) -> str | None:
    """The model to ask for: the option, the step, the runbook; None where none names one."""
    model = ctx.config.model or ctx.fields("model") or ctx.config.runbook_model
    return str(model) if model else None


def with_nonce(prompt: str, nonce: str) -> str:
    """The prompt, with the word that the answer has to hold as its last one."""
    return f"{prompt.strip()}\n\nYour answer has to contain this word, exactly as it is: {nonce}"


async def choose(ctx: StepContext, bundle: Bundle) -> tuple[str, Shape]:
    """The model and the request's shape, with the help of the catalogue.

    Without a named model it is the first listed one that the shape fits. `auto` follows what the
    catalogue says of the model.

    Raises:
        StepEnd: nothing names a model, and the catalogue lists none (`not-configured`).
    """
    option = ctx.config.shape
    name = str(ctx.fields("shape") or option) if option == "classic" else option
    listed = await listed_models(ctx, bundle)
    model = model_of(ctx)
    if model is None:
        fitting = [e.slug for e in listed if name == "auto" or e.lite == (name == "lite")]
        if not fitting:
            raise StepEnd("not-configured", "No model: give --model, or name one in the runbook; "
                                            "the catalogue lists none that fits.")
        model = fitting[0]
    model = await agree_on(ctx, model, listed)
    if name == "auto":
        lite = any(entry.slug == model and entry.lite for entry in listed)
        name = "lite" if lite else "classic"
    return model, SHAPES[name]


def settle(ctx: StepContext, exchange: Exchange, worth: Worth) -> None:
    """Record what the call cost, as far as its answer tells."""
    usage = worth.reading.usage
    counts = {} if usage is None else {
        "input_tokens": usage.input_tokens, "cached_input_tokens": usage.cached_input_tokens,
        "output_tokens": usage.output_tokens, "reasoning_tokens": usage.reasoning_tokens,
    }
    refused = exchange.status is not None and exchange.status >= 400
    ctx.decide("spend.settled", {
        "kind": "subscription", "unknown": usage is None and not refused, **counts,
        "limits": [window.to_json() for window in read_windows(exchange.headers)],
    })


def observe(exchange: Exchange, worth: Worth) -> dict[str, Any]:
    """The record's view of a call."""
    reading = worth.reading
    first = None
    if reading.first_text_offset is not None:
        first = next((ms for offset, ms in reversed(exchange.chunks)
                      if offset < reading.first_text_offset), None)
    ids = [f"{name} {exchange.header(name)}" for name in REQUEST_IDS if exchange.header(name)]
    return {
        "status": exchange.status, "headers": [list(pair) for pair in exchange.headers],
        "error": exchange.error, "model": reading.model, "response_id": reading.response_id,
        "request_id": ids[0] if ids else None, "events": reading.events, "first_text_ms": first,
        "total_ms": exchange.milliseconds, "quota_headers": has_quota_headers(exchange.headers),
        "body_sha256": exchange.digest, "said": worth.failure.said if worth.failure else None,
        "param": worth.failure.param if worth.failure else None,
        "delay": worth.failure.delay if worth.failure else None,
        "route": "openai/subscription" if worth.code is None else
                 "degraded" if worth.code == "degraded-route" else None,
    }
