"""What is in the way before step 1: in the order of the walk, each with what to do."""

from __future__ import annotations

from smoke_tui.presentation.live.briefing import facts_of
from smoke_tui.presentation.live.preflight import Finding, clear_text, problem_rows, unmet_guards
from smoke_tui.presentation.spans import as_text
from smoke_tui.session.session_view import SessionView
from tests.helpers.event_log import EventLog, shipped

SEED = Finding(
    "guard-unmet",
    "error",
    "seed-org",
    "The seed is a script of the product (file tools/dev/customer_seed.py, runbook line 111)",
    "Give the folder with --project.",
)
CALL = Finding("not-configured", "error", "live-call", "No base instructions.", "Give a file.")
DNS = Finding("dns", "error", None, "chatgpt.com: not known", "Check DNS and VPN.")
GOOD = Finding("credential", "info", "oauth-login", "No credential was given; this step gets one.")


def test_problems_are_named_in_the_order_of_the_walk_with_what_to_do() -> None:
    rows = [as_text(row) for row in problem_rows(shipped(), [SEED, GOOD, DNS, CALL])]
    assert rows == [
        "3 things are in the way. Nothing was spent.",
        "✗ 2 Make one live call: No base instructions.",
        "  To do: Give a file.",
        "✗ 4 Seed an organisation and its domain: The seed is a script of the product (file "
        "tools/dev/customer_seed.py, runbook line 111)",
        "  To do: Give the folder with --project.",
        "✗ chatgpt.com: not known",
        "  To do: Check DNS and VPN.",
    ]


def test_where_nothing_is_in_the_way_there_is_nothing_to_ask() -> None:
    assert problem_rows(shipped(), [GOOD]) == []
    assert clear_text([GOOD]).startswith("Preflight: nothing is in the way (1 check passed).")


def guard(log: EventLog, findings: list[Finding]) -> str:
    view = SessionView.of_record(shipped(), log.events)
    view.unmet_guards = unmet_guards(findings)
    facts = dict(facts_of(view.snapshot(), shipped().step("seed-org")))
    return as_text(facts["Guard"]).partition("  file ")[0].partition("file ")[0]


def test_a_guard_carries_the_mark_of_the_preflight_and_then_of_the_step() -> None:
    assert guard(EventLog(), []) == ""
    assert guard(EventLog(), [SEED]) == "✗ not met"
    unmet = EventLog().tried("seed-org", "blocked", "guard-unmet", SEED.message)
    assert guard(unmet, []) == "✗ not met"
    assert guard(EventLog().tried("seed-org", "pass"), [SEED]) == "✓ met"
    assert guard(EventLog().tried("seed-org", "fail", "command-failed"), [SEED]) == "✓ met"
