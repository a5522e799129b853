"""The texts that an operator reads in every scenario of the rehearsal, held as goldens."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import groupby

import pytest

from smoke_tui.failure_codes.table import CODES
from smoke_tui.rehearsal import list_scenarios
from smoke_tui.rehearsal.scenarios.lookup import find_scenario
from tests.helpers.program import Program

SLOW = {
    "timeout",
    "login-timeout",
    "command-timeout",
    "not-ready",
    "stream-oversized",
    "stream-stalled",
    "service-died",
}
"""Scenarios that wait for what never comes, send a flood, or strike at a moment of their own."""

RECOVERED = (None, "instructions-drift", "device-login-disabled")
"""Codes of scenarios that may end well."""

FAILS_AT = {
    "degraded-route": "authoring-turn",
    "degraded-route-header": "authoring-turn",
    "degraded-route-own-key": "authoring-turn",
    "degraded-model-swapped": "authoring-turn",
    "route-unproven": "authoring-turn",
    "route-unproven-canned": "authoring-turn",
    "route-unproven-claimed": "authoring-turn",
    "expectation-unmet-page": "authoring-turn",
    "operator-declined-saved": "paste-credential",
    "command-failed": "seed-org",
    "command-failed-half-way": "seed-org",
    "expectation-unmet": "seed-org",
    "expectation-unmet-field": "seed-org",
}
"""Scenarios whose stack goes wrong: the one step that has to notice."""

VARYING = (
    (re.compile(r"http://127\.0\.0\.1:\d+"), "http://LOOPBACK"),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"), "TIME"),
    (re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{4}"), "SESSION"),
    (re.compile(r"(org|dom|world)[-_][0-9a-f]{8}"), r"\1-ID"),
    (re.compile(r"/[^ ]*smoke-rehearsal-\w+"), "FOLDER"),
    (re.compile(r"\b(req|resp|FAKE)[-_]?[0-9a-f]{12,}\b"), r"\1-ID"),
    (re.compile(r"\(\d+\.\d s"), "(TIME"),
    # Which call of a battery comes first is the machine's own.
    (re.compile(r"Detected: [a-z-]+, repeat \d+: [^.]*\."), "Detected: CALL."),
    (re.compile(r"first [a-z-]+, repeat \d+"), "first CALL"),
    (re.compile(r"Without an answer: rate-limited \d+"), "Without an answer: rate-limited N"),
)


def in_fixed_order(text: str) -> str:
    """Lines of output sorted: which of two streams comes first is the machine's own."""
    blocks = groupby(text.split("\n"), key=lambda line: line.startswith("    | "))
    return "\n".join(
        line for printed, block in blocks for line in (sorted(block) if printed else block)
    )


def texts_of(program: Program, scenario: str) -> str:
    """The result as a person reads it, with what varies replaced, and each code's full words."""
    runbook = find_scenario(scenario).runbook
    done = program("--check", runbook, "--rehearse", "--scenario", scenario)
    text = done.out
    for pattern, word in VARYING:
        text = pattern.sub(word, text)
    lines = [in_fixed_order(text.rstrip()), ""]
    for line in done.err.splitlines():
        code = CODES.get(line.split()[-1])
        if line.startswith("step ") and code is not None:
            lines.append(f"{line}\n  {code.what}\n  Whose side: {code.side}. Next: {code.remedy}")
    return "\n".join(lines).rstrip() + "\n"


@pytest.mark.parametrize("scenario", [name for name, _ in list_scenarios() if name not in SLOW])
def test_the_texts_of_a_scenario(
    program: Program, golden: Callable[[str, str], None], scenario: str
) -> None:
    golden(f"told-{scenario}", texts_of(program, scenario))
    # The record holds, replays without a difference, and never comes to a pass.
    verified = program("--check", "last", "--json")
    code = find_scenario(scenario).code
    if code in RECOVERED:
        return
    result = verified.json()
    failed = [(step["id"], step["code"]) for step in result["steps"] if step["code"]]
    assert code in {code for _, code in failed}
    if scenario in FAILS_AT:
        assert failed == [(FAILS_AT[scenario], code)]
    assert verified.code == {"fail": 1, "blocked": 4}[result["verdict"]]
