"""Whether a decision is the recorded one, though the record had to hide something of it.

What is recorded went through redaction once; what is decided again did not. So the two are compared
with the same redaction: by shape, and by values that only the session knew, whose placeholder then
stands for some text. Words of closed sets and names of steps are never hidden, so they have to be
equal as they are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from smoke_tui.journal.events.codec import encode
from smoke_tui.journal.events.event import Event
from smoke_tui.redaction import Vault, placeholders_in
from smoke_tui.redaction.secret import Json
from smoke_tui.regex import regex

_NUMBER: Final = regex(r"(\[REDACTED:[^\]#]+)#[0-9]+\]")
_SHORTEST: Final = 6
"""Characters; a session looks for no shorter value wherever it stands."""
_CLOSED: Final = frozenset(
    {
        "outcome",
        "code",
        "verdict",
        "port",
        "op",
        "kind",
        "goto",
        "to",
        "caller",
        "cause",
        "step",
        "steps",
        "name",
        "error",
        "calls",
        "undone",
    }
)
"""Fields of decisions whose texts are words of closed sets, or names."""


def agrees(recorded: Event, decided: Event) -> bool:
    """Whether both are one decision, what the record hides aside."""
    if recorded.line() == decided.line():
        return True
    if (
        recorded.seq,
        recorded.time,
        recorded.ms,
        recorded.kind,
        recorded.step,
        recorded.attempt,
        recorded.request_seq,
    ) != (
        decided.seq,
        decided.time,
        decided.ms,
        decided.kind,
        decided.step,
        decided.attempt,
        decided.request_seq,
    ):
        return False
    return same_bodies(recorded, decided)


def table_of(event: Event) -> dict[str, Json]:
    """The recorded table of an event."""
    return encode(event.body, event.blobs, event.secrets)


def same_bodies(recorded: Event, decided: Event) -> bool:
    """Whether two events say the same, whatever their places in the stream."""
    return same_data(table_of(recorded), table_of(decided))


def same_data(recorded: object, decided: object) -> bool:
    """As `agrees`, for what two decisions hold."""
    if recorded == decided:
        return True
    return "[REDACTED:" in str(recorded) and _alike(recorded, decided, Vault(), closed=False)


def _alike(recorded: object, decided: object, vault: Vault, *, closed: bool) -> bool:
    if isinstance(recorded, Mapping) and isinstance(decided, Mapping):
        return list(recorded) == list(decided) and all(
            _alike(recorded[key], decided[key], vault, closed=closed or key in _CLOSED)
            for key in recorded
        )
    if isinstance(recorded, list) and isinstance(decided, list):
        return len(recorded) == len(decided) and all(
            _alike(a, b, vault, closed=closed) for a, b in zip(recorded, decided, strict=True)
        )
    if isinstance(recorded, str) and isinstance(decided, str) and not closed:
        return recorded == decided or _same_text(recorded, decided, vault)
    return recorded == decided


def _same_text(recorded: str, decided: str, vault: Vault) -> bool:
    """Whether a text is what is left of another one after redaction."""
    marks = placeholders_in(recorded)
    if not marks:
        return False
    if _NUMBER.sub(r"\1]", vault.redact_text(decided)) == _NUMBER.sub(r"\1]", recorded):
        return True
    parts = []
    rest = recorded
    for mark in marks:
        before, _, rest = rest.partition(mark)
        parts.append(re.escape(before))
    pattern = f"(.{{{_SHORTEST},}}?)".join([*parts, re.escape(rest)])
    return re.fullmatch(pattern, decided, re.DOTALL) is not None
