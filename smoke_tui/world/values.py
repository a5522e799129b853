"""Texts and JSON-like values with secrets in them: shown by placeholder, rendered by live ports."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, cast

from smoke_tui.redaction import Secret, placeholders_in
from smoke_tui.redaction.secret import Json
from smoke_tui.structs import Struct, field

PLACEHOLDER_PROBLEM: Final = (
    "it holds a placeholder of a hidden value, not the value; capture it with "
    "secret = true, or give it by a setting"
)


class Joined(Struct, frozen=True):
    """Text with secrets in it."""

    parts: tuple[str | Secret, ...]


Text = str | Secret | Joined


class Sensitive(Struct, frozen=True):
    """A leaf of a JSON answer that is a secret.

    In `path`, "key=value" picks from a list the object whose key has that value. `claims` maps a
    public name to the path of a JWT's claim that may be shown; `nested` maps a name to a claim
    that is a secret of its own, with its kind.
    """

    name: str
    path: tuple[str, ...]
    kind: str
    claims: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    nested: Mapping[str, tuple[tuple[str, ...], str]] = field(default_factory=dict)
    scrub: bool = True


def show_text(text: Text) -> str:
    """The unrendered form of a text: every secret as its placeholder."""
    if isinstance(text, Secret):
        return text.placeholder
    if isinstance(text, Joined):
        return "".join(part if isinstance(part, str) else part.placeholder for part in text.parts)
    return text


def show(value: object) -> Json:
    """The unrendered form of a value: every secret as its placeholder; containers are copied."""
    if isinstance(value, Secret | Joined):
        return show_text(value)
    if isinstance(value, Mapping):
        return show_fields(value)
    if isinstance(value, list | tuple):
        return [show(item) for item in value]
    return cast("Json", value)


def show_fields(fields: Mapping[str, object]) -> dict[str, Json]:
    """The unrendered form of an object: every secret in it as its placeholder."""
    return {str(key): show(item) for key, item in fields.items()}


def render_text(text: Text) -> str:
    """The form of a text that leaves the process; called by live ports only."""
    if isinstance(text, Secret):
        return text.reveal()
    if isinstance(text, Joined):
        return "".join(part if isinstance(part, str) else part.reveal() for part in text.parts)
    return text


def render(value: object) -> object:
    """The form of a value that leaves the process; called by live ports only."""
    if isinstance(value, Secret | Joined):
        return render_text(value)
    if isinstance(value, Mapping):
        return {str(key): render(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [render(item) for item in value]
    return value


def holds_placeholder(value: object) -> bool:
    """Whether a value that is to leave holds the placeholder of a secret instead of the secret.

    A `Secret` leaf is rendered into its value; a placeholder in plain text was read from something
    that had been redacted, and must never be run, sent or shown to a page as if it were the value.
    """
    if isinstance(value, str):
        return bool(placeholders_in(value))
    if isinstance(value, Joined):
        return any(holds_placeholder(part) for part in value.parts)
    if isinstance(value, Mapping):
        return any(holds_placeholder(part) for pair in value.items() for part in pair)
    if isinstance(value, list | tuple):
        return any(holds_placeholder(item) for item in value)
    return False


def secrets_in(value: object) -> list[Secret]:
    """Every secret leaf of a value."""
    if isinstance(value, Secret):
        return [value]
    if isinstance(value, Joined):
        return [part for part in value.parts if isinstance(part, Secret)]
    if isinstance(value, Mapping):
        return [secret for item in value.values() for secret in secrets_in(item)]
    if isinstance(value, list | tuple):
        return [secret for item in value for secret in secrets_in(item)]
    return []
