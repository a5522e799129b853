"""Cassettes of calls of a model, for the replaying provider."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from smoke_tui.world.cassettes.cassette import (
    Cassette,
    Interaction,
    RecordedRequest,
    RecordedResponse,
)
from smoke_tui.world.cassettes.store import write_cassette
from tests.helpers.valid_answers import (
    HEADERS,
    MODEL,
    delta,
    framed,
    honest_events,
    item_done,
    lifecycle,
)

URI = "https://chatgpt.com/backend-api/codex/responses"
STREAM = (("content-type", "text/event-stream"),)


def asked(prompt: str, instructions: str | None = None, model: str = MODEL) -> dict[str, Any]:
    """The body of a request of the Responses API."""
    content = [{"type": "input_text", "text": prompt}]
    body = {"model": model, "input": [{"type": "message", "role": "user", "content": content}]}
    return body if instructions is None else {**body, "instructions": instructions}


def streamed(*pieces: str) -> bytes:
    """A whole stream whose text comes in these pieces."""
    text = "".join(pieces)
    events = []
    for event in honest_events():
        if event["type"] == "response.output_text.delta":
            if event["delta"] == "The word ":
                events += [delta(piece) for piece in pieces]
            continue
        events.append(json.loads(json.dumps(event).replace(_TEXT, json.dumps(text)[1:-1])))
    return framed([{**event, "sequence_number": n} for n, event in enumerate(events)])


_TEXT = honest_events()[8]["text"]


def calling(name: str, arguments: str) -> bytes:
    """A whole stream that holds a tool call and no text."""
    item = {
        "id": "fc_1",
        "type": "function_call",
        "status": "completed",
        "name": name,
        "arguments": arguments,
        "call_id": "call_1",
    }
    usage = honest_events()[-1]["response"]["usage"]
    return framed(
        [
            lifecycle("response.created", status="in_progress"),
            item_done(item, 0),
            lifecycle("response.completed", status="completed", usage=usage, output=[item]),
        ]
    )


def exchanged(
    body: Mapping[str, Any],
    answer: bytes,
    *,
    status: int = 200,
    headers: tuple[tuple[str, str], ...] = (*STREAM, *HEADERS),
) -> Interaction:
    """A recorded exchange."""
    request = RecordedRequest(
        "POST", URI, (("content-type", "application/json"),), json.dumps(body).encode()
    )
    return Interaction(request, RecordedResponse(status, "", headers, answer))


def cassette(path: Path, *interactions: Interaction) -> Path:
    """Write a cassette."""
    write_cassette(path, Cassette(interactions))
    return path
