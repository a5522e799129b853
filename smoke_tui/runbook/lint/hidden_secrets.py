"""What the record would hide of a runbook: then nobody could read it back, or run it again.

A session keeps its runbook's text, redacted like all that it keeps. So a text that looks like a
secret is an error of the runbook, also where only what the TOML or the command says looks like one
(an escape, a quoted half), and a placeholder of a hidden value is one, too.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from enum import Enum
from itertools import zip_longest
from typing import Any, Final

from smoke_tui.redaction import Vault, placeholders_in
from smoke_tui.runbook.model import Step
from smoke_tui.runbook.parser.commands import every_command

_LINE: Final = re.compile(r"\r\n|\r|\n")
_IDS: Final = frozenset({"id", "kind", "needs", "goto", "restart", "name"})
"""Fields that hold names, which are data and are never redacted."""


@dataclasses.dataclass(frozen=True, slots=True)
class Hidden:
    """A place that the record would hide: line and column from 1, and what it looks like."""

    line: int
    col: int
    what: str


def hidden_in_text(text: str, vault: Vault | None = None) -> list[Hidden]:
    """Every line of a text that would not be kept as it is, given what `vault` knows."""
    found = [
        Hidden(number, line.index(mark) + 1, "a placeholder of a hidden value")
        for number, line in enumerate(_LINE.split(text), 1)
        for mark in placeholders_in(line)[:1]
    ]
    kept = (vault or Vault()).redact_text(text)
    if kept == text:
        return found
    before, after = _LINE.split(text), _LINE.split(kept)
    for number, (line, shown) in enumerate(zip_longest(before, after, fillvalue=""), 1):
        if line != shown:
            same = next(
                (i for i, (a, b) in enumerate(zip(line, shown, strict=False)) if a != b),
                min(len(line), len(shown)),
            )
            found.append(Hidden(min(number, len(before)), same + 1, _what(shown, line)))
            if len(before) != len(after):
                break
    return found


def _what(shown: str, line: str) -> str:
    """What a hidden place looks like, by the placeholder that takes its place."""
    new = [mark for mark in placeholders_in(shown) if mark not in line]
    kind = new[0].removeprefix("[REDACTED:").partition("#")[0] if new else "secret"
    return f"what looks like a secret ({kind.replace('_', ' ')})"


def hidden_in_step(step: Step) -> list[Hidden]:
    """What only the read values of a step show: where its commands or its block begin."""
    vault = Vault()
    found = []
    for command in every_command(step):
        for text in (*command.argv, " ".join(command.argv)):
            found += [(command.line, seen.what) for seen in hidden_in_text(text, vault)[:1]]
    plain = _plain(dataclasses.replace(step, commands=()))
    if vault.redact_json(plain) != plain:
        found.append((step.fence_line, "what looks like a secret, once it is read"))
    for text in _texts(plain):
        found += [(step.fence_line, seen.what) for seen in hidden_in_text(text, vault)[:1]]
    return [Hidden(line, 1, what) for line, what in dict(found).items()]


def _plain(value: Any) -> Any:
    """A value as the record would hold it, without the names in it."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            field.name: _plain(getattr(value, field.name))
            for field in dataclasses.fields(value)
            if field.name not in _IDS
        }
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Enum | Decimal):
        return str(value)
    return value


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
