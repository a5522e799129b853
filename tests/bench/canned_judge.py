"""A judge on loopback, in a process of its own, that answers every request alike but for its ids."""

from __future__ import annotations

import asyncio
import json
import secrets
from contextlib import AbstractContextManager
from multiprocessing.connection import Connection
from typing import Any

from tests.bench.serving import listen, serving

MODEL = "gpt-bench"
REASON = (
    "FAIL: The output greets the customer and leaves out the promised refund of the second order, "
    "so the expected behavior is met in part only."
)
TEXTS = ("PASS", REASON)
"""What is answered, in turn."""
_ID = "0123456789abcdef" * 2
_MARK = f"resp_{_ID}"


def stream(text: str) -> bytes:
    """A whole answer in the form of the Responses API."""
    item = {
        "id": f"msg_{_ID}",
        "type": "message",
        "role": "assistant",
        "status": "completed",
        "content": [{"type": "output_text", "annotations": [], "text": text}],
    }
    base = {"id": _MARK, "object": "response", "model": MODEL, "output": []}
    usage = {
        "input_tokens": 600,
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens": 1,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": 601,
    }
    done = {**base, "status": "completed", "output": [item], "usage": usage}
    events: list[dict[str, Any]] = [
        {"type": "response.created", "response": {**base, "status": "in_progress"}},
        {"type": "response.output_item.added", "output_index": 0, "item": {**item, "content": []}},
        {"type": "response.output_text.delta", "item_id": item["id"], "output_index": 0,
         "content_index": 0, "delta": text},
        {"type": "response.output_item.done", "output_index": 0, "item": item},
        {"type": "response.completed", "response": done},
    ]  # fmt: skip
    body = "".join(
        f"event: {event['type']}\ndata: {json.dumps({**event, 'sequence_number': number})}\n\n"
        for number, event in enumerate(events)
    ).encode()
    return _answer("text/event-stream", body)


def chat() -> bytes:
    """A whole answer in the form of the Chat Completions API."""
    message = {"role": "assistant", "content": "PASS"}
    body = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": MODEL,
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 600, "completion_tokens": 1, "total_tokens": 601},
    }
    return _answer("application/json", json.dumps(body).encode())


def _answer(kind: str, body: bytes) -> bytes:
    head = (
        f"HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\nopenai-model: {MODEL}\r\n"
        f"content-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def serve(ready: Connection, seconds: float) -> None:
    """Answer each request after `seconds`."""
    streams, completion = [stream(text) for text in TEXTS], chat()
    number = iter(range(1 << 62))

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                size = next(
                    (int(line.split(b":")[1]) for line in head.lower().split(b"\r\n")
                     if line.startswith(b"content-length")), 0,
                )  # fmt: skip
                await reader.readexactly(size)
                if seconds:
                    await asyncio.sleep(seconds)
                if b"/chat/completions" in head.split(b"\r\n", 1)[0]:
                    writer.write(completion)
                else:
                    whole = streams[next(number) % len(streams)]
                    writer.write(whole.replace(_ID.encode(), secrets.token_hex(16).encode()))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    listen(ready, handle)


def canned_judge(seconds: float = 0.0) -> AbstractContextManager[int]:
    """The judge's port, while it runs."""
    return serving(serve, seconds)
