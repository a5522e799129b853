"""The table of failure codes, row by row."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import get_args

import pytest

from smoke_tui.failure_codes.code import Code, Fallback, NextAction, Retry, Side
from smoke_tui.failure_codes.table import CODES, outcome_of
from smoke_tui.outcomes import Outcome
from smoke_tui.rehearsal.scenarios.lookup import SCENARIOS

PAGE = """\
instructions | instructions-drift instructions-missing | fail | |
shape | shape-rejected lite-shape | fail | |
model | model-unsupported client-too-old model-not-found | fail | |
model | model-unlisted | blocked | |
credential | token-expired token-revoked token-malformed unauthorized wrong-host wrong-workspace \
| fail | second | token-expired unauthorized
account | account-deactivated workspace-deactivated workspace-region region-unsupported \
verification-required usage-limit-reached usage-not-included quota-exhausted policy-refused \
| blocked | |
edge | edge-challenge edge-block edge-path-block edge-unknown intercepted | blocked | |
service | rate-limited overloaded server-error bad-gateway response-failed | blocked | | all
stream | stream-cut stream-stalled stream-oversized | blocked | | stream-cut stream-stalled
stream | stream-malformed context-length | fail | |
degrade | degraded-model degraded-empty degraded-incomplete degraded-no-usage degraded-route \
| fail | |
proof | route-unproven | blocked | |
network | network dns tls proxy timeout | blocked | | all
refresh | refresh-reused refresh-expired refresh-revoked refresh-rejected refresh-unknown \
| blocked | |
login | scope-rejected exchange-rejected authorize-rejected bundle-incomplete | fail | |
login | port-busy port-forbidden login-denied login-timeout login-cancelled entitlement-missing \
workspace-missing workspace-restricted device-login-disabled account-id-missing | blocked | |
local | command-failed recording-missing recording-stale | fail | |
local | guard-unmet needs-operator operator-declined command-missing command-timeout not-ready \
service-died rehearsal-closed not-configured over-budget ci-refused recording-invalid \
recording-not-written interrupted | blocked | |
unlisted | request-refused redirect-refused | fail | |
answer | expectation-unmet text-drift tool-call-drift judge-fail judge-format-violation | fail | |
answer | drift-undecided judge-undecided battery-incomplete | blocked | |
"""
"""Group, codes, outcome, fallback, and which codes the engine tries again."""


@dataclass(frozen=True, slots=True)
class Row:
    group: str
    code: str
    outcome: Outcome
    fallback: Fallback
    retry: Retry


def _rows() -> list[Row]:
    found = []
    for line in PAGE.splitlines():
        group, codes, outcome, fallback, tried = (part.strip() for part in line.split("|"))
        again = codes.split() if tried == "all" else tried.split()
        for code in codes.split():
            once: Retry = "once-after-refresh" if group == "credential" else "once"
            named: Fallback = (
                "automatic"
                if code == "instructions-drift"
                else "if-blank"
                if code == "instructions-missing"
                else "second"
                if fallback == "second"
                else "no"
            )
            found.append(Row(group, code, Outcome(outcome), named, once if code in again else "no"))
    return found


ROWS = _rows()


def test_every_code_of_the_page_is_in_the_table_and_no_other() -> None:
    assert sorted(row.code for row in ROWS) == sorted(CODES)


@pytest.mark.parametrize("row", ROWS, ids=[row.code for row in ROWS])
def test_a_code_means_what_the_page_says(row: Row) -> None:
    code = CODES[row.code]
    assert Row(code.group, code.name, code.outcome, code.fallback, code.retry) == row
    assert outcome_of(row.code) is row.outcome


@pytest.mark.parametrize("row", CODES.values(), ids=list(CODES))
def test_a_row_is_complete(row: Code) -> None:
    assert re.match(r"^\S.+[.]$", row.what)
    assert re.match(r"^\S.+[.]$", row.remedy)
    assert row.side in get_args(Side)
    assert row.next_actions
    assert len(set(row.next_actions)) == len(row.next_actions)


def test_every_code_has_a_scenario_or_a_reason_why_none() -> None:
    rehearsed = {scenario.code for scenario in SCENARIOS.values()}
    for code in CODES.values():
        assert (code.name in rehearsed) is not bool(code.unrehearsed), code.name


ACTIONS = {
    NextAction.LOG_IN: """account-id-missing refresh-expired refresh-rejected refresh-reused
        refresh-revoked refresh-unknown token-expired token-malformed token-revoked unauthorized
        usage-not-included workspace-deactivated workspace-restricted wrong-workspace""",
    NextAction.COMPARE_CLIENT: """client-too-old edge-unknown instructions-drift
        instructions-missing lite-shape model-not-found model-unlisted model-unsupported
        request-refused scope-rejected shape-rejected stream-malformed""",
    NextAction.READ_EVIDENCE: """battery-incomplete degraded-empty degraded-incomplete
        degraded-no-usage drift-undecided judge-fail judge-format-violation judge-undecided
        stream-malformed stream-oversized text-drift tool-call-drift""",
}
"""The codes whose actions have a key of their own on the session screen."""

NO_RETRY = {"rate-limited", "scope-rejected", "usage-limit-reached", "wrong-host"}
"""Codes where a new try at once is not the likeliest next action."""


def test_which_codes_offer_a_key_of_their_own() -> None:
    for action, names in ACTIONS.items():
        assert {c.name for c in CODES.values() if action in c.next_actions} == set(names.split())
    retried = {c.name for c in CODES.values() if NextAction.RETRY in c.next_actions}
    assert set(CODES) - retried == NO_RETRY


@pytest.mark.parametrize(
    ("code", "side"),
    [
        ("intercepted", "this network"),
        ("edge-block", "this network"),
        ("stream-oversized", "us"),
        ("account-deactivated", "the account"),
        ("authorize-rejected", "us"),
        ("model-unlisted", "us"),
        ("tls", "this machine"),
        ("proxy", "this machine"),
    ],
)
def test_whose_side_a_code_is_on(code: str, side: str) -> None:
    assert CODES[code].side == side
