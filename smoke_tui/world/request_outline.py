"""A request's body without its texts: what may be recorded and compared of somebody's prompt."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

READABLE: Final = frozenset(
    {
        "model",
        "type",
        "role",
        "tool_choice",
        "effort",
        "summary",
        "context",
        "verbosity",
        "include",
        "content_item_kinds",
        "service_tier",
    }
)
"""Keys whose values say what a request is; every other text is given by its length."""


def instructions_in(body: Mapping[str, Any]) -> tuple[str, str] | None:
    """The base instructions of a request, and their place in it; None where there are none.

    Up to client 0.155 they are the field `instructions`; from 0.162 on, and for Responses-Lite
    models before, the first developer message of `input` (captured).
    """
    text = body.get("instructions")
    if isinstance(text, str) and text:
        return text, "instructions"
    items = body.get("input")
    for index, item in enumerate(items if isinstance(items, list) else []):
        if isinstance(item, Mapping) and item.get("role") == "developer":
            content = item.get("content")
            if isinstance(content, list) and content and isinstance(content[0], Mapping):
                first = content[0].get("text")
                if isinstance(first, str):
                    return first, f"input[{index}]"
    return None


def outline(body: Mapping[str, object]) -> dict[str, object]:
    """A request's shape without its texts: keys, small words and numbers, lengths."""
    return {name: _outline(item, name) for name, item in body.items()}


def _outline(value: object, key: str) -> object:
    if isinstance(value, Mapping):
        return outline(value)
    if isinstance(value, list):
        if key == "tools":
            return f"<{len(value)} tools>"
        return [_outline(item, key) for item in value]
    if isinstance(value, str) and not (key in READABLE and len(value) <= 60):
        return "<text>" if value else "<empty>"
    return value


def items_of(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The items of `input`, one by one: type, role, kinds, the length of each text; no text."""
    items = body.get("input")
    return [
        _item(item)
        for item in (items if isinstance(items, list) else [])
        if isinstance(item, Mapping)
    ]


def _item(item: Mapping[str, Any]) -> dict[str, Any]:
    parts = item.get("content")
    texts = [
        part.get("text")
        for part in (parts if isinstance(parts, list) else [])
        if isinstance(part, Mapping)
    ]
    shown: dict[str, Any] = {
        "type": str(item.get("type", "message")),
        "role": str(item.get("role", "")),
        "chars": [len(text) if isinstance(text, str) else None for text in texts],
        "keys": [str(key) for key in item],
    }
    passed = item.get("internal_chat_message_metadata_passthrough")
    kinds = passed.get("content_item_kinds") if isinstance(passed, Mapping) else None
    if isinstance(kinds, list):
        shown["kinds"] = [str(kind)[:60] for kind in kinds]
    if isinstance(item.get("tools"), list):
        shown["tools"] = len(item["tools"])
    return shown
