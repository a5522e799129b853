"""Outcomes, codes, verdicts and exit codes: data, and the few pure rules over them."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum, StrEnum
from typing import Final


class Outcome(StrEnum):
    """How a step ended; a closed set."""

    PASS = "pass"
    FAIL = "fail"
    BLOCKED = "blocked"
    EXPECTED_LIMITATION = "expected-limitation"
    WAIVED = "waived"
    NOT_RUN = "not-run"
    ERROR = "error"


GOOD_OUTCOMES: Final = (Outcome.PASS, Outcome.WAIVED)
"""Outcomes of steps that other steps may need."""

BAD_OUTCOMES: Final = (
    Outcome.ERROR,
    Outcome.FAIL,
    Outcome.BLOCKED,
    Outcome.EXPECTED_LIMITATION,
)
"""Outcomes of steps that did not show what they should, worst first."""


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
    """Process exit codes; a process that signal n stopped exits with 128+n."""

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
    """The exit code for several findings: the first of `EXIT_PRECEDENCE` among them, else OK."""
    occurred = set(codes)
    return next((code for code in EXIT_PRECEDENCE if code in occurred), Exit.OK)
