"""`turn`: an authoring turn through the stack, and the proof of the route that answered it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from smoke_tui.codex.classify import Answer, Failure, classify
from smoke_tui.config.questions import Verb
from smoke_tui.journal.money import COUNTS
from smoke_tui.proof.obligations import (
    EVIDENCE,
    Obligation,
    Requirement,
    Witness,
    evaluate,
    first_unmet,
)
from smoke_tui.proof.quoting import contains_word, with_nonce
from smoke_tui.runbook.json_path import dig
from smoke_tui.stack.failure_signals import failure_witnesses
from smoke_tui.stack.ledger_rows import costs_money, ledger_lines
from smoke_tui.stack.ledger_window import open_window, read_window
from smoke_tui.stack.route_proof import evidence_lines, lacks_quota_headers
from smoke_tui.stack.turn_document import claims_of
from smoke_tui.stack.turn_obligations import ANSWERED, ROUTE, TurnResult, turn_obligations
from smoke_tui.steps.call import model_of
from smoke_tui.steps.commands import last_object, run_to_end, spawn_spec
from smoke_tui.steps.cost import settle as settle_spend
from smoke_tui.steps.cost import spend
from smoke_tui.steps.manual import question_of
from smoke_tui.steps.turn_failure import (
    refine_failure,
    reported_by_envelope,
    turn_failure,
    upstream_status,
)
from smoke_tui.structs import Struct, field, replace
from smoke_tui.world.context import StepContext
from smoke_tui.world.requests.http import Exchange, HttpRequest
from smoke_tui.world.requests.machine import Draw
from smoke_tui.world.requests.operator import Question
from smoke_tui.world.resources import StepError
from smoke_tui.world.result import Result

NONCE_VARIABLE: Final = "SMOKE_NONCE"
"""Where a command of a turn finds the word that its answer has to hold."""

NONCE_VALUE: Final = "nonce"
"""Under which name a turn's commands and request may use it as a template."""


ATTESTED: Final = Requirement("operator's attestation", "route-unproven", "route-unproven")


class Made(Struct, frozen=True):
    """A turn that was made: its answer as a document and as text, and what the record keeps.

    `prompt` is what was asked, as far as it is known; `answered` is False where nothing can be
    read because a person made the turn.
    """

    document: Any
    text: str
    observed: dict[str, Any] = field(default_factory=dict)
    prompt: str = ""
    answered: bool = True


async def turn(ctx: StepContext) -> Result:
    """Pass when the turn was answered and facts prove that it went over the subscription."""
    nonce = await ctx.perform(Draw("nonce", "nonce"))
    await spend(
        ctx,
        "Run the authoring turn?",
        {
            "model": model_of(ctx) or "the organisation's own",
            "through": "the stack",
            "url": (ctx.step.fields.get("request") or {}).get("url", "by hand"),
        },
    )
    window = await open_window(ctx)
    made = await _make(ctx, nonce)
    claims = _claims(ctx, made.document)
    await _settle(ctx, claims, made.document)
    reading = await read_window(ctx, window, claims["response_id"])
    cost = costs_money(reading)
    if cost:
        ctx.finding(
            "ledger-cost",
            f"The ledger puts ${cost:f} on the organisation for this turn, "
            "though a subscription pays for it.",
            "Look at the ledger's rows and at how the stack reckons a subscription.",
        )
    if lacks_quota_headers(claims):
        ctx.finding(
            "no-quota-headers",
            "The headers that the stack passes on hold no x-codex-*.",
            "Look at the route's other lines of evidence.",
        )
    own_headers = made.observed.get("headers", [])
    turned = TurnResult(
        made.document,
        claims,
        nonce,
        model_of(ctx),
        made.prompt,
        made.answered,
        reading,
        own_headers=own_headers,
        reported=reported_by_envelope(made.document),
    )
    lines = [
        *evidence_lines(
            claims,
            contains_word(turned.output, nonce),
            ctx.config.codex_url,
            made.document,
            own_headers,
        ),
        *ledger_lines(reading, claims["response_id"]),
    ]
    ctx.evidence("route", [[line.name, line.value, line.conclusion] for line in lines])
    observed = made.observed | {
        "json": made.document,
        "model": claims["model"],
        "response_id": claims["response_id"],
        "fresh": True,
    }
    return await _result(ctx, replace(turned, lines=lines), observed, made.text)


async def _make(ctx: StepContext, nonce: str) -> Made:
    """Make the turn in the way that the step names."""
    values = ctx.resources.values
    own = NONCE_VALUE not in values
    if own:
        values[NONCE_VALUE] = nonce
    try:
        if ctx.step.fields.get("request"):
            return await _by_http(ctx, nonce)
        if ctx.step.commands:
            return await _by_command(ctx, nonce)
        return await _by_hand(ctx)
    finally:
        if own:
            values.pop(NONCE_VALUE, None)


async def _result(
    ctx: StepContext, turned: TurnResult, observed: dict[str, Any], text: str
) -> Result:
    obligations = turn_obligations(turned)
    unmet = first_unmet(obligations)
    if unmet is None:
        return _end(
            ctx,
            obligations,
            Result(
                None,
                f"{turned.claims['model'] or 'The model'} answered on "
                f"{turned.claims['provider']}/{turned.claims['credential'] or 'subscription'}.",
                observed | {"route": "openai/subscription"},
                text,
                answer_text=turned.output or None,
            ),
        )
    decided = next(
        (
            obligation
            for obligation in obligations
            if obligation.status != "holds" and obligation.code != ROUTE.missing
        ),
        None,
    )
    if decided is not None:
        failure = _claimed_failure(ctx, turned) if decided.name == ANSWERED.name else None
        if decided.code == "degraded-route":
            observed |= {"route": "degraded"}
        if failure is not None:
            observed |= failure.observed()
            return _end(
                ctx,
                obligations,
                Result(failure.code, f"{decided.summary} {failure.message}", observed, text),
            )
        return _end(ctx, obligations, Result(decided.code, decided.summary, observed, text))
    route = next(obligation for obligation in obligations if obligation.name == ROUTE.name)
    why = route.summary or unmet.summary
    answer = await ctx.ask(
        Question(
            "attest",
            f"{why} Nothing contradicts the subscription. Did you see yourself that OpenAI "
            "answered on the subscription credential?",
            {"evidence": [[x.name, x.value, x.conclusion] for x in turned.lines]},
        )
    )
    if answer.do != Verb.YES:
        return _end(ctx, obligations, Result("route-unproven", why, observed, text))
    words = str(answer.words or "")
    attested = evaluate(ATTESTED, [Witness("operator", words, "holds")])
    return _end(
        ctx,
        (*obligations, attested),
        Result(
            None,
            f"Attested by the operator: {words}",
            observed | {"route": "openai/subscription", "attested": True},
            text,
            answer_text=turned.output or None,
        ),
    )


def _end(ctx: StepContext, obligations: Sequence[Obligation], result: Result) -> Result:
    """Record the obligations as evidence; returns `result` unchanged."""
    ctx.evidence(EVIDENCE, [obligation.to_json() for obligation in obligations])
    return result


def _claimed_failure(ctx: StepContext, turned: TurnResult) -> Failure | None:
    """The failure that an answer names in a text of the tables; None where it names none."""
    document_text = json.dumps(turned.document) if isinstance(turned.document, Mapping) else ""
    failure = classify(Answer(None, (), document_text))
    recognized = failure.by.startswith(("code", "type", "text", "error "))
    return refine_failure(ctx, failure) if recognized else None


async def _by_http(ctx: StepContext, nonce: str) -> Made:
    wanted: Mapping[str, Any] = ctx.step.fields["request"]
    body = ctx.fill_all(wanted.get("json"))
    if isinstance(body, dict) and isinstance(body.get("prompt"), str):
        body["prompt"] = with_nonce(body["prompt"], nonce)
    exchange = await ctx.perform(
        HttpRequest(
            str(wanted.get("method") or "POST"),
            str(ctx.fill(wanted["url"])),
            (("accept", "application/json"),),
            json=body,
            limits=ctx.limits(120.0, idle=120.0),
        )
    )
    observed = {
        "status": exchange.status,
        "headers": [list(pair) for pair in exchange.headers],
        "total_ms": exchange.milliseconds,
        "body_sha256": exchange.digest,
        "error": exchange.error,
    }
    document = exchange.json()
    refused = exchange.status is None or not 200 <= exchange.status < 300
    if refused or upstream_status(ctx, document)[0]:
        await _settle(ctx, _claims(ctx, document), document)
        failure = refine_failure(ctx, turn_failure(ctx, exchange, document))
        status_text = f"HTTP {exchange.status}" if exchange.status is not None else "no answer"
        signs = [
            Witness("status", status_text, "against" if refused else "nothing"),
            *failure_witnesses(document),
        ]
        if not any(w.stance == "against" for w in signs):
            signs.append(Witness("upstream status", "none of success", "against"))
        ctx.evidence(EVIDENCE, [evaluate(ANSWERED, signs, code=failure.code).to_json()])
        raise StepError(
            failure.code,
            f"The turn failed: {failure.message}",
            **observed | {"fresh": True} | failure.observed(),
        )
    if not isinstance(document, Mapping):
        page = exchange.body.lstrip()[:15].lower().startswith((b"<!doctype html", b"<html"))
        what = "is a web page, perhaps a sign-in" if page else "is no JSON object"
        raise StepError("expectation-unmet", f"The turn's answer {what}.", **observed)
    return Made(document, exchange.text(), observed, _longest_text(body))


def _longest_text(body: object) -> str:
    """The longest text of a request's body, which is its prompt; empty where it has none."""
    if isinstance(body, str):
        return body
    inner = body.values() if isinstance(body, Mapping) else body if isinstance(body, list) else ()
    return max((_longest_text(value) for value in inner), key=len, default="")


async def _by_command(ctx: StepContext, nonce: str) -> Made:
    ended = None
    for command in ctx.step.commands:
        spec = spawn_spec(ctx, command)
        spec = replace(spec, env=(*spec.env, (NONCE_VARIABLE, nonce)))
        ended = await run_to_end(ctx, ctx.open(spec))
        if ended.code != 0:
            await _settle(ctx, {}, None)
            failure = classify(Answer(None, (), ended.text))
            code = failure.code if failure.by == "text" else "command-failed"
            raise StepError(code, f"`{command.text}` ended with {ended.code}.", exit=ended.code)
    assert ended is not None
    document = last_object(ended.text)
    if upstream_status(ctx, document)[0]:
        await _settle(ctx, _claims(ctx, document), document)
        exchange = Exchange(200, (), ended.text.encode(), (), 0, None, "", {}, None, 0)
        failure = refine_failure(ctx, turn_failure(ctx, exchange, document))
        signs = [
            *failure_witnesses(document),
            Witness("upstream status", "none of success", "against"),
        ]
        ctx.evidence(EVIDENCE, [evaluate(ANSWERED, signs, code=failure.code).to_json()])
        raise StepError(
            failure.code,
            f"The turn failed: {failure.message}",
            **failure.observed() | {"exit": 0, "fresh": True},
        )
    return Made(document, ended.text, {"exit": 0})


async def _by_hand(ctx: StepContext) -> Made:
    answer = await ctx.ask(Question("manual", question_of(ctx), {}))
    if answer.do != Verb.PASS:
        code = "expectation-unmet" if answer.do == Verb.FAIL else "operator-declined"
        raise StepError(code, answer.words or "The operator saw no answer.")
    return Made({}, (answer.words or ""), answered=False)


def _claims(ctx: StepContext, document: object) -> dict[str, Any]:
    return claims_of(document, ctx.step.fields.get("evidence") or {})


async def _settle(ctx: StepContext, claims: Mapping[str, Any], document: object) -> None:
    """Record the turn's cost from its answer's usage; a refused request costs nothing."""
    usage = dig(document, "usage")[1]
    counts = {
        name: usage[name]
        for name in COUNTS
        if isinstance(usage, Mapping) and type(usage.get(name)) is int and usage[name] >= 0
    }
    status = claims.get("upstream_status")
    refused = isinstance(status, int) and status >= 400
    await settle_spend(
        ctx,
        kind="subscription",
        model=str(claims.get("model") or "") or model_of(ctx),
        counts=counts,
        unknown="output_tokens" not in counts and not refused,
    )
