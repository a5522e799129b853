"""A captured request as a template: what is common to its kind, without its texts, tools and session.

The template is recorded, so it holds nothing private: marks stand for the base
instructions, the prompt and the ids, and what describes the client's own session is left out.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from smoke_tui.redaction import Secret
from smoke_tui.regex import regex
from smoke_tui.world.request_outline import instructions_in
from smoke_tui.world.values import Joined, Text

MARK: Final = "$smoke"
INSTRUCTIONS: Final = "instructions"
PROMPT: Final = "prompt"
SESSION: Final = "session"
"""What a mark `{"$smoke": NAME}` is replaced by."""

OURS: Final = frozenset(
    {
        "host",
        "content-length",
        "connection",
        "transfer-encoding",
        "accept-encoding",
        "content-encoding",
        "authorization",
        "chatgpt-account-id",
        "openai-organization",
        "cookie",
        "originator",
        "user-agent",
        "version",
    }
)
"""Headers that the transport, the credential or this tool's own name decide."""

SESSION_NAMES: Final = frozenset(
    {
        "session-id",
        "session_id",
        "thread-id",
        "conversation_id",
        "x-client-request-id",
        "prompt_cache_key",
    }
)
"""Names whose values are ids of the client's session; ours is put in their place (captured)."""

LEFT_OUT: Final = frozenset(
    {"client_metadata", "internal_chat_message_metadata_passthrough", "metadata", "user"}
)
"""Fields that describe the client's own session or installation (captured)."""

_LONGEST: Final = 120
_UNIQUE: Final = regex(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-|[0-9a-f]{24}|(^|[\s=:])/\w+/|[\n{]", re.IGNORECASE
)
"""An id, a path, several lines, JSON inside a text: of one session, not of a kind of request."""

Fill = Callable[[str], Text | None]
"""The text of a mark, by its name."""


def template_of(
    body: Mapping[str, Any], headers: Iterable[tuple[str, str]], prompt: str
) -> dict[str, Any] | None:
    """The template of a captured request; None where it does not hold the prompt it was given."""
    headers = list(headers)
    instructions = instructions_in(body)
    ids = {value for name, value in headers if name.lower() in SESSION_NAMES}
    ids |= {str(body[name]) for name in SESSION_NAMES if isinstance(body.get(name), str)}
    maker = _Maker(instructions[0] if instructions else None, prompt, ids)
    kept = {
        name: value
        for name, value in ((name, maker.field(name, value)) for name, value in body.items())
        if value is not _NONE
    }
    if not maker.asked:
        return None
    return {
        "headers": [
            [name, value] for name, value in map(maker.header, headers) if value is not _NONE
        ],
        "body": kept,
    }


def hash_of(template: Mapping[str, Any]) -> str:
    """A template's sha256, over its JSON with sorted keys."""
    text = json.dumps(template, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def fill_body(body: Mapping[str, object], fill: Fill) -> dict[str, object]:
    """A template's body with its marks replaced by what `fill` gives for their names."""
    return {str(name): _filled(item, fill) for name, item in body.items()}


def fill_header(value: object, fill: Fill) -> Text:
    """The value of a template's header, its mark replaced."""
    text = _filled(value, fill)
    return text if isinstance(text, Secret | Joined) else str(text)


def _filled(value: object, fill: Fill) -> object:
    if isinstance(value, Mapping):
        return fill(str(value[MARK])) if set(value) == {MARK} else fill_body(value, fill)
    if isinstance(value, list | tuple):
        return [_filled(item, fill) for item in value]
    return value


_NONE: Final = object()


class _Maker:
    """Takes the private parts out of one request. `asked`: its prompt was found."""

    def __init__(self, instructions: str | None, prompt: str, ids: set[str]) -> None:
        self._instructions = instructions
        self._prompt = prompt
        self._ids = ids
        self.asked = False

    def header(self, pair: tuple[str, str]) -> tuple[str, object]:
        """A header with its lower-case name."""
        name, value = pair[0].lower(), pair[1]
        if name in OURS:
            return name, _NONE
        if name in SESSION_NAMES:
            return name, {MARK: SESSION}
        return name, self._text(value)

    def field(self, name: str, value: object) -> object:
        """A field of the body."""
        if name in LEFT_OUT:
            return _NONE
        if name == "tools":
            return []
        if name == "input":
            return self._input(value)
        if name == "instructions" and isinstance(value, str):
            return {MARK: INSTRUCTIONS} if value else ""
        if name in SESSION_NAMES:
            return {MARK: SESSION}
        return self._plain(value)

    def _input(self, items: object) -> object:
        if not isinstance(items, list):
            return _NONE
        kept = (self._item(item) for item in items)
        return [item for item in kept if item is not _NONE]

    def _item(self, item: object) -> object:
        """An input item: a message by its own texts, tools emptied, of others what has no text."""
        if not isinstance(item, Mapping):
            return _NONE
        if isinstance(item.get("content"), list | str):
            return self._message(item)
        if "tools" in item:
            rest = {name: value for name, value in item.items() if name != "tools"}
            return {**self._mapping(rest), "tools": []}
        kept = self._mapping(item)
        private = [name for name in item if name not in kept and name not in ("id", *LEFT_OUT)]
        return _NONE if private else kept

    def _message(self, item: Mapping[str, Any]) -> object:
        content = item["content"]
        parts = content if isinstance(content, list) else [{"text": content}]
        kept = [part for part in map(self._part, parts) if part is not None]
        if not kept:
            return _NONE
        rest = {name: value for name, value in item.items() if name != "content"}
        plain = isinstance(content, str)
        return {**self._mapping(rest), "content": kept[0]["text"] if plain else kept}

    def _part(self, part: object) -> dict[str, object] | None:
        """A part of a message that is the instructions or the prompt; None: any other."""
        if not isinstance(part, Mapping) or not isinstance(part.get("text"), str):
            return None
        text = part["text"]
        if text == self._instructions:
            mark = INSTRUCTIONS
        elif text == self._prompt:
            mark = PROMPT
            self.asked = True
        else:
            return None
        rest = {name: value for name, value in part.items() if name != "text"}
        return {**self._mapping(rest), "text": {MARK: mark}}

    def _mapping(self, value: Mapping[str, Any]) -> dict[str, Any]:
        pairs = (
            (str(name), self._plain(item)) for name, item in value.items() if name not in LEFT_OUT
        )
        return {name: item for name, item in pairs if item is not _NONE}

    def _plain(self, value: object) -> object:
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, Mapping):
            return self._mapping(value)
        if isinstance(value, list):
            return [item for item in map(self._plain, value) if item is not _NONE]
        return value

    def _text(self, value: str) -> object:
        if value in self._ids and len(value) > 8:
            return {MARK: SESSION}
        return _NONE if len(value) > _LONGEST or _UNIQUE.search(value) else value
