"""Which failure a failed turn is: by its document, the upstream answer it passes on, or its status."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

from smoke_tui.codex.assessment import upstream_failure
from smoke_tui.codex.catalogue import as_answer
from smoke_tui.codex.classify import Answer, Failure, classify
from smoke_tui.codex.version_gate import stack_refusal
from smoke_tui.runbook.json_path import dig
from smoke_tui.stack.failure_signals import good_status
from smoke_tui.stack.turn_document import PATHS
from smoke_tui.steps.call import model_of
from smoke_tui.structs import replace
from smoke_tui.world.context import StepContext
from smoke_tui.world.requests.http import Exchange

_ENVELOPE: Final = ("detail", "code", "type")


_LONGEST_DETAIL: Final = 300
"""An error's detail is a sentence; a longer one is a text of the answer."""


def refine_failure(ctx: StepContext, failure: Failure) -> Failure:
    """Decide a refused model from earlier calls: a version gate and a retirement share texts."""
    if not ctx.config.resolved:
        return failure
    model = failure.about.model or model_of(ctx)
    return stack_refusal(failure, model, ctx.attempt.earlier_calls.get(model or ""))


def reported_by_envelope(document: object) -> str | None:
    """The message of an error's envelope; None where the document holds no recognized one."""
    if not isinstance(document, Mapping):
        return None
    named = {name: document[name] for name in _ENVELOPE if document.get(name)}
    detail = named.get("detail")
    if isinstance(detail, str) and len(detail) > _LONGEST_DETAIL:
        del named["detail"]
    failure = classify(Answer(None, (), json.dumps(named))) if named else None
    recognized = failure is not None and failure.by.startswith(("code", "type", "text", "error "))
    return failure.message if failure is not None and recognized else None


def upstream_status(ctx: StepContext, document: object) -> tuple[bool, int | None]:
    """Whether an answer holds the provider's status and it is none of success, and which."""
    has_status, status = dig(document, turn_paths(ctx)["upstream_status"])
    if isinstance(status, str) and status.strip().isdigit():
        status = int(status.strip()[:9])
    number = status if isinstance(status, int) and not isinstance(status, bool) else None
    return has_status and status is not None and (number is None or not good_status(number)), number


def turn_failure(ctx: StepContext, exchange: Exchange, document: object) -> Failure:
    """The failure of a turn: the provider's own answer where the stack passes it on."""
    own = replace(as_answer(exchange), ours=True)
    if exchange.status is None:
        return classify(own)
    paths = turn_paths(ctx)
    has_status, _ = dig(document, paths["upstream_status"])
    _, body = dig(document, paths["upstream_body"])
    _, headers = dig(document, paths["upstream_headers"])
    if not has_status:
        return classify(own)
    status = upstream_status(ctx, document)[1]
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


def turn_paths(ctx: StepContext) -> dict[str, str]:
    """The paths of a turn's evidence in its document: the runbook's, else the usual ones."""
    return {**PATHS, **{k: v for k, v in (ctx.step.fields.get("evidence") or {}).items() if v}}
