"""The kinds of events of a Responses stream: which end it, are errors, or come too late."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final, Literal

End = Literal["completed", "failed", "incomplete"]

ENDS: Final[Mapping[str, End]] = {
    "response.completed": "completed",
    "response.failed": "failed",
    "response.error": "failed",
    "error": "failed",
    "response.cancelled": "failed",
    "response.canceled": "failed",
    "response.incomplete": "incomplete",
}
"""The events that end a response, and how."""

LATE: Final = re.compile(
    r"response\.(created|queued|in_progress|output_|content_part|refusal|reasoning|function_call"
    r"|custom_tool_call|[a-z_]+_call\b)"
)
"""Beginnings of the events that may not come after the end: they would belong to the answer."""

SKIPPABLE: Final = (
    "response.output_item.",
    "response.reasoning",
    "response.function_call",
    "response.custom_tool_call",
    "response.image_generation_call",
)
"""Beginnings of the events that may be too large to read: none of them is an end."""

_FAILURE: Final = re.compile(
    r"(^|[._\s-])errors?([._\s-]|$)|^(response[._-])?(fail(ed|ure)|abort(ed)?|time[d_-]*out|expired"
    r"|interrupted|terminated|rejected)$",
    re.I,
)
"""Other names of an error; a tool's own failure (`response.mcp_call.failed`) is none."""


def kind_of(name: str, event: Mapping[str, Any] | None) -> str | None:
    """The kind of an event; an error is one by its type, its `event:` line or its envelope alone.

    None: it is no event of a Responses stream.
    """
    typed = event.get("type") if event is not None else None
    for word in (typed, name):
        if isinstance(word, str) and (ENDS.get(word) == "failed" or _FAILURE.search(word)):
            return word if word in ENDS else "error"
    if event is None:
        return None
    if event.get("error") is not None:
        return "error"
    if isinstance(typed, str) and typed:
        return typed
    if "type" in event:
        return None
    response = event.get("response")
    if isinstance(response, Mapping) and response.get("error") is not None:
        return "error"
    return "error" if event.get("detail") is not None else None


def document_of(data: bytes) -> tuple[Mapping[str, Any] | None, list[str]]:
    """An event as a document, and the names that it gives two different values."""
    twice: list[str] = []

    def table(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        if len(made) != len(pairs):
            twice.extend(name for name, value in pairs if made[name] != value)
        return made

    try:
        event = json.loads(data, object_pairs_hook=table)
    except (ValueError, RecursionError):
        return None, []
    if isinstance(event, list):
        # Not an event, but an envelope may stand in a list.
        event = next((one for one in event if isinstance(one, dict) and "error" in one), None)
    return (event, twice) if isinstance(event, dict) else (None, [])
