"""`turn`: an authoring turn through the stack, and the proof of the route that answered it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from smoke_tui.codex.assessment import upstream_failure
from smoke_tui.codex.catalogue import as_answer
from smoke_tui.codex.classify import Answer, Failure, classify
from smoke_tui.codex.version_gate import stack_refusal
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
from smoke_tui.stack.failure_signals import failure_witnesses, good_status
from smoke_tui.stack.ledger_rows import costs_money, ledger_lines
from smoke_tui.stack.ledger_window import open_window, read_window
from smoke_tui.stack.route_proof import evidence_lines, lacks_quota_headers
from smoke_tui.stack.turn_document import PATHS, claims_of
from smoke_tui.stack.turn_obligations import ANSWERED, ROUTE, TurnResult, turn_obligations
from smoke_tui.steps.call import model_of
from smoke_tui.steps.commands import last_object, run_to_end, spawn_spec
from smoke_tui.steps.cost import settle as settle_spend
from smoke_tui.steps.cost import spend
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

_ENVELOPE: Final = ("detail", "code", "type")
_LONGEST_DETAIL: Final = 300
"""An error's detail is a sentence; a longer one is a text of the answer."""

ATTESTED: Final = Requirement("operator's attestation", "route-unproven", "route-unproven")


@dataclass(frozen=True, slots=True)
class Made:
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
        reported=_reported_by_envelope(made.document),
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
            ),
        )
    decided = next(
        (one for one in obligations if one.status != "holds" and one.code != ROUTE.missing), None
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
    route = next(one for one in obligations if one.name == ROUTE.name)
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
        ),
    )


def _end(ctx: StepContext, obligations: Sequence[Obligation], result: Result) -> Result:
    """Put what had to be shown in the record, beside what it came to."""
    ctx.evidence(EVIDENCE, [one.to_json() for one in obligations])
    return result


def _claimed_failure(ctx: StepContext, turned: TurnResult) -> Failure | None:
    """The failure that an answer tells of in words that are known; None where it does not."""
    told = json.dumps(turned.document) if isinstance(turned.document, Mapping) else ""
    failure = classify(Answer(None, (), told))
    known = failure.by.startswith(("code", "type", "text", "error "))
    return _told_apart(ctx, failure) if known else None


def _told_apart(ctx: StepContext, failure: Failure) -> Failure:
    """A refused model: a gate's texts are a retirement's, too; what the call learnt tells which."""
    if not ctx.config.resolved:
        return failure
    model = failure.about.model or model_of(ctx)
    return stack_refusal(failure, model, ctx.attempt.earlier_calls.get(model or ""))


def _reported_by_envelope(document: object) -> str | None:
    """What an error's envelope says, where a document is one beside its answer."""
    if not isinstance(document, Mapping):
        return None
    named = {name: document[name] for name in _ENVELOPE if document.get(name)}
    detail = named.get("detail")
    if isinstance(detail, str) and len(detail) > _LONGEST_DETAIL:
        del named["detail"]
    failure = classify(Answer(None, (), json.dumps(named))) if named else None
    known = failure is not None and failure.by.startswith(("code", "type", "text", "error "))
    return failure.message if failure is not None and known else None


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
    if refused or _upstream(ctx, document)[0]:
        await _settle(ctx, _claims(ctx, document), document)
        failure = _told_apart(ctx, turn_failure(ctx, exchange, document))
        said = f"HTTP {exchange.status}" if exchange.status is not None else "no answer"
        signs = [
            Witness("status", said, "against" if refused else "nothing"),
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


def _upstream(ctx: StepContext, document: object) -> tuple[bool, int | None]:
    """Whether an answer tells of the provider's status and it is none of success, and which."""
    told, status = dig(document, _paths(ctx)["upstream_status"])
    if isinstance(status, str) and status.strip().isdigit():
        status = int(status.strip()[:9])
    number = status if isinstance(status, int) and not isinstance(status, bool) else None
    return told and status is not None and (number is None or not good_status(number)), number


def turn_failure(ctx: StepContext, exchange: Exchange, document: object) -> Failure:
    """The failure of a turn: the provider's own answer where the stack passes it on."""
    own = replace(as_answer(exchange), ours=True)
    if exchange.status is None:
        return classify(own)
    paths = _paths(ctx)
    told, _ = dig(document, paths["upstream_status"])
    _, body = dig(document, paths["upstream_body"])
    _, headers = dig(document, paths["upstream_headers"])
    if not told:
        return classify(own)
    status = _upstream(ctx, document)[1]
    pairs = tuple(headers.items()) if isinstance(headers, Mapping) else ()
    text = body if isinstance(body, str) else json.dumps(body) if body else ""
    passed_on = replace(
        exchange,
        status=status,
        headers=tuple((str(n), str(v)) for n, v in pairs),
        body=text.encode(),
        chunks=(),
        error=None if status is not None else "network",
        error_text=text,
    )
    failure = upstream_failure(passed_on)
    if failure is not None:
        return failure
    return Failure(
        "expectation-unmet", "stack", "the provider completed the response, and the stack failed"
    )


async def _by_command(ctx: StepContext, nonce: str) -> Made:
    ended = None
    for command in ctx.step.commands:
        spec = spawn_spec(ctx, command)
        spec = replace(spec, env=(*spec.env, (NONCE_VARIABLE, nonce)))
        ended = await run_to_end(ctx, ctx.open(spec))
        if ended.code != 0:
            await _settle(ctx, {}, None)
            failure = classify(Answer(None, (), ended.text))
            known = failure.code if failure.by == "text" else "command-failed"
            raise StepError(known, f"`{command.text}` ended with {ended.code}.", exit=ended.code)
    assert ended is not None
    document = last_object(ended.text)
    if _upstream(ctx, document)[0]:
        await _settle(ctx, _claims(ctx, document), document)
        exchange = Exchange(200, (), ended.text.encode(), (), 0, None, "", {}, None, 0)
        failure = _told_apart(ctx, turn_failure(ctx, exchange, document))
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
    answer = await ctx.ask(
        Question("manual", str(ctx.step.fields.get("ask") or ctx.step.title), {})
    )
    if answer.do != Verb.PASS:
        code = "expectation-unmet" if answer.do == Verb.FAIL else "operator-declined"
        raise StepError(code, answer.words or "The operator saw no answer.")
    return Made({}, (answer.words or ""), answered=False)


def _claims(ctx: StepContext, document: object) -> dict[str, Any]:
    return claims_of(document, ctx.step.fields.get("evidence") or {})


def _paths(ctx: StepContext) -> dict[str, str]:
    return {**PATHS, **{k: v for k, v in (ctx.step.fields.get("evidence") or {}).items() if v}}


async def _settle(ctx: StepContext, claims: Mapping[str, Any], document: object) -> None:
    """What the turn cost, as far as its answer tells; what the provider refused cost nothing."""
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
