"""The kinds of events of a Responses stream: terminal events, errors, and their order."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final, Literal

from smoke_tui.regex import regex

End = Literal["completed", "failed", "incomplete"]

TERMINAL_EVENTS: Final[Mapping[str, End]] = {
    "response.completed": "completed",
    "response.failed": "failed",
    "response.error": "failed",
    "error": "failed",
    "response.cancelled": "failed",
    "response.canceled": "failed",
    "response.incomplete": "incomplete",
}
"""The events that end a response, and how."""

NOT_AFTER_END: Final = regex(
    r"response\.(created|queued|in_progress|output_|content_part|refusal|reasoning|function_call"
    r"|custom_tool_call|[a-z_]+_call\b)"
)
"""Prefixes of events that may not follow the end, since they are part of the answer."""

SKIPPABLE: Final = (
    "response.output_item.",
    "response.reasoning",
    "response.function_call",
    "response.custom_tool_call",
    "response.image_generation_call",
)
"""Prefixes of events that may be too large to read: none of them is terminal."""

_FAILURE: Final = regex(
    r"(^|[._\s-])errors?([._\s-]|$)|^(response[._-])?(fail(ed|ure)|abort(ed)?|time[d_-]*out|expired"
    r"|interrupted|terminated|rejected)$",
    re.I,
)
"""Other names of errors; a tool's failure (`response.mcp_call.failed`) is none."""


_LONG: Final = 200
"""Characters of a name above which nothing is remembered of it: whoever answers chooses it."""


def event_kind(name: str, event: Mapping[str, Any] | None) -> str | None:
    """The kind of an event; its type, its `event:` line or its envelope can make it an error.

    None if it is no event of a Responses stream.
    """
    typed = event.get("type") if event is not None else None
    for kind_name in (typed, name):
        if isinstance(kind_name, str) and (
            TERMINAL_EVENTS.get(kind_name) == "failed" or _names_failure(kind_name)
        ):
            return kind_name if kind_name in TERMINAL_EVENTS else "error"
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


def _names_failure(name: str) -> bool:
    return _remembered(name) if len(name) <= _LONG else _FAILURE.search(name) is not None


@lru_cache(1024)
def _remembered(name: str) -> bool:
    return _FAILURE.search(name) is not None


class EventParser:
    """Parses the data of events, one after the other."""

    def __init__(self) -> None:
        self._ambiguous: list[str] = []
        self._decoder = json.JSONDecoder(object_pairs_hook=self._table)

    def _table(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        fields = dict(pairs)
        if len(fields) != len(pairs):
            self._ambiguous += [name for name, value in pairs if fields[name] != value]
        return fields

    def parse(self, data: bytes) -> tuple[Mapping[str, Any] | None, list[str]]:
        """An event as a document, and the names to which it gives two different values."""
        self._ambiguous = []
        try:
            event = self._decoder.decode(data.decode(json.detect_encoding(data), "surrogatepass"))
        except (ValueError, RecursionError):
            return None, []
        if isinstance(event, list):
            # A list is no event, but may contain an error envelope.
            errors = (item for item in event if isinstance(item, dict) and "error" in item)
            event = next(errors, None)
        return (event, self._ambiguous) if isinstance(event, dict) else (None, [])
