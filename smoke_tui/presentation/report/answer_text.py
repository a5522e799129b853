"""The model's final text, read from an answer's stored bytes: SSE or one JSON object."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Final

MOST: Final = 200_000
"""Bytes of an answer that are searched."""


def final_text(content: bytes) -> str | None:
    """Return the model's final text; None if the answer has none."""
    text = content.decode("utf-8", "replace")
    whole = _object(text)
    if whole is not None:
        return _written(whole)
    events = [
        _object(line[5:].strip())
        for line in re.split(r"\r\n|\r|\n", text)
        if line.startswith("data:")
    ]
    done = [
        str(event["text"])
        for event in events
        if event and event.get("type") == "response.output_text.done" and "text" in event
    ]
    deltas = [
        str(event["delta"])
        for event in events
        if event and event.get("type") == "response.output_text.delta" and "delta" in event
    ]
    return "".join(done or deltas) or None


def _object(text: str) -> Mapping[str, object] | None:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, Mapping) else None


def _written(value: Mapping[str, object]) -> str | None:
    """The text of an answer of the stack or of the API in one object."""
    if isinstance(value.get("output_text"), str):
        return str(value["output_text"])
    output = value.get("output")
    parts = (
        [
            str(part["text"])
            for item in output
            if isinstance(item, Mapping) and isinstance(item.get("content"), list)
            for part in item["content"]
            if isinstance(part, Mapping) and "text" in part
        ]
        if isinstance(output, list)
        else []
    )
    return "".join(parts) or None
