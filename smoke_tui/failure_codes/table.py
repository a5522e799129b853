"""The table of failure codes: outcome, side, text, remedy, fallback and retry of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from smoke_tui.failure_codes.rows import ROWS, Side
from smoke_tui.outcomes import (
    Outcome,
)

Fallback = Literal["no", "automatic", "if-blank", "second"]


Retry = Literal["no", "once", "once-after-refresh"]


@dataclass(frozen=True, slots=True)
class Code:
    """One way a step can end other than well.

    `what` says what happened, `side` whose side it is on, `remedy` what to do next.
    `fallback` says whether the drift fallback is taken, `retry` whether the engine tries again.
    """

    name: str
    group: str
    outcome: Outcome
    side: Side
    what: str
    remedy: str
    fallback: Fallback = "no"
    retry: Retry = "no"


_FALLBACKS: Final[dict[str, Fallback]] = {
    "instructions-drift": "automatic",
    "instructions-missing": "if-blank",
    **dict.fromkeys(
        (
            "token-expired",
            "token-revoked",
            "token-malformed",
            "unauthorized",
            "wrong-host",
            "wrong-workspace",
        ),
        "second",
    ),
}


_RETRIES: Final[dict[str, Retry]] = {
    "token-expired": "once-after-refresh",
    "unauthorized": "once-after-refresh",
    **dict.fromkeys(
        (
            "rate-limited",
            "overloaded",
            "server-error",
            "bad-gateway",
            "response-failed",
            "stream-cut",
            "stream-stalled",
            "network",
            "dns",
            "tls",
            "proxy",
            "timeout",
        ),
        "once",
    ),
}


CODES: Final[dict[str, Code]] = {
    name: Code(
        name,
        group,
        Outcome(outcome),
        side,
        what,
        remedy,
        fallback=_FALLBACKS.get(name, "no"),
        retry=_RETRIES.get(name, "no"),
    )
    for name, group, outcome, side, what, remedy in ROWS
}
"""Every code of a step that did not pass, by name."""


def outcome_of(code: str, *, fresh_credential: bool = True) -> Outcome:
    """The table's outcome of a code.

    A credential code is a failure only where the bundle was fresh: issued in this session, or
    unexpired by its own claims.
    """
    row = CODES[code]
    if row.group == "credential" and not fresh_credential:
        return Outcome.BLOCKED
    return row.outcome
