"""`turn`: an authoring turn through the stack, and the proof of the route that answered it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from smoke_tui.codex.catalogue import as_answer
from smoke_tui.codex.failures import Answer, Failure, classify
from smoke_tui.codex.verdicts import same_family, worth_of
from smoke_tui.runbook.paths import dig
from smoke_tui.stack.route import (
    Line,
    costs_money,
    lacks_quota_headers,
    ledger_lines,
    lines_of,
    standing,
)
from smoke_tui.stack.window import look, open_window
from smoke_tui.steps.call import model_of, with_nonce
from smoke_tui.steps.children import last_object, run_to_end, spawn_spec
from smoke_tui.steps.spending import COUNTS, settle
from smoke_tui.world.context import StepContext, StepEnd
from smoke_tui.world.ports import Exchange, HttpRequest, Question
from smoke_tui.world.result import Result

PATHS: dict[str, str] = {
    "provider": "route.provider", "model": "route.model", "credential": "route.credential",
    "response_id": "response_id", "output_text": "output_text", "fallback": "fallback_used",
    "host": "route.host", "headers": "upstream_headers",
    "upstream_status": "error.upstream_status", "upstream_body": "error.upstream_body",
    "upstream_headers": "error.upstream_headers",
}
"""Where a turn's answer says what answered, unless the runbook says otherwise."""


async def turn(ctx: StepContext) -> Result:
    """Pass when the turn was answered and facts prove that it went over the subscription."""
    nonce = await ctx.draw("nonce", "nonce")
    await ctx.spend("Run the authoring turn?", {
        "model": model_of(ctx) or "the organisation's own",
        "through": "the stack", "url": (ctx.fields("request") or {}).get("url", "by hand"),
    })
    window = await open_window(ctx)
    if ctx.fields("request"):
        document, text, observed = await _by_http(ctx, nonce)
    elif ctx.step.commands:
        document, text, observed = await _by_command(ctx)
    else:
        document, text, observed = await _by_hand(ctx)
    claims = _claims(ctx, document)
    await _settle(ctx, claims, document)
    output = str(claims["output_text"] or "")
    seen = await look(ctx, window)
    cost = costs_money(seen)
    if cost:
        ctx.finding("ledger-cost", f"The ledger puts ${cost:f} on the organisation for this turn, "
                                   "though a subscription pays for it.",
                    "Look at the ledger's rows and at how the stack reckons a subscription.")
    if lacks_quota_headers(claims):
        ctx.finding("no-quota-headers", "The headers that the stack passes on hold no x-codex-*.",
                    "Look at the route's other lines of evidence.")
    lines = [*lines_of(claims, nonce in output, ctx.config.codex_url),
             *ledger_lines(seen, claims["response_id"])]
    ctx.evidence("route", [[line.name, line.seen, line.says] for line in lines])
    observed |= {"json": document, "model": claims["model"], "response_id": claims["response_id"],
                 "fresh": True}
    return await _result(ctx, claims, output, nonce, lines, observed, text)


async def _result(
    ctx: StepContext, claims: Mapping[str, Any], output: str, nonce: str, lines: list[Line],
    observed: dict[str, Any], text: str,
) -> Result:
    where = standing(lines)
    if where == "degraded":
        marks = "; ".join(f"{x.name}: {x.seen}" for x in lines if x.says == "another route")
        return Result("degraded-route", f"The turn was answered on another route ({marks}).",
                      observed | {"route": "degraded"}, text)
    asked = model_of(ctx)
    if asked and claims["model"] and not same_family(asked, str(claims["model"])):
        return Result("degraded-model",
                      f"{asked} was asked for, {claims['model']} answered: the provider served "
                      "another, or the organisation's own setting names it.", observed, text)
    if ctx.fields("request") and not output.strip():
        return Result("degraded-empty", "The turn was answered without text.", observed, text)
    if ctx.fields("request") and nonce not in output:
        return Result("degraded-empty", "The turn's answer does not hold the nonce.", observed,
                      text)
    if where == "proven":
        return Result(None, f"{claims['model'] or 'The model'} answered on "
                            f"{claims['provider']}/{claims['credential'] or 'subscription'}.",
                      observed | {"route": "openai/subscription"}, text)
    why = "Nothing shows which route answered the turn."
    if any(x.says == "missing" for x in lines):
        why = "The ledger has no row of the organisation for this turn."
    answer = await ctx.ask(Question(
        "attest", f"{why} Nothing contradicts the subscription. Did you see yourself that OpenAI "
                  "answered on the subscription credential?",
        {"evidence": [[x.name, x.seen, x.says] for x in lines]},
    ))
    if answer.get("do") != "yes":
        return Result("route-unproven", why, observed, text)
    return Result(None, f"Attested by the operator: {answer.get('words', '')}",
                  observed | {"route": "openai/subscription", "attested": True}, text)


async def _by_http(ctx: StepContext, nonce: str) -> tuple[Any, str, dict[str, Any]]:
    wanted: Mapping[str, Any] = ctx.fields("request")
    body = ctx.fill_all(wanted.get("json"))
    if isinstance(body, dict) and isinstance(body.get("prompt"), str):
        body["prompt"] = with_nonce(body["prompt"], nonce)
    exchange = await ctx.http(HttpRequest(
        str(wanted.get("method") or "POST"), str(ctx.fill(wanted["url"])),
        (("accept", "application/json"),), json=body,
        limits=ctx.limits(120.0, idle=120.0),
    ))
    observed = {
        "status": exchange.status, "headers": [list(pair) for pair in exchange.headers],
        "total_ms": exchange.milliseconds, "body_sha256": exchange.digest, "error": exchange.error,
    }
    document = exchange.json()
    if exchange.status is None or exchange.status >= 300:
        await _settle(ctx, _claims(ctx, document), document)
        failure = turn_failure(ctx, exchange, document)
        raise StepEnd(
            failure.code, f"The turn failed: {failure.words}",
            **observed | {"fresh": True, "said": failure.said, "param": failure.param,
                          "delay": failure.delay},
        )
    if not isinstance(document, Mapping):
        page = exchange.body.lstrip()[:15].lower().startswith((b"<!doctype html", b"<html"))
        what = "is a web page, perhaps a sign-in" if page else "is no JSON object"
        raise StepEnd("expectation-unmet", f"The turn's answer {what}.", **observed)
    return document, exchange.text(), observed


def turn_failure(ctx: StepContext, exchange: Exchange, document: Any) -> Failure:
    """The failure of a turn: the provider's own answer where the stack passes it on."""
    if exchange.status is None:
        return classify(as_answer(exchange))
    paths = PATHS | {k: v for k, v in (ctx.fields("evidence") or {}).items() if v}
    told, status = dig(document, paths["upstream_status"])
    _, body = dig(document, paths["upstream_body"])
    _, headers = dig(document, paths["upstream_headers"])
    if not told:
        return classify(as_answer(exchange))
    pairs = tuple(headers.items()) if isinstance(headers, Mapping) else ()
    text = body if isinstance(body, str) else json.dumps(body) if body else ""
    passed_on = replace(
        exchange, status=status if isinstance(status, int) else None,
        headers=tuple((str(n), str(v)) for n, v in pairs), body=text.encode(),
        chunks=(), error=None if isinstance(status, int) else "network", error_text=text,
    )
    worth = worth_of(passed_on, model="", nonce="")
    return worth.failure or Failure(worth.code or "stream-malformed", "stream", worth.summary)


async def _by_command(ctx: StepContext) -> tuple[Any, str, dict[str, Any]]:
    ended = None
    for command in ctx.step.commands:
        ended = await run_to_end(ctx, ctx.spawn(spawn_spec(ctx, command)))
        if ended.code != 0:
            await _settle(ctx, {}, None)
            failure = classify(Answer(None, (), ended.text))
            known = failure.code if failure.by == "text" else "command-failed"
            raise StepEnd(known, f"`{command.text}` ended with {ended.code}.", exit=ended.code)
    assert ended is not None
    return last_object(ended.text), ended.text, {"exit": 0}


async def _by_hand(ctx: StepContext) -> tuple[Any, str, dict[str, Any]]:
    answer = await ctx.ask(Question("manual", str(ctx.fields("ask") or ctx.step.title), {}))
    if answer.get("do") != "pass":
        code = "expectation-unmet" if answer.get("do") == "fail" else "operator-declined"
        raise StepEnd(code, answer.get("words") or "The operator saw no answer.")
    return {}, answer.get("words", ""), {}


def _claims(ctx: StepContext, document: Any) -> dict[str, Any]:
    paths = PATHS | {k: v for k, v in (ctx.fields("evidence") or {}).items() if v}
    return {name: dig(document, path)[1] for name, path in paths.items()}


async def _settle(ctx: StepContext, claims: Mapping[str, Any], document: Any) -> None:
    """What the turn cost, as far as its answer tells; what the provider refused cost nothing."""
    usage = dig(document, "usage")[1]
    counts = {
        name: usage[name] for name in COUNTS
        if isinstance(usage, Mapping) and type(usage.get(name)) is int and usage[name] >= 0
    }
    status = claims.get("upstream_status")
    refused = isinstance(status, int) and status >= 400
    await settle(ctx, kind="subscription", model=str(claims.get("model") or "") or model_of(ctx),
                 counts=counts, unknown="output_tokens" not in counts and not refused)
