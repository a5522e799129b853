"""The calls of a battery: who judges, with which request, at which price."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Final

from smoke_tui.codex.preflight import reach
from smoke_tui.codex.request_shapes import build_api_call
from smoke_tui.judging.battery_pack import Pack, judge_text
from smoke_tui.steps.call import api_key
from smoke_tui.steps.call_composition import CaseInputs, asked_text, compose, named_model
from smoke_tui.steps.credential import refuse_unsendable, session_bundle
from smoke_tui.structs import Struct, replace
from smoke_tui.world.context import StepContext
from smoke_tui.world.requests.http import HttpLimits, HttpRequest
from smoke_tui.world.requests.machine import LookUpPrice
from smoke_tui.world.resources import StepError

MILLION: Final = 1_000_000
RETRIES: Final = 2
MODEL: Final = "gpt-4o"
TEMPERATURE: Final = "0.0"
MAX_TOKENS: Final = "4096"
TIMEOUT: Final = "10.0"
"""Defaults of llm-app-test, for a judge that an API key pays."""
_OVERHEAD: Final = 64


class Judge(Struct, frozen=True):
    """Who judges: one request a case, the model, and what is said of it.

    `usd_per_million` are the prices of tokens in and out, `worst_usd` the most that one call can
    cost; both None where nothing is billed, or nothing prices it.
    """

    requests: Mapping[str, HttpRequest]
    model: str
    host: str
    kind: str
    account: str
    shape: str
    retries: int = RETRIES
    temperature: str | None = None
    settings: Mapping[str, str] | None = None
    usd_per_million: tuple[str, str] | None = None
    worst_usd: str | None = None


async def by_subscription(ctx: StepContext, pack: Pack) -> Judge:
    """The judge that the subscription pays; nothing is sent of temperature or length."""
    bundle = await session_bundle(ctx)
    await reach(ctx)
    session = str(uuid.uuid5(uuid.NAMESPACE_URL, f"smoke-battery:{pack.sha256}"))
    first = judge_text(pack, pack.cases[0])
    made = await compose(ctx, bundle, first, CaseInputs(None, None, session))
    requests = {
        case.id: _asking(made.request, first, judge_text(pack, case)) for case in pack.cases
    }
    return Judge(
        requests, made.model, made.request.url, "subscription", "with account id", made.shape
    )


def _asking(request: HttpRequest, former: str, text: str) -> HttpRequest:
    """The same request with another prompt.

    Raises:
        StepError: its shape does not hold the prompt as one text (`not-configured`).
    """
    changed = replace(request, json=_replaced(request.json, former, text))
    if asked_text(changed) != text:
        raise StepError("not-configured", "This request shape does not hold a prompt as one text.")
    return changed


def _replaced(value: object, former: str, text: str) -> object:
    if isinstance(value, Mapping):
        return {name: _replaced(each, former, text) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_replaced(each, former, text) for each in value]
    return text if isinstance(value, str) and value == former else value


async def by_api_key(ctx: StepContext, pack: Pack, settings: Mapping[str, str]) -> Judge:
    """The judge that an organisation's API key pays, with the settings of llm-app-test.

    Raises:
        StepError: no key is given, or a setting can't be used (`not-configured`).
    """
    model = named_model(ctx)[0] or settings.get("LLM_MODEL") or MODEL
    if settings.get("LLM_PROVIDER", "openai") != "openai":
        raise StepError("not-configured", "LLM_PROVIDER can only be openai here.")
    key = await api_key(ctx)
    refuse_unsendable("API key", key)
    tokens = int(_number(settings, "LLM_MAX_TOKENS", MAX_TOKENS, 1, 1_000_000))
    seconds = float(_number(settings, "LLM_TIMEOUT", TIMEOUT, 1, 3600)) * ctx.config.patience
    temperature = _number(settings, "LLM_TEMPERATURE", TEMPERATURE, 0, 2)
    limits = HttpLimits(total=seconds, idle=seconds)
    requests = {}
    for case in pack.cases:
        request = build_api_call(
            ctx.config, key, model, judge_text(pack, case), max_output_tokens=tokens, limits=limits
        )
        assert isinstance(request.json, dict)
        body = {**request.json, "temperature": float(temperature)}
        requests[case.id] = replace(request, json=body)
    retries = int(_number(settings, "LLM_MAX_RETRIES", str(RETRIES), 0, RETRIES))
    host = next(iter(requests.values())).url
    prices = await _prices(ctx, model)
    longest = max(len(judge_text(pack, case).encode()) for case in pack.cases) + _OVERHEAD
    worst = None
    if prices is not None:
        worst = _usd(Decimal(prices[0]) * longest + Decimal(prices[1]) * tokens)
    return Judge(
        requests,
        model,
        host,
        "metered",
        "API key",
        "api",
        retries,
        str(temperature),
        {
            "LLM_PROVIDER": "openai",
            "LLM_MODEL": model,
            "LLM_TEMPERATURE": str(temperature),
            "LLM_MAX_TOKENS": str(tokens),
            "LLM_MAX_RETRIES": str(retries),
            "LLM_TIMEOUT": settings.get("LLM_TIMEOUT", TIMEOUT),
        },
        prices,
        worst,
    )


async def _prices(ctx: StepContext, model: str) -> tuple[str, str] | None:
    """The prices of a million tokens in and out; None where the table does not have the model."""
    inward = await ctx.perform(LookUpPrice(model, {"input_tokens": MILLION, "output_tokens": 0}))
    outward = await ctx.perform(LookUpPrice(model, {"input_tokens": 0, "output_tokens": MILLION}))
    return None if inward.usd is None or outward.usd is None else (inward.usd, outward.usd)


def _usd(per_million: Decimal) -> str:
    return format((per_million / MILLION).normalize(), "f")


def _number(
    settings: Mapping[str, str], name: str, default: str, least: float, most: float
) -> Decimal:
    text = settings.get(name, default)
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or not least <= value <= most:
        raise StepError(
            "not-configured", f"{name}: expected a number from {least} to {most}, got {text!r}"
        )
    return value
