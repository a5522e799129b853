"""The items of an answer: which are the final answer, and what the others are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

FINAL_PHASES: Final = (None, "final_answer")
FINAL_CHANNELS: Final = (None, "final", "final_answer")
"""Where an item names its phase or channel, only these are the final answer."""

RECIPIENTS: Final = (None, "all", "user")
"""To whom a message of the final answer is addressed, where it says so."""


@dataclass(frozen=True, slots=True)
class Item:
    """One item of an answer. `kind` is its type; `odd` says why a message is not the answer.

    `parts` are the texts of its parts, one by one; `text` is all of them.
    """

    kind: str
    id: str | None = None
    role: str | None = None
    text: str = ""
    refusal: str = ""
    odd: str | None = None
    parts: tuple[str, ...] = ()

    @property
    def is_message(self) -> bool:
        return self.kind == "message"

    @property
    def is_final(self) -> bool:
        return self.is_message and self.odd is None

    @property
    def shown(self) -> str:
        """What it is, for a person."""
        if not self.is_message:
            return f"{self.kind} item"
        return "final answer" if self.odd is None else f"message, {self.odd}"


def read_item(raw: Any) -> Item | None:
    """An item as the wire has it; None where it is none."""
    if not isinstance(raw, Mapping):
        return None
    kind, name = raw.get("type"), raw.get("id")
    content = raw.get("content")
    parts = [
        part for part in (content if isinstance(content, list) else []) if isinstance(part, Mapping)
    ]
    texts = tuple(_text(part.get("text")) for part in parts if part.get("type") == "output_text")
    refusal = "".join(_text(one.get("refusal")) for one in (*parts, raw))
    if not refusal and any(part.get("type") == "refusal" for part in parts):
        refusal = "(no words)"
    return Item(
        kind if isinstance(kind, str) and kind else "nameless",
        name if isinstance(name, str) and name else None,
        raw["role"] if isinstance(raw.get("role"), str) else None,
        "".join(texts),
        refusal,
        _odd(raw),
        texts,
    )


def contradicts(announced: Item, done: Item) -> bool:
    """Whether an item was announced as something else than it was finished as."""
    return announced.id == done.id is not None and (
        announced.kind != done.kind
        or (None not in (announced.role, done.role) and announced.role != done.role)
    )


def _odd(raw: Mapping[str, Any]) -> str | None:
    """Why a message is not the final answer; None where it is."""
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


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
