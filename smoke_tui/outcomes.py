"""Outcomes, codes, verdicts and exit codes: data, and the few pure rules over them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Final, Literal

from smoke_tui.code_rows import ROWS, Side


class Outcome(StrEnum):
    """How a step ended; a closed set."""

    PASS = "pass"
    FAIL = "fail"
    BLOCKED = "blocked"
    EXPECTED_LIMITATION = "expected-limitation"
    WAIVED = "waived"
    NOT_RUN = "not-run"
    ERROR = "error"


class Verdict(StrEnum):
    """How a session ended; computed, never typed. Worst first."""

    ERROR = "error"
    FAIL = "fail"
    BLOCKED = "blocked"
    EXPECTED_LIMITATION = "expected-limitation"
    INCOMPLETE = "incomplete"
    PASS_WITH_WAIVERS = "pass-with-waivers"
    PASS_ATTESTED = "pass-attested"
    PASS = "pass"


class Exit(IntEnum):
    """Process exit codes; 128+n for a signal stands beside them."""

    OK = 0
    FAILED = 1
    USAGE = 2
    INVALID = 3
    NOT_PROVABLE = 4
    NOTHING = 5
    DIVERGENCE = 6
    SECRET = 7
    INTERNAL = 70


EXIT_PRECEDENCE: Final = (
    Exit.INTERNAL,
    Exit.SECRET,
    Exit.INVALID,
    Exit.DIVERGENCE,
    Exit.FAILED,
    Exit.NOT_PROVABLE,
    Exit.NOTHING,
)

VERDICT_EXITS: Final = {
    Verdict.ERROR: Exit.INTERNAL,
    Verdict.FAIL: Exit.FAILED,
    Verdict.BLOCKED: Exit.NOT_PROVABLE,
    Verdict.EXPECTED_LIMITATION: Exit.NOT_PROVABLE,
    Verdict.INCOMPLETE: Exit.NOT_PROVABLE,
    Verdict.PASS_WITH_WAIVERS: Exit.OK,
    Verdict.PASS_ATTESTED: Exit.OK,
    Verdict.PASS: Exit.OK,
}


def worst_exit(codes: Iterable[Exit]) -> Exit:
    """The one exit code of several findings, by the documented precedence."""
    seen = set(codes)
    return next((code for code in EXIT_PRECEDENCE if code in seen), Exit.OK)


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
