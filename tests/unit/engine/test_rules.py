"""From what a try came to, to a decision: rules first, then the table of codes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smoke_tui.engine.conditions import matches
from smoke_tui.engine.rules import Decision, judge
from smoke_tui.failure_codes.table import CODES, outcome_of
from smoke_tui.journal.state import StepState
from smoke_tui.outcomes import Outcome
from smoke_tui.runbook.model import Step
from smoke_tui.world.result import Result
from tests.helpers.engine_runs import book, call, told, tried

EXPECTED = '[[on]]\nmatch = {{ {match} }}\noutcome = "{outcome}"\nwhy = "because"'
MEND = 'id = "mend"\nkind = "manual"\nask = "?"\nfallback = true\nretry = { max = 1 }'
GOTO = '[[on]]\nmatch = { code = "instructions-drift" }\ngoto = "mend"'
FRESH = StepState("ask")


def step_of(*lines: str, kind: str = "call") -> Step:
    blocks = [call("ask", *lines), *([MEND] if any("goto" in line for line in lines) else [])]
    return book(*blocks).step("ask")


def rule(match: str, outcome: str = "expected-limitation") -> str:
    return EXPECTED.format(match=match, outcome=outcome)


def decide(
    step: Step,
    code: str | None,
    *,
    origin: str = "residential",
    known: StepState = FRESH,
    bounds: dict[str, int] | None = None,
    body: str = "",
    error: bool = False,
    **observed: Any,
) -> Decision:
    result = Result(code, "seen", observed, body, error)
    return judge(step, result, known, origin, bounds if bounds is not None else {"mend": 1})


def known_after(*tries: list[tuple[Any, ...]]) -> StepState:
    state = told(*[event for one in tries for event in one])
    return state.steps["ask"]


@pytest.mark.parametrize("code", sorted(CODES))
def test_without_a_rule_the_table_of_codes_decides(code: str) -> None:
    known = known_after(tried("ask", None), tried("ask", None, 2, "retry"))
    decision = decide(step_of(), code, known=known)
    assert (decision.outcome, decision.code) == (CODES[code].outcome, code)
    assert (decision.goto, decision.delay, decision.rule) == (None, None, None)


def test_met_expectations_pass_and_unmet_ones_fail() -> None:
    step = step_of('expect = [{ status = 200 }, { body_contains = ["yes"] }]')
    assert decide(step, None, status=200, body="YES it is").outcome is Outcome.PASS
    for status, body in ((200, "no"), (500, "yes"), (None, "yes")):
        decision = decide(step, None, status=status, body=body)
        assert (decision.outcome, decision.code) == (Outcome.FAIL, "expectation-unmet")


def test_a_code_stands_whatever_the_expectations_say() -> None:
    decision = decide(step_of("expect = [{ status = 200 }]"), "degraded-empty", status=200)
    assert (decision.outcome, decision.code) == (Outcome.FAIL, "degraded-empty")


def test_our_own_bug_is_an_error_before_any_rule() -> None:
    step = step_of(rule('origin = "residential"'))
    assert decide(step, None, error=True) == Decision(outcome=Outcome.ERROR)


def test_the_first_rule_that_matches_wins() -> None:
    step = step_of(rule('code = "edge-block"', "blocked"), rule("status = 403", "fail"))
    first = decide(step, "edge-block", status=403)
    assert (first.outcome, first.rule) == (Outcome.BLOCKED, step.rules[0])
    second = decide(step, "edge-unknown", status=403)
    assert (second.outcome, second.rule) == (Outcome.FAIL, step.rules[1])


@pytest.mark.parametrize("origin", ["datacenter", "residential", "office", "unknown"])
@pytest.mark.parametrize("code", ["edge-challenge", "edge-block", "edge-unknown", "token-expired"])
def test_a_limitation_is_expected_only_from_the_declared_origin(origin: str, code: str) -> None:
    step = step_of(rule('code = ["edge-challenge", "edge-block"], origin = "datacenter"'))
    decision = decide(step, code, origin=origin, headers=[["server", "cloudflare"]])
    if origin == "datacenter" and code in ("edge-challenge", "edge-block"):
        assert decision.outcome is Outcome.EXPECTED_LIMITATION
        assert (decision.code, decision.rule) == (code, step.rules[0])
    else:
        assert decision.outcome is CODES[code].outcome
        assert decision.rule is None


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(sorted(CODES)),
    st.booleans(),
    st.integers(0, 3),
    st.sampled_from(["datacenter", "unknown"]),
)
def test_no_code_ever_passes_and_no_limitation_comes_without_a_rule(
    code: str, fresh: bool, tries: int, origin: str
) -> None:
    known = known_after(*[tried("ask", None, n) for n in range(1, tries + 2)])
    decision = decide(step_of(), code, known=known, origin=origin, fresh=fresh)
    assert decision.outcome not in (Outcome.PASS, Outcome.EXPECTED_LIMITATION)
    if decision.outcome is not None:
        assert decision.outcome is outcome_of(code, fresh_credential=fresh)


def test_a_branch_is_taken_as_often_as_its_fallback_allows() -> None:
    step = step_of(GOTO)
    assert decide(step, "instructions-drift").goto == "mend"
    back = known_after(tried("ask", None), tried("ask", None, 2, "return", "mend"))
    bound = decide(step, "instructions-drift", known=back)
    assert (bound.goto, bound.outcome) == (None, Outcome.FAIL)
    assert decide(step, "instructions-drift", known=back, bounds={"mend": 2}).goto == "mend"
    other = known_after(tried("ask", None), tried("ask", None, 2, "return", "other"))
    assert decide(step, "instructions-drift", known=other).goto == "mend"
    assert decide(step, "instructions-drift", bounds={}).goto is None


def test_past_its_bound_a_branch_leaves_the_decision_to_the_next_rule() -> None:
    step = step_of(GOTO, rule('code = "instructions-drift"', "blocked"))
    back = known_after(tried("ask", None), tried("ask", None, 2, "return", "mend"))
    decision = decide(step, "instructions-drift", known=back)
    assert (decision.goto, decision.outcome) == (None, Outcome.BLOCKED)


CREDENTIAL = [name for name, code in CODES.items() if code.group == "credential"]


@pytest.mark.parametrize("code", CREDENTIAL)
def test_a_credential_code_fails_only_with_a_fresh_bundle(code: str) -> None:
    assert decide(step_of(), code, fresh=True).outcome is Outcome.FAIL
    assert decide(step_of(), code, fresh=False).outcome is Outcome.BLOCKED
    assert decide(step_of(GOTO), code, fresh=True).goto is None


@pytest.mark.parametrize("code", sorted(name for name, c in CODES.items() if c.retry == "once"))
def test_what_may_pass_by_itself_is_tried_once_more(code: str) -> None:
    first = decide(step_of(), code, known=known_after(tried("ask", None)))
    assert (first.delay, first.code, first.outcome) == (1.0, code, None)
    again = known_after(tried("ask", None), tried("ask", None, 2, "retry"))
    assert decide(step_of(), code, known=again).outcome is CODES[code].outcome


@pytest.mark.parametrize("code", sorted(name for name, c in CODES.items() if c.retry != "once"))
def test_nothing_else_is_tried_by_itself(code: str) -> None:
    assert decide(step_of(), code, known=known_after(tried("ask", None))).delay is None


REFRESHED = sorted(name for name, c in CODES.items() if c.retry == "once-after-refresh")


@pytest.mark.parametrize("code", sorted(CODES))
def test_a_refresh_comes_once_for_a_refused_token_that_may_be_renewed(code: str) -> None:
    first = known_after(tried("ask", None))
    decision = decide(step_of(), code, known=first, refreshable=True)
    assert decision.refresh is (code in REFRESHED)
    assert not decide(step_of(), code, known=first, refreshable=False).refresh
    again = known_after(tried("ask", None), tried("ask", None, 2, "refresh"))
    assert not decide(step_of(), code, known=again, refreshable=True).refresh


def test_a_refresh_stays_within_the_cap() -> None:
    step = step_of('spend = { kind = "subscription", max_calls = 1 }')
    spent = [*tried("ask", None)]
    spent.insert(1, ("spend.reserved", "ask", 1, {"calls": 1}))
    assert not decide(step, "token-expired", known=known_after(spent), refreshable=True).refresh


@pytest.mark.parametrize(
    ("delay", "expected"),
    [
        (2.5, 2.5),
        (0, 1.0),
        (None, 1.0),
        (119.5, 119.5),
        (120.5, None),
        (1e9, None),
        (-1, None),
    ],
)
def test_the_asked_delay_is_kept_within_the_steps_limit(
    delay: float | None, expected: float | None
) -> None:
    step = step_of('timeout = "2m"')
    decision = decide(step, "rate-limited", known=known_after(tried("ask", None)), delay=delay)
    assert decision.delay == expected
    assert decision.outcome is (None if expected is not None else Outcome.BLOCKED)


def test_the_limit_counts_what_the_try_has_used() -> None:
    known = known_after(tried("ask", None))
    known.tries[0].started, known.tries[0].ended = 0, 119_000
    step = step_of('timeout = "2m"')
    assert decide(step, "rate-limited", known=known, delay=0.5).delay == 0.5
    assert decide(step, "rate-limited", known=known, delay=2).delay is None


def test_a_retry_stays_within_the_cap() -> None:
    step = step_of('spend = { kind = "subscription", max_calls = 1 }')
    spent = [*tried("ask", None)]
    spent.insert(1, ("spend.reserved", "ask", 1, {"calls": 1}))
    assert decide(step, "overloaded", known=known_after(spent)).delay is None
    assert decide(step_of(), "overloaded", known=known_after(spent)).delay == 1.0


@pytest.mark.parametrize("kind", ["login", "manual", "run", "service"])
def test_a_login_and_what_changes_things_are_never_tried_again(kind: str) -> None:
    extra = {
        "login": 'provider = "openai"',
        "manual": 'ask = "?"',
        "run": "",
        "service": 'ready = { tcp = "127.0.0.1:1" }',
    }[kind]
    effects = "" if kind == "manual" else 'effects = "local"'
    step = book(f'id = "ask"\nkind = "{kind}"\n{extra}\n{effects}').step("ask")
    assert decide(step, "network", known=known_after(tried("ask", None))).delay is None


@pytest.mark.parametrize(
    ("match", "observed", "met"),
    [
        ("status = 200", {"status": 200}, True),
        ("status = 200", {"status": 201}, False),
        ("status = 200", {}, False),
        ('header = { x-a = "1" }', {"headers": [["X-A", "1"]]}, True),
        ('header = { X-A = "*" }', {"headers": [["x-a", "anything"]]}, True),
        ('header = { x-a = "1" }', {"headers": [["x-a", "2"]]}, False),
        ('header = { x-a = "*" }', {"headers": []}, False),
        ('header = { x-a = "1", x-b = "2" }', {"headers": [["x-a", "1"]]}, False),
        ('json = "a.b", is = "non-empty"', {"json": {"a": {"b": "x"}}}, True),
        ('json = "a.b", is = "non-empty"', {"json": {"a": {"b": ""}}}, False),
        ('json = "a.b", is = "present"', {"json": {"a": {"b": ""}}}, True),
        ('json = "a.b", is = "absent"', {"json": {"a": {}}}, True),
        ('json = "a.b", is = "absent"', {"json": {"a": {"b": 1}}}, False),
        ('json = "a.b", equals = 1', {"json": {"a": {"b": 1}}}, True),
        ('json = "a.b", equals = 1', {"json": {"a": {"b": True}}}, False),
        ('json = "a.b", equals = 1', {"json": {"a": {"b": "1"}}}, False),
        ('json = "a.b", equals = "x"', {"json": None}, False),
        ('route = "openai/subscription"', {"route": "openai/subscription"}, True),
        ('route = "openai/subscription"', {"route": None}, False),
        ('route = "openai/subscription"', {"route": "degraded"}, False),
        ("exit = 0", {"exit": 0}, True),
        ("exit = 0", {"exit": 1}, False),
        ("exit = 0", {}, False),
        ('body_contains = ["One", "two"]', {"body": "ONE and Two"}, True),
        ('body_contains = ["one", "three"]', {"body": "one two"}, False),
    ],
)
def test_every_word_of_the_match_language(match: str, observed: dict[str, Any], met: bool) -> None:
    step = step_of(rule(match, "blocked"))
    body = observed.pop("body", "")
    result = Result(None, "", observed, body)
    assert matches(step.rules[0].match, result, None, "unknown") is met


def test_json_is_read_from_the_body_where_nothing_else_holds_it() -> None:
    step = step_of(rule('json = "a", equals = 1', "blocked"))
    assert matches(step.rules[0].match, Result(None, "", {}, '{"a": 1}'), None, "unknown")
    assert not matches(step.rules[0].match, Result(None, "", {}, "no json"), None, "unknown")


def test_a_single_code_is_a_word_and_not_a_part_of_one() -> None:
    step = step_of(rule('code = "edge-block"', "blocked"))
    found = step.rules[0].match
    assert matches(found, Result("edge-block", ""), "edge-block", "unknown")
    for code in (None, "edge", "block"):
        assert not matches(found, Result(code, ""), code, "unknown")


def test_all_conditions_of_a_match_have_to_hold() -> None:
    found = step_of(rule('code = "edge-block", status = 403', "blocked")).rules[0].match
    assert matches(found, Result("edge-block", "", {"status": 403}), "edge-block", "unknown")
    assert not matches(found, Result("edge-block", "", {"status": 404}), "edge-block", "unknown")
