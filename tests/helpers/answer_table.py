"""Answers of every kind, good and bad, as bytes: what the real client and this tool both judge."""

from __future__ import annotations

import gzip
import json
from typing import Any, Final

from tests.helpers.replayed_answers import Replayed

MODEL: Final = "gpt-6.2-sol"
NONCE: Final = "HERON-4711"
USAGE: Final = {
    "input_tokens": 110,
    "input_tokens_details": {"cached_tokens": 0},
    "output_tokens": 20,
    "output_tokens_details": {"reasoning_tokens": 0},
    "total_tokens": 130,
}
TEXT: Final = f"The word is {NONCE}."


def event(kind: str, *, name: bool = True, typed: bool = True, **fields: Any) -> bytes:
    body = {**({"type": kind} if typed else {}), **fields}
    head = f"event: {kind}\n" if name else ""
    return f"{head}data: {json.dumps(body)}\n\n".encode()


def response(status: str, **fields: Any) -> dict[str, Any]:
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": 1_795_000_000,
        "model": MODEL,
        "status": status,
        "output": [],
        **fields,
    }


def item(content: list[dict[str, Any]], **fields: Any) -> bytes:
    message = {
        "type": "message",
        "role": "assistant",
        "id": "msg_1",
        "status": "completed",
        "content": content,
        **fields,
    }
    return event("response.output_item.done", output_index=0, item=message)


def completed(**fields: Any) -> bytes:
    return event("response.completed", response=response("completed", usage=USAGE) | fields)


def failed(code: str | None, message: str = "It failed.") -> bytes:
    error = {"code": code, "message": message}
    return event("response.failed", response=response("failed", error=error))


CREATED: Final = event("response.created", response=response("in_progress"))
DELTA: Final = event(
    "response.output_text.delta", item_id="msg_1", output_index=0, content_index=0, delta=TEXT
)
PART: Final = {"type": "output_text", "text": TEXT, "annotations": []}
ITEM: Final = item([PART])
GOOD: Final = CREATED + DELTA + ITEM + completed()
REASONING: Final = {"type": "reasoning", "id": "rs_1", "summary": []}
CALL: Final = event(
    "response.output_item.done",
    output_index=0,
    item={
        "type": "function_call",
        "id": "fc_1",
        "call_id": "call_1",
        "name": "no_such_tool",
        "arguments": "{}",
    },
)
JSON: Final = (("content-type", "application/json"),)
HTML: Final = (("content-type", "text/html"),)


def reasoning(size: int) -> bytes:
    return event(
        "response.output_item.done",
        output_index=0,
        item={**REASONING, "encrypted_content": "x" * size},
    )


def refused(status: int, body: object) -> Replayed:
    return Replayed(json.dumps(body).encode(), status, JSON)


ANSWERS: Final[dict[str, Replayed]] = {
    "whole": Replayed(GOOD),
    "without-event-names": Replayed(GOOD.replace(b"event: ", b": ")),
    "with-crlf": Replayed(GOOD.replace(b"\n", b"\r\n")),
    "without-content-type": Replayed(GOOD, headers=()),
    "with-keep-alives": Replayed(b": hello\n\n" + GOOD.replace(b"\n\n", b"\n\n: ping\n\n")),
    "with-done-mark": Replayed(GOOD + b"data: [DONE]\n\n"),
    "output-null": Replayed(CREATED + ITEM + completed(output=None)),
    "big-item": Replayed(CREATED + reasoning(300_000) + ITEM + completed()),
    "huge-item": Replayed(CREATED + reasoning(3_000_000) + ITEM + completed()),
    "unknown-event": Replayed(CREATED + event("response.novelty", what=1) + ITEM + completed()),
    "broken-event": Replayed(CREATED + b"data: {nonsense\n\n" + ITEM + completed()),
    "typeless-event": Replayed(CREATED + b'data: {"a":1}\n\n' + ITEM + completed()),
    "cut": Replayed(CREATED + DELTA),
    "cut-after-item": Replayed(CREATED + DELTA + ITEM),
    "cut-in-the-end": Replayed(GOOD[:-40]),
    "ended-by-done": Replayed(
        CREATED + ITEM + event("response.done", response=response("completed", usage=USAGE))
    ),
    "end-without-type": Replayed(
        CREATED
        + ITEM
        + event("response.completed", typed=False, response=response("completed", usage=USAGE))
    ),
    "end-without-id": Replayed(
        CREATED + ITEM + event("response.completed", response={"model": MODEL, "usage": USAGE})
    ),
    "end-without-response": Replayed(CREATED + ITEM + event("response.completed")),
    "error-typed": Replayed(CREATED + event("error", code="server_error", message="No.")),
    "error-named": Replayed(CREATED + event("error", typed=False, code="x", message="No.")),
    "error-in-envelope": Replayed(
        CREATED + event("error", status=400, error={"code": "invalid_prompt", "message": "No."})
    ),
    "failed-unknown": Replayed(CREATED + failed("nobody_knows_this_code")),
    "failed-quota": Replayed(CREATED + failed("insufficient_quota")),
    "failed-organization": Replayed(CREATED + failed("organization_spend_limit_exceeded")),
    "failed-policy": Replayed(CREATED + failed("content_policy_violation")),
    "failed-hook": Replayed(CREATED + failed("inference_hook_denied")),
    "failed-capacity": Replayed(CREATED + failed("policy_capacity_unavailable")),
    "failed-context": Replayed(CREATED + failed("context_length_exceeded")),
    "failed-without-code": Replayed(CREATED + failed(None)),
    "failed-then-completed": Replayed(CREATED + ITEM + failed("server_error") + completed()),
    "incomplete": Replayed(
        CREATED
        + ITEM
        + event(
            "response.incomplete",
            response=response("incomplete", incomplete_details={"reason": "content_filter"}),
        )
    ),
    "usage-missing": Replayed(
        CREATED + ITEM + event("response.completed", response=response("completed"))
    ),
    "usage-negative": Replayed(CREATED + ITEM + completed(usage={**USAGE, "output_tokens": -5})),
    "usage-text": Replayed(CREATED + ITEM + completed(usage={**USAGE, "output_tokens": "20"})),
    "item-missing": Replayed(CREATED + DELTA + completed()),
    "refusal": Replayed(CREATED + item([{"type": "refusal", "refusal": "No."}]) + completed()),
    "commentary": Replayed(CREATED + item([PART], phase="commentary") + completed()),
    "another-model": Replayed(GOOD.replace(MODEL.encode(), b"gpt-5.2-2025-12-11")),
    "compressed": Replayed(
        gzip.compress(GOOD),
        headers=(("content-type", "text/event-stream"), ("content-encoding", "gzip")),
    ),
    "json-instead": Replayed(json.dumps(response("completed", usage=USAGE)).encode(), 200, JSON),
    "page-instead": Replayed(b"<html><title>Sign in</title></html>", 200, HTML),
    "nothing": Replayed(b""),
    "no-content": Replayed(b"", 204, ()),
    "400-instructions": refused(400, {"detail": "Instructions are not valid"}),
    "400-model": refused(400, {"detail": "The 'x' model requires a newer version of Codex."}),
    "404-model": refused(404, {"error": {"code": "model_not_found", "message": "No model."}}),
    "403-empty": Replayed(b"", 403, ()),
    "429-limit": refused(
        429,
        {"error": {"type": "usage_limit_reached", "plan_type": "plus", "resets_at": 1_799_000_000}},
    ),
    "429-credits": refused(
        429,
        {
            "error": {
                "type": "usage_limit_reached",
                "plan_type": "business",
                "rate_limit_reached_type": "workspace_member_credits_depleted",
            }
        },
    ),
    "511-portal": Replayed(b"<html><title>Welcome</title></html>", 511, HTML),
}
