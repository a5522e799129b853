"""`call`: the live call, streamed, with a nonce; what it proves and what it costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from smoke_tui.codex.bundle import Bundle
from smoke_tui.codex.failures import Failure
from smoke_tui.codex.instructions import instructions_for
from smoke_tui.codex.preflight import agree_on, listed_models, reach
from smoke_tui.codex.quota import has_quota_headers, read_windows
from smoke_tui.codex.refresh import refresh, refreshable
from smoke_tui.codex.shapes import SHAPES, Shape, build_api_call, build_call
from smoke_tui.codex.stream import StreamReader
from smoke_tui.codex.usage import ask_usage
from smoke_tui.codex.verdicts import Worth, worth_of
from smoke_tui.proof.obligations import EVIDENCE
from smoke_tui.proof.quoting import with_nonce
from smoke_tui.secrecy import Secret
from smoke_tui.steps.credential import refuse_unsendable, session_bundle
from smoke_tui.steps.spending import COUNTS, MOST_OUTPUT, settle, worst_usd
from smoke_tui.world.context import StepContext, StepEnd
from smoke_tui.world.ports import Exchange, HttpRequest, Question
from smoke_tui.world.result import Result

KEY_VARIABLE = "OPENAI_API_KEY"
NO_FAILURE = Failure("", "", "")
REQUEST_IDS = ("x-request-id", "x-oai-request-id", "cf-ray")


@dataclass(frozen=True, slots=True)
class Prepared:
    """A call that is ready to be made, and what the record says of it beside its answer."""

    request: HttpRequest
    model: str
    nonce: str
    subscription: bool
    asked: dict[str, Any]


async def call(ctx: StepContext) -> Result:
    """Pass when one completed response repeats the nonce, with usage, from the model asked for."""
    subscription = ctx.fields("credential") != "api-key"
    ready = await (_by_subscription(ctx) if subscription else _by_api_key(ctx))
    reader = StreamReader()

    def watch(piece: bytes) -> bool:
        text = reader.feed(piece)
        if text:
            ctx.say(text)
        return reader.reading.over

    exchange = await ctx.http(ready.request, watch)
    worth = worth_of(exchange, model=ready.model, nonce=ready.nonce,
                     prompt=asked_text(ready.request), subscription=subscription)
    await _settle(ctx, exchange, worth, ready)
    observed = observe(exchange, worth, "subscription" if subscription else "api-key") | ready.asked
    ctx.evidence("call", {k: v for k, v in observed.items() if k != "headers"})
    ctx.evidence(EVIDENCE, [one.to_json() for one in worth.obligations])
    if subscription and worth.code is None and not has_quota_headers(exchange.headers):
        ctx.finding("no-quota-headers", "The answer carries no x-codex-* headers.",
                    "They are evidence of the subscription's route; their absence is worth a look.")
    if worth.reading.malformed and worth.code is None:
        ctx.finding("malformed-event", f"{worth.reading.malformed} event(s) of an otherwise whole "
                                       "stream could not be read.", "Keep the evidence.")
    if exchange.error is None and exchange.error_text and worth.code is None:
        ctx.finding("stream-left-open", f"The answer was whole, and then {exchange.error_text}.",
                    "What would have come later was not read.")
    document = {**worth.reading.final, "output_text": worth.reading.text} \
        if worth.reading.final else None
    return Result(worth.code, worth.summary, observed, worth.reading.text or exchange.text(),
                  document=document)


def asked_text(request: HttpRequest) -> str:
    """The text of a call's last input, which ends with its nonce."""
    asked = request.json.get("input") if isinstance(request.json, dict) else None
    parts = asked[-1].get("content") if isinstance(asked, list) and asked else None
    return "".join(part["text"] for part in parts or () if isinstance(part.get("text"), str))


async def _by_subscription(ctx: StepContext) -> Prepared:
    """Credential, preflight, model, instructions and consent of a subscription's call."""
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
        prompt=with_nonce(str(ctx.fields("prompt")), nonce), limits=ctx.limits(120.0),
    )
    if ctx.config.usage:
        await ask_usage(ctx, bundle)
    await ctx.spend("Make the live call?", {
        "model": model, "host": request.url, "account": "with account id", "shape": shape.name,
    })
    return Prepared(request, model, nonce, True, {
        "fresh": bundle.fresh(ctx.now), "model_asked": model, "shape": shape.name,
        "user_agent": ctx.config.user_agent, "originator": ctx.config.originator,
        "account_id_sent": True,
        "refreshable": refreshable(ctx.config, bundle, handed_over=ctx.holdings.handed_over,
                                   refreshed=ctx.holdings.refreshed),
    })


async def _by_api_key(ctx: StepContext) -> Prepared:
    """The same step on the supported production path: key, model and consent.

    Raises:
        StepEnd: no model is named, or no key is given (`not-configured`).
    """
    model = model_of(ctx)
    if model is None:
        raise StepEnd("not-configured", "No model: give --model, or name one in the runbook.")
    key = await _api_key(ctx)
    refuse_unsendable("API key", key)
    nonce = await ctx.draw("nonce", "nonce")
    prompt = with_nonce(str(ctx.fields("prompt")), nonce)
    request = build_api_call(
        url=f"{ctx.config.api_url}/responses", key=key, config=ctx.config, model=model,
        prompt=prompt, most_output=MOST_OUTPUT, limits=ctx.limits(120.0),
    )
    await ctx.spend("Make the live call? It is billed by the token.", {
        "model": model, "host": request.url, "account": "API key", "shape": "api",
    }, kind="metered", worst_usd=await worst_usd(ctx, model, prompt))
    return Prepared(request, model, nonce, False, {
        "fresh": True, "model_asked": model, "shape": "api", "account_id_sent": False,
        "user_agent": ctx.config.user_agent, "originator": None,
    })


async def _api_key(ctx: StepContext) -> Secret:
    """The key: from the environment, else asked for."""
    fact = await ctx.environment(KEY_VARIABLE, "api-key")
    if "value" in fact.secrets and not fact.data["blank"]:
        return fact.secrets["value"]
    given = await ctx.ask_value(Question(
        "secret", f"The API key ({KEY_VARIABLE} is not set).", {}, secret="api-key"
    ))
    if given is None:
        raise StepEnd("not-configured", f"No API key: set {KEY_VARIABLE}.")
    return given


def model_of(ctx: StepContext) -> str | None:
    """The model to ask for: the option, the step, the runbook; None where none names one."""
    model = ctx.config.model or ctx.fields("model") or ctx.config.runbook_model
    return str(model) if model else None


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
    # A plain request carries the text in its own field, also to a model that the catalogue
    # marks as lite (served so since 2026-07-13, opencode#36750).
    ctx.holdings.lite = name == "lite"
    return model, SHAPES[name]


async def _settle(ctx: StepContext, exchange: Exchange, worth: Worth, ready: Prepared) -> None:
    usage = worth.reading.usage
    refused = exchange.status is not None and exchange.status >= 400
    await settle(
        ctx, kind="subscription" if ready.subscription else "metered", model=ready.model,
        counts={} if usage is None else {name: getattr(usage, name) for name in COUNTS},
        unknown=usage is None and not refused,
        limits=[window.to_json() for window in read_windows(exchange.headers)],
    )


def observe(exchange: Exchange, worth: Worth, credential: str) -> dict[str, Any]:
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
        "body_sha256": exchange.digest, 
        **(worth.failure or NO_FAILURE).observed(),
        "route": f"openai/{credential}" if worth.code is None else
                 "degraded" if worth.code == "degraded-route" else None,
    }
