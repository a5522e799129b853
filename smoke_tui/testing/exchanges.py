"""An HTTP exchange with a model as an answer, or as the reason why it is none."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Final

from smoke_tui.codex.assessment import assess
from smoke_tui.codex.call_obligations import ANSWER
from smoke_tui.codex.judge_answer import JudgeAnswer, judge_answer
from smoke_tui.codex.sse import looks_like_stream
from smoke_tui.codex.stream import Reading
from smoke_tui.judging.drift import RecordedAnswer
from smoke_tui.judging.responses import of_chat, of_response, of_stream
from smoke_tui.judging.strict_json import read_json
from smoke_tui.proof.obligations import first_unmet
from smoke_tui.redaction import clean
from smoke_tui.testing.provider import (
    LLMAnswer,
    LLMCallFailedError,
    LLMToolCall,
    LLMUsage,
    SpendKind,
)
from smoke_tui.world.requests.http import Exchange

_UNREADABLE: Final = "unreadable"
_MOST_TEXT: Final = 500


def answer_of(exchange: Exchange, *, model: str, kind: SpendKind, source: str) -> LLMAnswer:
    """The answer of an exchange: a stream of the Responses API, or a recorded JSON of it or of Chat.

    A stream has to show all that a live call has to, but for a nonce; one that holds tool calls
    needs no text.

    Raises:
        LLMCallFailedError: it failed, is not whole, contradicts itself, or can't be read.
    """
    is_document = bool(exchange.body.strip()) and not looks_like_stream(exchange.body)
    if kind == "replay" and exchange.status == 200 and is_document:
        return _of_document(exchange, kind, source)
    assessment = assess(exchange, model=model, nonce=None, subscription=kind != "replay")
    unmet = first_unmet([each for each in assessment.obligations if each.name != ANSWER.name])
    if assessment.code is not None and unmet is not None:
        raise _failed(assessment.code, assessment.summary, source, judge_answer(assessment))
    try:
        answer = of_stream(exchange.text())
    except ValueError as error:
        raise _failed(_UNREADABLE, str(error), source) from None
    if assessment.code is not None and not answer.tool_calls:
        raise _failed(assessment.code, assessment.summary, source, judge_answer(assessment))
    reading = assessment.reading
    return LLMAnswer(
        reading.answer,
        reading.model or model,
        _usage_of(reading, kind),
        _tool_calls(answer),
        tuple(delta for delta in reading.deltas if delta) or _whole(reading.answer),
    )


def _failed(
    code: str, summary: str, source: str, partial: JudgeAnswer | None = None
) -> LLMCallFailedError:
    text = partial.text if partial is not None else None
    return LLMCallFailedError(code, clean(summary)[:_MOST_TEXT], source, text)


def _usage_of(reading: Reading, kind: SpendKind) -> LLMUsage:
    usage = reading.usage
    if usage is None:
        return LLMUsage(kind)
    return LLMUsage(
        kind,
        usage.input_tokens,
        usage.cached_input_tokens,
        usage.output_tokens,
        usage.reasoning_tokens,
    )


def _of_document(exchange: Exchange, kind: SpendKind, source: str) -> LLMAnswer:
    """The answer of a JSON document.

    Raises:
        LLMCallFailedError: it is none.
    """
    try:
        document = read_json(exchange.text())
        if not isinstance(document, Mapping):
            raise ValueError("the answer is no JSON object")
        chat = isinstance(document.get("choices"), list)
        if not chat and not isinstance(document.get("output"), list):
            raise ValueError("the answer is none of the Responses or the Chat Completions API")
        answer = of_chat(document) if chat else of_response(document)
    except ValueError as error:
        raise _failed(_UNREADABLE, str(error), source) from None
    return LLMAnswer(
        answer.text or "",
        str(document.get("model") or ""),
        _usage_in(document.get("usage"), kind),
        _tool_calls(answer),
        _whole(answer.text or ""),
    )


def _usage_in(raw: object, kind: SpendKind) -> LLMUsage:
    """The counts of either API; what is not there is 0."""
    usage = raw if isinstance(raw, Mapping) else {}

    def count(names: Iterable[str], within: Mapping[str, object] = usage) -> int:
        values = (within.get(name) for name in names)
        return next((v for v in values if isinstance(v, int) and not isinstance(v, bool)), 0)

    def part(names: Iterable[str], name: str) -> int:
        tables = (usage.get(each) for each in names)
        return next((count([name], each) for each in tables if isinstance(each, Mapping)), 0)

    return LLMUsage(
        kind,
        count(["input_tokens", "prompt_tokens"]),
        part(["input_tokens_details", "prompt_tokens_details"], "cached_tokens"),
        count(["output_tokens", "completion_tokens"]),
        part(["output_tokens_details", "completion_tokens_details"], "reasoning_tokens"),
    )


def _tool_calls(answer: RecordedAnswer) -> tuple[LLMToolCall, ...]:
    return tuple(
        LLMToolCall(str(call.get("name")), _arguments(call.get("arguments")))
        for call in answer.tool_calls
    )


def _arguments(raw: object) -> Mapping[str, object] | str:
    """A JSON object as it is meant; any other text as it is."""
    if isinstance(raw, Mapping):
        return dict(raw)
    try:
        value = json.loads(str(raw))
    except (ValueError, RecursionError):
        return str(raw)
    return value if isinstance(value, dict) else str(raw)


def _whole(text: str) -> tuple[str, ...]:
    return (text,) if text else ()
