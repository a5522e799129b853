"""Secrets that an event stream gives back in pieces: no piece is one, all of them together are."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

_DATA: Final = b"data:"


def without_spread_secrets(body: bytes, redact: Callable[[str], str]) -> bytes:
    """The body of an event stream, where its deltas joined hold a secret: their redacted text.

    The first delta then holds it, and the others are empty, so that joining them gives the same
    text. A body without such a secret comes out byte for byte.
    """
    lines = body.split(b"\n")
    events = {
        number: event for number, line in enumerate(lines) if (event := _event(line)) is not None
    }
    whole = "".join(str(event["delta"]) for event in events.values())
    clean = redact(whole)
    if clean == whole:
        return body
    for number, event in events.items():
        event["delta"], clean = clean, ""
        end = b"\r" if lines[number].endswith(b"\r") else b""
        lines[number] = b"data: " + json.dumps(event, separators=(",", ":")).encode() + end
    return b"\n".join(lines)


def _event(line: bytes) -> dict[str, Any] | None:
    """The event of a line, where it has a delta of text."""
    if not line.startswith(_DATA) or b'"delta"' not in line:
        return None
    try:
        event = json.loads(line[len(_DATA) :])
    except (ValueError, RecursionError):
        return None
    good = isinstance(event, dict) and isinstance(event.get("delta"), str)
    return event if good else None
