"""What a live call's answer is worth: built-in checks, before any expectation."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from smoke_tui.codex.catalogue import as_answer
from smoke_tui.codex.failures import Answer, Failure, classify
from smoke_tui.codex.quota import has_quota_headers
from smoke_tui.codex.stream import Reading, looks_like_stream, read_stream
from smoke_tui.world.ports import Exchange


@dataclass(frozen=True, slots=True)
class Worth:
    """A code with its sentence, or None where every built-in check was met."""

    code: str | None
    summary: str
    reading: Reading
    failure: Failure | None = None


def worth_of(
    exchange: Exchange, *, model: str, nonce: str, subscription: bool = True
) -> Worth:
    """Judge one Responses call. A 200 is no success by itself.

    `subscription`: marks of an API key are positive evidence of another route.
    """
    body = exchange.body
    if exchange.status != 200 or not looks_like_stream(body):
        return _no_stream(exchange)
    reading = read_stream(body, [offset for offset, _ in exchange.chunks] or [0])
    code, summary = _stream(exchange, reading, model, nonce, subscription)
    failure = None
    if code == "response-failed":
        failure = _failed(reading)
        code = failure.code
        summary = f"The provider reported: {failure.words}"
    return Worth(code, summary, reading, failure)


def _no_stream(exchange: Exchange) -> Worth:
    answer = as_answer(exchange)
    if exchange.status == 200 and not exchange.body.strip():
        code = {"stalled": "stream-stalled", "timeout": "timeout",
                "compressed": "stream-malformed", "oversized": "stream-oversized"}.get(
                    exchange.error or "", "stream-cut")
        return Worth(code, exchange.error_text or "The answer was empty.", Reading())
    failure = classify(answer)
    if exchange.status == 200 and failure.by.startswith("status"):
        failure = Failure("stream-malformed", failure.by, failure.said)
    status = f"HTTP {exchange.status}: " if exchange.status is not None else ""
    return Worth(failure.code, f"{status}{failure.words}", Reading(), failure)


def _stream(
    exchange: Exchange, reading: Reading, model: str, nonce: str, subscription: bool
) -> tuple[str | None, str]:
    if reading.oversized:
        return "stream-oversized", reading.oversized
    if exchange.error == "oversized":
        return "stream-oversized", exchange.error_text
    ends = reading.terminals
    if not ends:
        if reading.events and reading.malformed == reading.events:
            return "stream-malformed", "No event of the stream could be read."
        return {
            "stalled": ("stream-stalled", "The stream stopped coming before the response was "
                                          "complete."),
            "timeout": ("timeout", "The time was up before the response was complete."),
        }.get(exchange.error or "", ("stream-cut", "The stream ended before response.completed."))
    if len(ends) > 1 and "response.completed" in ends:
        return "stream-malformed", f"The stream had more than one end: {', '.join(ends)}."
    if ends[0] in ("response.failed", "error"):
        return "response-failed", ""
    if ends[0] == "response.incomplete":
        details = reading.final.get("incomplete_details")
        reason = details.get("reason") if isinstance(details, Mapping) else None
        return "degraded-incomplete", f"The response is incomplete: {reason or 'no reason given'}."
    return _completed(exchange, reading, model, nonce, subscription)


def _completed(
    exchange: Exchange, reading: Reading, model: str, nonce: str, subscription: bool
) -> tuple[str | None, str]:
    names = {name.lower() for name, _ in exchange.headers}
    if subscription and "openai-organization" in names and not has_quota_headers(exchange.headers):
        return "degraded-route", "The answer carries the marks of an API key, not a subscription."
    served = reading.model or exchange.header("openai-model")
    if not same_family(model, served):
        return "degraded-model", f"{model} was asked for, {served or 'no named model'} answered."
    if not reading.text.strip():
        return "degraded-empty", "The response is complete and holds no text."
    if nonce not in reading.text:
        return "degraded-empty", "The response does not hold the call's nonce."
    if reading.usage is None:
        return "degraded-no-usage", "The response carries no usable count of tokens."
    route = "the subscription" if subscription else "the API key"
    return None, f"{served} answered on {route} and repeated the nonce."


def same_family(asked: str, served: str | None) -> bool:
    """The model itself, or a dated snapshot of it."""
    if not served:
        return False
    return re.fullmatch(re.escape(asked) + r"(-\d{4}-\d{2}-\d{2})?", served) is not None


def _failed(reading: Reading) -> Failure:
    """The failure inside a failed response; without a known mark it is `response-failed`."""
    final: Mapping[str, Any] = reading.final
    error = final.get("error") if isinstance(final.get("error"), Mapping) else final
    failure = classify(Answer(None, (), json.dumps({"error": error})))
    if failure.by.startswith("status"):
        return Failure("response-failed", failure.by, failure.said, failure.param, failure.delay)
    return failure
