"""The server-sent events of a Responses stream, as a script of acts.

The event grammar is that of client 0.169's parser; a scenario chooses the acts.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Callable
from typing import Final

from smoke_tui.structs import Struct, field

DELTA_SECONDS: Final = 0.004
"""Between two deltas where somebody watches: the text grows before their eyes."""

_KEEP_ALIVE_SECONDS: Final = 0.25
_FLOOD_CHUNK: Final = 60_000
_FLOOD_CHUNKS: Final = 4_500

WHOLE: Final = ("created", "in-progress", "item", "deltas", "text-done", "item-done", "completed")
NO_TEXT: Final = ("created", "in-progress", "completed")
FAILED: Final = ("created", "in-progress", "failed")
INCOMPLETE: Final = ("created", "in-progress", "item", "deltas", "incomplete")
CUT: Final = ("created", "in-progress", "item", "half-deltas")
STALLED: Final = (*CUT, "hang")
ENDLESS: Final = (*CUT, "keep-alive")
TWICE: Final = (*WHOLE, "completed")
REFUSAL: Final = (
    "created",
    "in-progress",
    "item",
    "refusal-delta",
    "refusal-done",
    "refusal-item",
    "completed",
)
CALLING: Final = ("created", "in-progress", "tool-call", *WHOLE[2:])
DONE: Final = (*WHOLE[:-1], "done")
UNTYPED: Final = ("created", "in-progress", "item", "half-deltas", "untyped-error")
FLOOD: Final = ("created", "in-progress", "item", "flood")


class Script(Struct, frozen=True):
    """The acts of a stream and its differences from a plain response.

    `served_model` None means the requested model; `served_header` and `created_header` replace it in
    the HTTP header and in the headers inside the first event. `phase` is that of the message;
    `error` is the (code, message) of a failure. `tool_call` is the (name, arguments) of a tool call
    before the message, `other_arguments` what the completed response states of it instead.
    """

    acts: tuple[str, ...] = WHOLE
    served_model: str | None = None
    served_header: str | None = None
    created_header: str | None = None
    phase: str | None = None
    usage: bool = True
    error: tuple[str, str] = ("", "")
    tool_call: tuple[str, str] | None = None
    other_arguments: str | None = None


class StreamedResponse(Struct):
    """A response being streamed: its text is sent in deltas, then repeated as a whole.

    `pause` is the time before each delta, in seconds.
    """

    script: Script
    model: str
    text: str
    input_tokens: int
    created_at: int
    pause: float = 0.0
    response_id: str = field(default_factory=lambda: f"resp_FAKE{secrets.token_hex(20)}")
    item_id: str = field(default_factory=lambda: f"msg_FAKE{secrets.token_hex(20)}")
    sequence: int = 0

    def response(self, status: str, **extra: object) -> dict[str, object]:
        """The response object inside life-cycle events."""
        return {
            "id": self.response_id,
            "object": "response",
            "created_at": self.created_at,
            "status": status,
            "error": None,
            "incomplete_details": None,
            "model": self.script.served_model or self.model,
            "output": [],
            "store": False,
            "usage": None,
            **extra,
        }

    @property
    def served_by_header(self) -> str:
        """The model that the `openai-model` header names."""
        return self.script.served_header or self.script.served_model or self.model

    def usage(self) -> dict[str, object] | None:
        """The usage object, None if the script omits it."""
        if not self.script.usage:
            return None
        output = max(1, len(self.text) // 4)
        return {
            "input_tokens": self.input_tokens,
            "input_tokens_details": {"cached_tokens": 0},
            "output_tokens": output,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": self.input_tokens + output,
        }

    def item(self, status: str, text: str | None) -> dict[str, object]:
        """A message item with one text part, or none."""
        content: list[dict[str, object]] = []
        if text is not None:
            content = [{"type": "output_text", "annotations": [], "text": text}]
        return self.message(status, content)

    def tool_call(self, arguments: str | None = None) -> dict[str, object]:
        """The item of the script's tool call, with these arguments in place of its own."""
        name, own = self.script.tool_call or ("", "")
        return {
            "id": f"fc_{self.item_id}",
            "type": "function_call",
            "status": "completed",
            "name": name,
            "arguments": own if arguments is None else arguments,
            "call_id": f"call_{self.item_id}",
        }

    def refusal(self) -> dict[str, object]:
        """The message of a refusing model; none of its parts is text."""
        return self.message("completed", [{"type": "refusal", "refusal": REFUSAL_TEXT}])

    def message(self, status: str, content: list[dict[str, object]]) -> dict[str, object]:
        """A message item with this content."""
        item: dict[str, object] = {
            "id": self.item_id,
            "type": "message",
            "status": status,
            "role": "assistant",
            "content": content,
        }
        if self.script.phase is not None:
            item["phase"] = self.script.phase
        return item

    def event(self, kind: str, **fields: object) -> bytes:
        """One event, framed."""
        body = {"type": kind, "sequence_number": self.sequence, **fields}
        self.sequence += 1
        return f"event: {kind}\ndata: {json.dumps(body)}\n\n".encode()

    def delta(self, text: str) -> bytes:
        """An event with the next piece of text."""
        return self.event(
            "response.output_text.delta",
            item_id=self.item_id,
            output_index=0,
            content_index=0,
            delta=text,
        )


REFUSAL_TEXT: Final = "I'm not able to repeat that word."

Act = Callable[[StreamedResponse], AsyncIterator[bytes]]


def _once(make: Callable[[StreamedResponse], bytes]) -> Act:
    async def act(answer: StreamedResponse) -> AsyncIterator[bytes]:
        yield make(answer)

    return act


def _completed(answer: StreamedResponse) -> bytes:
    has_text = "item-done" in answer.script.acts
    output = [answer.item("completed", answer.text)] if has_text else []
    if "refusal-item" in answer.script.acts:
        output = [answer.refusal()]
    if answer.script.tool_call is not None:
        output = [answer.tool_call(answer.script.other_arguments), *output]
    body = answer.response("completed", output=output, usage=answer.usage())
    if not answer.script.usage:
        del body["usage"]
    return answer.event("response.completed", response=body)


def _failed(answer: StreamedResponse) -> bytes:
    code, message = answer.script.error
    error = {"code": code, "message": message}
    return answer.event("response.failed", response=answer.response("failed", error=error))


def _created(answer: StreamedResponse) -> bytes:
    # The third place that names the served model (openai/codex PR #27478).
    served = answer.script.created_header or answer.served_by_header
    body = answer.response("in_progress", headers={"openai-model": served})
    return answer.event("response.created", response=body)


def _refusal_part(answer: StreamedResponse, kind: str, **fields: str) -> bytes:
    return answer.event(
        f"response.refusal.{kind}",
        item_id=answer.item_id,
        output_index=0,
        content_index=0,
        **fields,
    )


def _done(answer: StreamedResponse) -> bytes:
    output = [answer.item("completed", answer.text)]
    body = answer.response("completed", output=output, usage=answer.usage())
    return answer.event("response.done", response=body)


def _untyped_error(answer: StreamedResponse) -> bytes:
    code, message = answer.script.error
    return f"event: error\ndata: {json.dumps({'code': code, 'message': message})}\n\n".encode()


def _incomplete(answer: StreamedResponse) -> bytes:
    body = answer.response(
        "incomplete", incomplete_details={"reason": "max_output_tokens"}, usage=answer.usage()
    )
    return answer.event("response.incomplete", response=body)


async def _deltas(answer: StreamedResponse, share: float = 1.0) -> AsyncIterator[bytes]:
    words = answer.text.split(" ")
    count = max(1, int(len(words) * share))
    for number, word in enumerate(words[:count]):
        await asyncio.sleep(answer.pause)
        yield answer.delta(word if number == 0 else f" {word}")


def _half_deltas(answer: StreamedResponse) -> AsyncIterator[bytes]:
    return _deltas(answer, 0.5)


async def _hang(answer: StreamedResponse) -> AsyncIterator[bytes]:
    await asyncio.Event().wait()
    yield b""


async def _keep_alive(answer: StreamedResponse) -> AsyncIterator[bytes]:
    while True:
        await asyncio.sleep(_KEEP_ALIVE_SECONDS)
        yield b": keep-alive\n\n"


async def _flood(answer: StreamedResponse) -> AsyncIterator[bytes]:
    for _ in range(_FLOOD_CHUNKS):
        yield answer.delta("x" * _FLOOD_CHUNK)


ACTS: Final[dict[str, Act]] = {
    "created": _once(_created),
    "in-progress": _once(
        lambda a: a.event("response.in_progress", response=a.response("in_progress"))
    ),
    "item": _once(
        lambda a: a.event(
            "response.output_item.added", output_index=0, item=a.item("in_progress", None)
        )
    ),
    "deltas": _deltas,
    "half-deltas": _half_deltas,
    "text-done": _once(
        lambda a: a.event(
            "response.output_text.done",
            item_id=a.item_id,
            output_index=0,
            content_index=0,
            text=a.text,
        )
    ),
    "item-done": _once(
        lambda a: a.event(
            "response.output_item.done", output_index=0, item=a.item("completed", a.text)
        )
    ),
    "tool-call": _once(
        lambda a: a.event("response.output_item.done", output_index=0, item=a.tool_call())
    ),
    "refusal-delta": _once(lambda a: _refusal_part(a, "delta", delta=REFUSAL_TEXT)),
    "refusal-done": _once(lambda a: _refusal_part(a, "done", refusal=REFUSAL_TEXT)),
    "refusal-item": _once(
        lambda a: a.event("response.output_item.done", output_index=0, item=a.refusal())
    ),
    "done": _once(_done),
    "untyped-error": _once(_untyped_error),
    "completed": _once(_completed),
    "failed": _once(_failed),
    "incomplete": _once(_incomplete),
    "hang": _hang,
    "keep-alive": _keep_alive,
    "flood": _flood,
}


async def play(answer: StreamedResponse) -> AsyncIterator[bytes]:
    """The bytes of the whole stream, act by act."""
    for name in answer.script.acts:
        async for chunk in ACTS[name](answer):
            yield chunk
