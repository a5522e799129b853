"""Responses streams as bytes, event by event."""

from __future__ import annotations

import json
from typing import Any

MODEL = "gpt-5-codex"
NONCE = "smoke-0123456789"
USAGE = {
    "input_tokens": 10,
    "output_tokens": 3,
    "total_tokens": 13,
    "input_tokens_details": {"cached_tokens": 4},
    "output_tokens_details": {"reasoning_tokens": 1},
}
UNSET: Any = object()


def event(kind: str, **fields: Any) -> bytes:
    """One event in the form the backend sends."""
    return f"event: {kind}\ndata: {json.dumps({'type': kind, **fields})}\n\n".encode()


def created(model: Any = MODEL) -> bytes:
    return event("response.created", response={"id": "resp_1", "model": model})


def delta(text: str) -> bytes:
    return event("response.output_text.delta", delta=text)


def item(text: Any) -> bytes:
    return event(
        "response.output_item.done",
        item={
            "type": "message",
            "role": "assistant",
            "content": [{"type": "output_text", "text": text}],
        },
    )


def completed(usage: Any = UNSET, model: Any = MODEL) -> bytes:
    response: dict[str, Any] = {"id": "resp_1", "model": model, "status": "completed"}
    if usage is not None:
        response["usage"] = USAGE if usage is UNSET else usage
    return event("response.completed", response=response)


def failed(code: str = "processing_error", message: str = "An error occurred.") -> bytes:
    return event(
        "response.failed",
        response={"id": "resp_1", "model": MODEL, "error": {"code": code, "message": message}},
    )


def incomplete(reason: str = "max_output_tokens") -> bytes:
    return event(
        "response.incomplete",
        response={"id": "resp_1", "model": MODEL, "incomplete_details": {"reason": reason}},
    )


def error(**fields: Any) -> bytes:
    return event("error", **fields)


ANSWER = item(f"Here it is: {NONCE}")
WHOLE = created() + delta("Here it is: ") + delta(NONCE) + ANSWER + completed()
