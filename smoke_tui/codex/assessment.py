"""The assessment of a live call's response by built-in checks, before any expectation."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

from smoke_tui.codex.call_obligations import (
    COMPLETE,
    END,
    ExpectedCall,
    call_obligations,
    end_witnesses,
    final_error,
)
from smoke_tui.codex.catalogue import as_answer
from smoke_tui.codex.classify import Answer, Failure, classify
from smoke_tui.codex.event_kinds import TERMINAL_EVENTS
from smoke_tui.codex.sse import looks_like_stream
from smoke_tui.codex.stream import Reading, read_stream
from smoke_tui.proof.headers import ERROR_HEADERS
from smoke_tui.proof.obligations import Obligation, Requirement, Witness, evaluate, first_unmet
from smoke_tui.structs import Struct, replace
from smoke_tui.world.requests.http import Exchange

ANSWERED_WITH_STREAM: Final = Requirement(
    "answered with a stream", "stream-cut", "stream-malformed"
)

_NO_BODY: Final[Mapping[str, str]] = {
    "stalled": "stream-stalled",
    "timeout": "timeout",
    "compressed": "stream-malformed",
    "oversized": "stream-oversized",
}
_BROKEN: Final[Mapping[str, tuple[str, str]]] = {
    "stalled": ("stream-stalled", "The stream stopped coming before the response was complete"),
    "timeout": ("timeout", "The time was up before the response was complete"),
}
_CUT: Final = ("stream-cut", "The stream ended before response.completed")


class Assessment(Struct, frozen=True):
    """A failure code with a sentence; the code is None if every obligation is met.

    `obligations` are all that were checked, in the order of priority of their codes.
    """

    code: str | None
    summary: str
    reading: Reading
    failure: Failure | None = None
    obligations: tuple[Obligation, ...] = ()


def assess(
    exchange: Exchange,
    *,
    model: str,
    nonce: str | None,
    prompt: str = "",
    subscription: bool = True,
) -> Assessment:
    """Assess one Responses call; the status 200 alone is no success.

    `prompt` is the whole prompt, with the nonce; without a nonce, as in a recording, the answer need
    not hold one. With `subscription`, signs of an API key are evidence
    of another route.
    """
    if exchange.status != 200 or not looks_like_stream(exchange.body):
        return _assess_without_stream(exchange)
    reading = _read(exchange)
    early_end = _early_end(exchange, reading)
    if early_end is not None:
        return early_end
    obligations = call_obligations(
        exchange, reading, ExpectedCall(model, nonce, prompt, subscription)
    )
    unmet = first_unmet(obligations)
    if unmet is None:
        route = "the subscription" if subscription else "the API key"
        return Assessment(
            None,
            f"{reading.model or model} answered on {route}"
            f"{'' if nonce is None else ' and repeated the nonce'}.",
            reading,
            None,
            obligations,
        )
    failure = None
    code, summary = unmet.code or "stream-malformed", unmet.summary
    if unmet.name == COMPLETE.name and unmet.status == "contradicted":
        failure, code = _contradicted(exchange, reading, code)
    return Assessment(code, summary, reading, failure, obligations)


def upstream_failure(exchange: Exchange) -> Failure | None:
    """The failure in a response that the stack passes on; None if the call was completed."""
    if exchange.status != 200 or not looks_like_stream(exchange.body):
        assessment = _assess_without_stream(exchange)
    else:
        early_end = _early_end(exchange, _read(exchange))
        if early_end is None:
            return None
        assessment = early_end
    return assessment.failure or Failure(
        assessment.code or "stream-malformed", "stream", assessment.summary
    )


def _read(exchange: Exchange) -> Reading:
    return read_stream(exchange.body, [offset for offset, _ in exchange.chunks] or [0])


def _assess_without_stream(exchange: Exchange) -> Assessment:
    status_text = "no answer" if exchange.status is None else f"HTTP {exchange.status}"
    witness = Witness("status", status_text, "against")
    if exchange.status == 200 and not exchange.body.strip():
        code = _NO_BODY.get(exchange.error or "", "stream-cut")
        return _failed(
            ANSWERED_WITH_STREAM,
            [Witness("status", status_text), Witness("body", "empty", "against")],
            code,
            exchange.error_text or "The answer was empty.",
            Reading(),
        )
    failure = classify(as_answer(exchange))
    if exchange.status == 200:
        witness = Witness("body", "no event stream", "against")
        if failure.by.startswith("status"):
            failure = replace(failure, code="stream-malformed")
    status = f"{status_text}: " if exchange.status is not None else ""
    return _failed(
        ANSWERED_WITH_STREAM,
        [witness],
        failure.code,
        f"{status}{failure.message}",
        Reading(),
        failure,
    )


def _early_end(exchange: Exchange, reading: Reading) -> Assessment | None:
    """The assessment of a stream without exactly one good end; None if it has one."""
    ends = end_witnesses(reading)
    skipped = [Witness(event.kind, f"{event.size:,} bytes, not read") for event in reading.skipped]
    if reading.oversized or exchange.error == "oversized":
        return _failed(
            END,
            [*ends, *skipped, Witness("size", "over a limit of this tool", "against")],
            "stream-oversized",
            reading.oversized or exchange.error_text,
            reading,
        )
    if not reading.terminals:
        code, text = _BROKEN.get(exchange.error or "", _CUT)
        if reading.events and reading.malformed == reading.events:
            code, text = "stream-malformed", "No event of the stream could be read"
        elif reading.last is not None:
            text += f"; the last event that came is {reading.last}"
        return _failed(END, ends, code, f"{text}.", reading)
    kinds = [TERMINAL_EVENTS[end] for end in reading.terminals]
    if len(kinds) > 1 and "completed" in kinds:
        return _failed(
            END,
            ends,
            "stream-malformed",
            f"The stream had more than one end: {', '.join(reading.terminals)}.",
            reading,
        )
    if "failed" in kinds:
        failure = _failure(reading)
        return _failed(
            END, ends, failure.code, f"The provider reported: {failure.message}", reading, failure
        )
    if "incomplete" in kinds:
        details = reading.final.get("incomplete_details")
        reason = details.get("reason") if isinstance(details, Mapping) else None
        return _failed(
            END,
            ends,
            "degraded-incomplete",
            f"The response is incomplete: {reason or 'no reason given'}.",
            reading,
        )
    return None


def _failed(
    requirement: Requirement,
    witnesses: list[Witness],
    code: str,
    summary: str,
    reading: Reading,
    failure: Failure | None = None,
) -> Assessment:
    """An assessment that ends at its first obligation."""
    return Assessment(
        code,
        summary,
        reading,
        failure,
        (evaluate(requirement, witnesses, code=code, text=summary),),
    )


def _contradicted(exchange: Exchange, reading: Reading, code: str) -> tuple[Failure | None, str]:
    """The failure and code of a completed response that reports an error or another state."""
    if any(name.lower() in ERROR_HEADERS and value.strip() for name, value in exchange.headers):
        failure = classify(Answer(exchange.status, exchange.headers, ""))
        return failure, code if failure.by.startswith("status") else failure.code
    error = final_error(reading)
    if error is not None:
        failure = _failure(reading)
        return failure, failure.code
    states = {state.value for state in reading.states if isinstance(state.value, str)}
    if "incomplete" in states or any(
        p.source.endswith("incomplete_details") for p in reading.problems
    ):
        return None, "degraded-incomplete"
    if states & {"failed", "cancelled", "canceled"}:
        return None, "response-failed"
    return None, code


def _failure(reading: Reading) -> Failure:
    """The failure inside a failed response; without a known signal `response-failed`."""
    final: Mapping[str, object] = reading.final
    error = final_error(reading) or final
    failure = classify(Answer(None, (), json.dumps({"error": error})))
    if failure.by.startswith("status"):
        return replace(failure, code="response-failed")
    return failure
