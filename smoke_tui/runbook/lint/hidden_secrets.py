"""Find what redaction would hide in a runbook's text.

A session keeps its runbook's text redacted. Text that looks like a secret would be lost, so that
the runbook could not be read back or run again; it is an error, also where it appears only in the
parsed TOML or command (an escape, quoted parts). So is a placeholder of a hidden value.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import zip_longest
from typing import Final

from smoke_tui.redaction import Json, Vault, placeholders_in
from smoke_tui.regex import regex
from smoke_tui.runbook.model import Step
from smoke_tui.runbook.parser.commands import every_command
from smoke_tui.structs import Struct, replace

_LINE: Final = regex(r"\r\n|\r|\n")
_IDS: Final = frozenset({"id", "kind", "needs", "goto", "restart", "name"})
"""Fields with names, which are never redacted."""


class HiddenText(Struct, frozen=True):
    """A place that redaction would hide: line and column from 1, and what it looks like."""

    line: int
    col: int
    what: str


def hidden_in_text(text: str, vault: Vault | None = None) -> list[HiddenText]:
    """Every line of a text that redaction would change, with the secrets of `vault`."""
    hidden = [
        HiddenText(number, line.index(placeholder) + 1, "a placeholder of a hidden value")
        for number, line in enumerate(_LINE.split(text), 1)
        for placeholder in placeholders_in(line)[:1]
    ]
    redacted = (vault or Vault()).redact_text(text)
    if redacted == text:
        return hidden
    before, after = _LINE.split(text), _LINE.split(redacted)
    for number, (line, redacted_line) in enumerate(zip_longest(before, after, fillvalue=""), 1):
        if line != redacted_line:
            column = next(
                (i for i, (a, b) in enumerate(zip(line, redacted_line, strict=False)) if a != b),
                min(len(line), len(redacted_line)),
            )
            hidden.append(
                HiddenText(min(number, len(before)), column + 1, _description(redacted_line, line))
            )
            if len(before) != len(after):
                break
    return hidden


def _description(redacted_line: str, line: str) -> str:
    """What a hidden place looks like, from the placeholder that replaces it."""
    new = [placeholder for placeholder in placeholders_in(redacted_line) if placeholder not in line]
    kind = new[0].removeprefix("[REDACTED:").partition("#")[0] if new else "secret"
    return f"what looks like a secret ({kind.replace('_', ' ')})"


def hidden_in_step(step: Step) -> list[HiddenText]:
    """What redaction would hide in a step's parsed values only, at its commands or its block."""
    vault = Vault()
    places = []
    for command in every_command(step):
        for text in (*command.argv, " ".join(command.argv)):
            places += [(command.line, hidden.what) for hidden in hidden_in_text(text, vault)[:1]]
    plain = _plain(replace(step, commands=()))
    if vault.redact_json(plain) != plain:
        places.append((step.fence_line, "what looks like a secret, once it is read"))
    for text in _texts(plain):
        places += [(step.fence_line, hidden.what) for hidden in hidden_in_text(text, vault)[:1]]
    return [HiddenText(line, 1, what) for line, what in dict(places).items()]


def _plain(value: object) -> Json:
    """A value as JSON, without the fields that hold names."""
    if isinstance(value, Struct):
        return {
            name: _plain(getattr(value, name))
            for name in value.__struct_fields__
            if name not in _IDS
        }
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, bool | int | float | str | None):
        return value
    return str(value)


def _texts(value: Json) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
