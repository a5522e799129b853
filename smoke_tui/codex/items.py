"""Output items of a response: which are the final answer, and what the others are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from smoke_tui.structs import Struct

FINAL_PHASES: Final = (None, "final_answer")
FINAL_CHANNELS: Final = (None, "final", "final_answer")
"""Phases and channels of the final answer; None means that the item names none."""

RECIPIENTS: Final = (None, "all", "user")
"""Recipients of the final answer; None means that the item names none."""


class Item(Struct, frozen=True):
    """One output item; `kind` is its type.

    `not_final` is why a message is not the final answer, None if it is. `parts` are the texts of its
    parts, `text` is their concatenation.
    """

    kind: str
    id: str | None = None
    role: str | None = None
    text: str = ""
    refusal: str = ""
    not_final: str | None = None
    parts: tuple[str, ...] = ()

    @property
    def is_message(self) -> bool:
        """Whether this is a message."""
        return self.kind == "message"

    @property
    def is_final(self) -> bool:
        """Whether this is a message of the final answer."""
        return self.is_message and self.not_final is None

    @property
    def description(self) -> str:
        """What the item is, as text."""
        if not self.is_message:
            return f"{self.kind} item"
        return "final answer" if self.not_final is None else f"message, {self.not_final}"


def read_item(raw: object) -> Item | None:
    """Parse an item; None if it is none."""
    if not isinstance(raw, Mapping):
        return None
    kind, name = raw.get("type"), raw.get("id")
    content = raw.get("content")
    parts = [
        part for part in (content if isinstance(content, list) else []) if isinstance(part, Mapping)
    ]
    texts = tuple(_text(part.get("text")) for part in parts if part.get("type") == "output_text")
    refusal = "".join(_text(part.get("refusal")) for part in (*parts, raw))
    if not refusal and any(part.get("type") == "refusal" for part in parts):
        refusal = "(no words)"
    return Item(
        kind if isinstance(kind, str) and kind else "nameless",
        name if isinstance(name, str) and name else None,
        raw["role"] if isinstance(raw.get("role"), str) else None,
        "".join(texts),
        refusal,
        _why_not_final(raw),
        texts,
    )


def changed_kind(announced: Item, done: Item) -> bool:
    """Whether a finished item has another kind or role than it was announced with."""
    return announced.id == done.id is not None and (
        announced.kind != done.kind
        or (None not in (announced.role, done.role) and announced.role != done.role)
    )


def _why_not_final(raw: Mapping[str, Any]) -> str | None:
    """Why a message is not the final answer; None if it is."""
    if raw.get("role") != "assistant":
        return f"role {raw.get('role', 'not named')}"
    if raw.get("phase") not in FINAL_PHASES:
        return f"phase {raw['phase']}"
    if raw.get("channel") not in FINAL_CHANNELS:
        return f"channel {raw['channel']}"
    if raw.get("recipient") not in RECIPIENTS:
        return f"recipient {raw['recipient']}"
    if raw.get("status") not in (None, "completed"):
        return f"status {raw['status']}"
    if raw.get("error") is not None:
        return "error"
    return None


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
