"""`call`: the live call, streamed, with a nonce; what it proves and what it costs."""

from __future__ import annotations

from typing import Any

from smoke_tui.codex.assessment import Assessment, assess
from smoke_tui.codex.bundle import Bundle
from smoke_tui.codex.classify import Failure
from smoke_tui.codex.models import (
    minimum_versions,
    suggest_models,
    suggest_newer_client,
    unfiltered,
)
from smoke_tui.codex.preflight import reach
from smoke_tui.codex.quota import has_quota_headers, read_windows
from smoke_tui.codex.refresh import refresh, refreshable
from smoke_tui.codex.request_shapes import build_api_call
from smoke_tui.codex.stream import StreamReader
from smoke_tui.codex.usage import ask_usage
from smoke_tui.codex.version_gate import MODEL_CODES, explain_refusal, with_gate
from smoke_tui.config.session_config import KEY_VARIABLE
from smoke_tui.journal.money import COUNTS
from smoke_tui.proof.headers import REQUEST_IDS
from smoke_tui.proof.obligations import EVIDENCE
from smoke_tui.proof.quoting import with_nonce
from smoke_tui.redaction import Secret
from smoke_tui.steps.call_composition import Composition, asked_text, compose, named_model
from smoke_tui.steps.cost import MOST_OUTPUT, settle, spend, worst_usd
from smoke_tui.steps.credential import refuse_unsendable, session_bundle
from smoke_tui.steps.second_opinion import second_opinion
from smoke_tui.structs import Struct, replace
from smoke_tui.world.context import StepContext
from smoke_tui.world.requests.http import Exchange, HttpRequest
from smoke_tui.world.requests.machine import Draw, ReadVariable
from smoke_tui.world.requests.operator import Question
from smoke_tui.world.resources import StepError
from smoke_tui.world.result import Result

NO_FAILURE = Failure("", "", "")
_UNSHOWN = ("headers", "exchange", "model_from", "served_from")
"""Observed values of a call that other parts of its evidence hold."""


class Prepared(Struct, frozen=True):
    """A call that is ready to be made, and what is recorded of it beside its answer.

    `bundle` and `composition` are there for a subscription's call only.
    """

    request: HttpRequest
    model: str
    nonce: str
    asked: dict[str, Any]
    bundle: Bundle | None = None
    composition: Composition | None = None

    @property
    def subscription(self) -> bool:
        """Whether the subscription pays for the call."""
        return self.composition is not None


async def call(ctx: StepContext) -> Result:
    """Pass when one completed response repeats the nonce, with usage, from the model asked for."""
    subscription = ctx.step.fields.get("credential") != "api-key"
    ready = await (_by_subscription(ctx) if subscription else _by_api_key(ctx))
    reader = StreamReader()

    def watch(piece: bytes) -> bool:
        text = reader.feed(piece)
        if text:
            ctx.show_delta(text)
        return reader.reading.over

    exchange = await ctx.perform(ready.request, watch)
    assessment = assess(
        exchange,
        model=ready.model,
        nonce=ready.nonce,
        prompt=asked_text(ready.request),
        subscription=subscription,
    )
    await _settle(ctx, exchange, assessment, ready)
    assessment = await _with_version_gate(ctx, assessment, ready)
    observed = (
        observe(exchange, assessment, "subscription" if subscription else "api-key") | ready.asked
    )
    if ctx.config.resolved:
        observed["exchange"] = exchange.request
    ctx.evidence("call", {k: v for k, v in observed.items() if k not in _UNSHOWN})
    ctx.evidence(EVIDENCE, [obligation.to_json() for obligation in assessment.obligations])
    if subscription and assessment.code is None and not has_quota_headers(exchange.headers):
        ctx.finding(
            "no-quota-headers",
            "The answer carries no x-codex-* headers.",
            "They are evidence of the subscription's route; their absence is worth a look.",
        )
    if assessment.reading.malformed and assessment.code is None:
        ctx.finding(
            "malformed-event",
            f"{assessment.reading.malformed} event(s) of an otherwise whole stream could not be read.",
            "Keep the evidence.",
        )
    if exchange.error is None and exchange.error_text and assessment.code is None:
        ctx.finding(
            "stream-left-open",
            f"The answer was whole, and then {exchange.error_text}.",
            "What would have come later was not read.",
        )
    if ready.bundle is not None and ready.composition is not None:
        opinion = await second_opinion(
            ctx, ready.bundle, ready.composition, assessment, str(ctx.step.fields.get("prompt"))
        )
        if opinion is not None:
            observed["second_opinion"] = opinion.result
    document = (
        {**assessment.reading.final, "output_text": assessment.reading.text}
        if assessment.reading.final
        else None
    )
    return Result(
        assessment.code,
        assessment.summary,
        observed,
        assessment.reading.text or exchange.text(),
        document=document,
        answer=exchange.text(),
    )


async def _with_version_gate(
    ctx: StepContext, assessment: Assessment, ready: Prepared
) -> Assessment:
    """A refused model: retired, or served to newer clients only; both have one text.

    The catalogue of all client versions distinguishes them, at no cost.
    """
    bundle, composition = ready.bundle, ready.composition
    if assessment.code not in MODEL_CODES or assessment.failure is None or not ctx.config.resolved:
        return assessment
    if bundle is None or composition is None:
        return assessment
    version = str(composition.about["client_version"])
    with ctx.result_known():
        everything = await unfiltered(ctx, bundle)
    gate = explain_refusal(
        str(assessment.code), ready.model, version, None, minimum_versions(everything)
    )
    remedy = (
        suggest_newer_client(gate.needs_version)
        if gate.needs_version
        else suggest_models(ready.model, version, everything)
    )
    ctx.finding(
        "model-refused",
        f"{ready.model} was refused to client version {version}: {gate.why}.",
        remedy,
    )
    failure = with_gate(assessment.failure, gate, ready.model)
    return replace(assessment, code=failure.code, failure=failure)


async def _by_subscription(ctx: StepContext) -> Prepared:
    """Credential, preflight, composition and consent of a subscription's call."""
    bundle = await session_bundle(ctx)
    if ctx.attempt.cause == "refresh":
        bundle = await refresh(ctx)
    await reach(ctx)
    made = await compose(ctx, bundle, str(ctx.step.fields.get("prompt")))
    if made.about:
        ctx.evidence("composition", dict(made.about))
    if ctx.config.usage:
        await ask_usage(ctx, bundle)
    await spend(
        ctx,
        "Make the live call?",
        {
            "model": made.model,
            "host": made.request.url,
            "account": "with account id",
            "shape": made.shape,
        },
    )
    return Prepared(
        made.request,
        made.model,
        made.nonce,
        {
            "fresh": bundle.fresh(ctx.now),
            "model_asked": made.model,
            "shape": made.shape,
            "user_agent": ctx.config.user_agent,
            "originator": ctx.config.originator,
            "account_id_sent": True,
            "refreshable": refreshable(
                ctx.config,
                bundle,
                handed_over=ctx.resources.handed_over,
                refreshed=ctx.resources.refreshed,
            ),
            **(
                {
                    "client_version": made.about["client_version"],
                    "model_from": made.about["model_from"],
                    "served_from": made.served_from,
                }
                if made.about
                else {}
            ),
        },
        bundle,
        made,
    )


async def _by_api_key(ctx: StepContext) -> Prepared:
    """The same step on the supported production path: key, model and consent.

    Raises:
        StepError: no model is named, or no key is given (`not-configured`).
    """
    model = named_model(ctx)[0]
    if model is None:
        raise StepError("not-configured", "No model: give --model, or name one in the runbook.")
    key = await api_key(ctx)
    refuse_unsendable("API key", key)
    nonce = await ctx.perform(Draw("nonce", "nonce"))
    prompt = with_nonce(str(ctx.step.fields.get("prompt")), nonce)
    request = build_api_call(
        ctx.config,
        key,
        model,
        prompt,
        max_output_tokens=MOST_OUTPUT,
        limits=ctx.limits(120.0),
    )
    await spend(
        ctx,
        "Make the live call? It is billed by the token.",
        {
            "model": model,
            "host": request.url,
            "account": "API key",
            "shape": "api",
        },
        kind="metered",
        worst_usd=await worst_usd(ctx, model, prompt),
    )
    return Prepared(
        request,
        model,
        nonce,
        {
            "fresh": True,
            "model_asked": model,
            "shape": "api",
            "account_id_sent": False,
            "user_agent": ctx.config.user_agent,
            "originator": None,
        },
    )


async def api_key(ctx: StepContext) -> Secret:
    """The key: from the environment, else asked for."""
    variable = await ctx.perform(ReadVariable(KEY_VARIABLE, "api-key"))
    if variable.value is not None and not variable.blank:
        return variable.value
    key = await ctx.ask_value(
        Question("secret", f"The API key ({KEY_VARIABLE} is not set).", {}, secret="api-key")
    )
    if key is None:
        raise StepError("not-configured", f"No API key: set {KEY_VARIABLE}.")
    return key


def model_of(ctx: StepContext) -> str | None:
    """The model to ask for: that of the last call, else of the option, the step, the runbook."""
    return ctx.resources.model or named_model(ctx)[0]


async def _settle(
    ctx: StepContext, exchange: Exchange, assessment: Assessment, ready: Prepared
) -> None:
    usage = assessment.reading.usage
    refused = exchange.status is not None and exchange.status >= 400
    await settle(
        ctx,
        kind="subscription" if ready.subscription else "metered",
        model=ready.model,
        counts={} if usage is None else {name: getattr(usage, name) for name in COUNTS},
        unknown=usage is None and not refused,
        limits=read_windows(exchange.headers),
    )


def observe(exchange: Exchange, assessment: Assessment, credential: str) -> dict[str, Any]:
    """The record's view of a call."""
    reading = assessment.reading
    first = None
    if reading.first_text_offset is not None:
        first = next(
            (ms for offset, ms in reversed(exchange.chunks) if offset < reading.first_text_offset),
            None,
        )
    ids = [f"{name} {exchange.header(name)}" for name in REQUEST_IDS if exchange.header(name)]
    return {
        "status": exchange.status,
        "headers": [list(pair) for pair in exchange.headers],
        "error": exchange.error,
        "model": reading.model,
        "response_id": reading.response_id,
        "request_id": ids[0] if ids else None,
        "events": reading.events,
        "first_text_ms": first,
        "total_ms": exchange.milliseconds,
        "quota_headers": has_quota_headers(exchange.headers),
        "body_sha256": exchange.digest,
        **(assessment.failure or NO_FAILURE).observed(),
        "route": f"openai/{credential}"
        if assessment.code is None
        else "degraded"
        if assessment.code == "degraded-route"
        else None,
    }
