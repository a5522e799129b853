"""The event vocabulary: one line of a journal, and which words are facts and which decisions.

A fact is an answer of the world, stamped with the world's time. A decision is a pure function of
the runbook and of earlier facts, dated by the fact that caused it.
"""

from __future__ import annotations

import json
import math
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

SCHEMA: Final = "smoke-journal/1"

FACTS: Final[Mapping[str, str]] = {
    "session.opened": "the session's first line: runbook, settings, who and where",
    "session.resumed": "somebody goes on with it: settings, who and where; what lived is gone",
    "http": "the answer of an HTTP request, or why there was none",
    "listen": "a listener is ready, was called, or could not listen",
    "process": "a child started, printed a block, was read out, or ended",
    "tcp": "a connection came about, or why not",
    "timer": "a time that was waited for has come",
    "draw": "a random value was drawn; only its public parts are here",
    "browser": "a page was handed to the browser, or could not be",
    "clipboard": "a text was offered to be carried elsewhere",
    "file": "a file was read or written, or could not be",
    "env": "variables of the environment were looked at",
    "codex-cli": "what the installed Codex CLI sends, captured on loopback",
    "health": "whether a service that was ready still answers, said when it changes",
    "price": "what tokens cost at the public rates of an API, from a table of prices",
    "ledger": "rows of the stack's ledger, or why there are none",
    "answered": "the operator, or who stands for them, answered a question",
    "cancelled": "the operator stopped a step or the session",
    "fault": "our own tool broke; the trace has no local variables",
    "noted": "the operator noted something",
}

DECISIONS: Final[Mapping[str, str]] = {
    "request": "the engine asks the world for something",
    "release": "the engine no longer waits for it",
    "try.started": "a try of a step begins",
    "evidence": "something seen that matters",
    "finding": "something worth a look that decides nothing",
    "captured": "a value for later steps",
    "provided": "a resource that outlives its step",
    "amended": "the operator's word on a step is another now: the old outcome, the new word, why",
    "undone": "what was done counts no more, and is to be done again",
    "resource.lost": "such a resource is gone",
    "spend.reserved": "a call is about to be made",
    "spend.settled": "what the call cost, as far as it is known",
    "try.finished": "what a try came to, before rules",
    "rule.matched": "a rule of the runbook applies",
    "branch.taken": "the walk goes to a fallback",
    "retry.planned": "the engine tries the step once more",
    "step.finished": "the outcome of a step",
    "session.closed": "the verdict and the totals",
}


class JournalDamage(ValueError):
    """A journal line that can't be what was written. The text says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a journal.

    `t` is UTC, ISO 8601 with milliseconds; `ms` counts monotonic milliseconds since the session
    opened; `n` is the number of the step's try; `re` is the `seq` of the request it answers.
    """

    seq: int
    t: str
    ms: int
    ev: str
    step: str | None = None
    n: int | None = None
    re: int | None = None
    data: Mapping[str, Any] = field(default_factory=dict)

    def line(self) -> bytes:
        """The canonical bytes of the line, with its checksum and a final newline."""
        head = json.dumps(
            {
                "seq": self.seq,
                "t": self.t,
                "ms": self.ms,
                "ev": self.ev,
                "step": self.step,
                "try": self.n,
                "re": self.re,
                "data": self.data,
            },
            ensure_ascii=True,
            allow_nan=False,
            separators=(",", ":"),
            sort_keys=False,
        )[:-1].encode("ascii")
        return head + b',"crc":"%08x"}\n' % zlib.crc32(head)

    @property
    def is_fact(self) -> bool:
        return self.ev in FACTS


def storable(value: Any) -> Any:
    """A value as a journal can hold it: no NaN or infinity, no half of a surrogate pair."""
    if isinstance(value, str):
        return value if value.isascii() else _whole(value)
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, Mapping):
        return {storable(str(key)): storable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [storable(item) for item in value]
    return value


def _whole(text: str) -> str:
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def parse_line(line: bytes) -> Event:
    """Read one line (without or with its newline).

    Raises:
        JournalDamage: the checksum does not fit, or the line has another form.
    """
    body = line.rstrip(b"\n")
    head, mark, tail = body.rpartition(b',"crc":"')
    if not mark or len(tail) != 10 or not tail.endswith(b'"}'):
        raise JournalDamage("the line has no checksum at its end")
    if b"%08x" % zlib.crc32(head) != tail[:8]:
        raise JournalDamage("the line's checksum does not fit its content")
    try:
        raw = json.loads(head + b"}")
        event = Event(
            raw["seq"],
            raw["t"],
            raw["ms"],
            raw["ev"],
            raw["step"],
            raw["try"],
            raw["re"],
            raw["data"],
        )
        for value, kinds in (
            (event.seq, int),
            (event.t, str),
            (event.ms, int),
            (event.ev, str),
            (event.step, str | None),
            (event.n, int | None),
            (event.re, int | None),
            (event.data, dict),
        ):
            if not isinstance(value, kinds):
                raise TypeError(f"{type(value).__name__} where another kind belongs")
        return event
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise JournalDamage(f"the line is not a journal event ({type(error).__name__})") from None
