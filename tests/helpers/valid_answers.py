"""Honest answers of a live call: the events of a stream as documents, and how they are framed."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping, Sequence
from typing import Any

from smoke_tui.codex.assessment import Assessment, assess
from smoke_tui.proof.quoting import with_nonce
from smoke_tui.world.requests.http import Exchange

MODEL = "gpt-5.5"
NONCE = "smoke-0123456789"
PROMPT = with_nonce("Answer with the word given to you, and nothing else.", NONCE)
TEXT = f"The word is {NONCE}."
QUOTA = (("x-codex-primary-used-percent", "1"), ("x-codex-primary-window-minutes", "300"))
HEADERS = (*QUOTA, ("openai-model", MODEL))
Event = dict[str, Any]

BASE: Event = {
    "id": "resp_1",
    "object": "response",
    "created_at": 1795000000,
    "background": False,
    "error": None,
    "incomplete_details": None,
    "model": MODEL,
    "store": False,
}
USAGE: Event = {
    "input_tokens": 110,
    "input_tokens_details": {"cached_tokens": 10},
    "output_tokens": 20,
    "output_tokens_details": {"reasoning_tokens": 8},
    "total_tokens": 130,
}
REASONING: Event = {"id": "rs_1", "type": "reasoning", "summary": [], "encrypted_content": "gAAA"}
MESSAGE: Event = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "status": "completed",
    "phase": "final_answer",
    "content": [{"type": "output_text", "text": TEXT, "annotations": [], "logprobs": []}],
}


def lifecycle(kind: str, **more: Any) -> Event:
    return {"type": kind, "response": copy.deepcopy({**BASE, **more})}


def delta(text: str) -> Event:
    return {
        "type": "response.output_text.delta",
        "item_id": "msg_1",
        "output_index": 1,
        "content_index": 0,
        "delta": text,
        "obfuscation": "aBc",
    }


def item_done(item: Event, index: int = 1) -> Event:
    return {"type": "response.output_item.done", "output_index": index, "item": copy.deepcopy(item)}


def completed(**more: Any) -> Event:
    return lifecycle(
        "response.completed",
        **{"status": "completed", "usage": USAGE, "output": [REASONING, MESSAGE], **more},
    )


def honest_events() -> list[Event]:
    """A whole stream with every witness that was ever seen in one."""
    part = MESSAGE["content"][0]
    events = [
        lifecycle(
            "response.created",
            status="in_progress",
            usage=None,
            output=[],
            headers={"openai-model": MODEL, "x-codex-plan-type": "plus"},
        ),
        lifecycle("response.in_progress", status="in_progress", usage=None, output=[]),
        {"type": "response.output_item.added", "output_index": 0, "item": dict(REASONING)},
        item_done(REASONING, 0),
        {
            "type": "response.output_item.added",
            "output_index": 1,
            "item": {**MESSAGE, "status": "in_progress", "content": []},
        },
        {
            "type": "response.content_part.added",
            "item_id": "msg_1",
            "output_index": 1,
            "content_index": 0,
            "part": {**part, "text": ""},
        },
        delta("The word "),
        delta(f"is {NONCE}."),
        {
            "type": "response.output_text.done",
            "item_id": "msg_1",
            "output_index": 1,
            "content_index": 0,
            "text": TEXT,
        },
        {
            "type": "response.content_part.done",
            "item_id": "msg_1",
            "output_index": 1,
            "content_index": 0,
            "part": dict(part),
        },
        item_done(MESSAGE),
        completed(),
    ]
    return [{**copy.deepcopy(event), "sequence_number": n} for n, event in enumerate(events)]


def framed(events: Sequence[Event], end: str = "\n", names: bool = True) -> bytes:
    """Events as bytes."""
    blocks = []
    for event in events:
        name = event.get("type")
        head = f"event: {name}{end}" if names and isinstance(name, str) else ""
        blocks.append(f"{head}data: {json.dumps(event)}{end}{end}")
    return "".join(blocks).encode()


def judged(body: bytes, headers: Sequence[tuple[str, str]] = HEADERS, **more: Any) -> Assessment:
    """What a call's answer is worth."""
    exchange = Exchange(200, tuple(headers), body, ((0, 1),), 5, None, "", {}, None, 0)
    return assess(exchange, **{"model": MODEL, "nonce": NONCE, "prompt": PROMPT, **more})


def without(table: Mapping[str, Any], *names: str) -> Event:
    return {name: value for name, value in table.items() if name not in names}
