"""Which route answered a turn: facts alone decide."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smoke_tui.config.questions import QUESTIONS
from smoke_tui.config.session_config import CODEX_URL
from smoke_tui.journal.state import State
from smoke_tui.stack.ledger_rows import ledger_lines
from smoke_tui.stack.ledger_window import LedgerReading
from smoke_tui.stack.route_proof import EvidenceLine, evidence_lines, route_status
from tests.helpers.stack_turns import BY_HAND, NONCE, agreeing, turned

OURS = {"provider": "openai", "credential": "subscription"}
ROW = {"domain": "dom-1", "credential": "openai subscription", "cost": "0", "model": "gpt-5"}
BARE = {"domain": "dom-1", "cost": None}
PLATFORM = {"domain": None, "credential": "platform", "cost": "0.01"}
Rows = list[dict[str, Any]]


def lines(claims: Mapping[str, Any], rows: Rows | None = None) -> list[EvidenceLine]:
    look = None if rows is None else LedgerReading(tuple(rows))
    return [*evidence_lines(claims, True), *ledger_lines(look)]


def of(claims: Mapping[str, Any], rows: Rows | None = None) -> str:
    return route_status(lines(claims, rows))


@pytest.mark.parametrize(
    ("claims", "rows", "where"),
    [
        (OURS, [ROW], "proven"),
        (OURS, [BARE], "proven"),
        ({**OURS, "credential": "chatgpt-oauth"}, [BARE], "proven"),
        ({**OURS, "fallback": False}, [BARE], "proven"),
        ({**OURS, "headers": {"X-Codex-Plan-Type": "plus"}}, None, "proven"),
        # The stack's own words alone: a canned answer has them, too.
        (OURS, None, "unproven"),
        ({**OURS, "host": "chatgpt.com"}, None, "unproven"),
        ({**OURS, "headers": {"date": "x"}}, None, "unproven"),
        ({"provider": "openai"}, [ROW], "proven"),
        (OURS, [], "unproven"),
        ({"provider": "openai"}, None, "unproven"),
        ({"provider": "openai"}, [BARE], "unproven"),
        ({"credential": "subscription"}, None, "unproven"),
        ({"provider": "openai", "headers": {"x-codex-plan-type": "plus"}}, None, "unproven"),
        ({"provider": "openai", "host": "chatgpt.com"}, None, "unproven"),
        ({}, None, "unproven"),
        ({}, [], "unproven"),
        ({}, [ROW], "unproven"),
        ({"provider": None, "credential": 3, "host": 7, "headers": "x"}, None, "unproven"),
        ({"provider": "openai", "credential": "unknown"}, None, "unproven"),
        ({"provider": "openai"}, [ROW, BARE], "unproven"),
        ({"provider": "openai"}, [ROW, {**BARE, "credential": "?"}], "unproven"),
        ({**OURS, "provider": "anthropic"}, [ROW], "degraded"),
        ({**OURS, "credential": "platform"}, [ROW], "degraded"),
        ({**OURS, "credential": "API_KEY"}, None, "degraded"),
        ({**OURS, "fallback": True}, [ROW], "degraded"),
        ({**OURS, "fallback": "gpt-4o-mini"}, None, "degraded"),
        ({**OURS, "host": "api.openai.com"}, [ROW], "degraded"),
        ({**OURS, "headers": {"OpenAI-Organization": "org-1"}}, [ROW], "degraded"),
        (OURS, [ROW, PLATFORM], "degraded"),
        (OURS, [PLATFORM], "degraded"),
        (OURS, [{"domain": None}], "degraded"),
        (OURS, [ROW, {**BARE, "credential": "api_key"}], "degraded"),
        (OURS, [{**ROW, "provider": "xai"}], "degraded"),
    ],
)
def test_standing(claims: Mapping[str, Any], rows: Rows | None, where: str) -> None:
    assert of(claims, rows) == where


@pytest.mark.parametrize(
    ("host", "codex_url", "says"),
    [
        ("chatgpt.com", CODEX_URL, "subscription"),
        ("ChatGPT.com:443", CODEX_URL, "subscription"),
        ("https://chatgpt.com/backend-api/codex", CODEX_URL, "subscription"),
        ("127.0.0.1:4711", "http://127.0.0.1:4711/backend-api/codex", "subscription"),
        ("chatgpt.com", "http://127.0.0.1:4711/backend-api/codex", "subscription"),
        ("127.0.0.1:1", "http://127.0.0.1:4711/backend-api/codex", "unclear"),
        ("localhost", CODEX_URL, "unclear"),
        (None, CODEX_URL, "nothing"),
        ("", CODEX_URL, "nothing"),
        ("api.openai.com", CODEX_URL, "another route"),
        ("chatgpt.com.evil.example", CODEX_URL, "another route"),
        ("chatgpt.com:8443", CODEX_URL, "another route"),
        ("api.openai.com", "http://127.0.0.1:4711/backend-api/codex", "another route"),
        ("http://[", CODEX_URL, "unclear"),
    ],
)
def test_hosts(host: Any, codex_url: str, says: str) -> None:
    found = {x.name: x.conclusion for x in evidence_lines({"host": host}, True, codex_url)}
    assert found["host"] == says


def test_each_thing_is_a_line_of_its_own() -> None:
    names = [line.name for line in lines({**OURS, "headers": {"openai-organization": "x"}}, [ROW])]
    assert names == [
        "provider",
        "model",
        "credential",
        "host",
        "fallback flag",
        "response id",
        "nonce",
        "x-codex-* headers",
        "openai-organization header",
        "ledger: rows of the organisation",
        "ledger: platform-tier rows",
    ]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("look", "name", "seen", "says"),
    [
        (None, "ledger", "not given", "nothing"),
        (LedgerReading(problem="no"), "ledger", "could not be read", "nothing"),
        (LedgerReading(), "ledger: rows of the organisation", "none", "missing"),
        (
            LedgerReading((ROW, BARE)),
            "ledger: rows of the organisation",
            "2 (model gpt-5, credential openai subscription)",
            "nothing",
        ),
        (
            LedgerReading((PLATFORM,), True),
            "ledger: platform-tier rows",
            "at least 1 (credential platform)",
            "another route",
        ),
    ],
)
def test_what_a_ledger_says(look: LedgerReading | None, name: str, seen: str, says: str) -> None:
    assert EvidenceLine(name, seen, says) in ledger_lines(look)  # type: ignore[arg-type]


ODD = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=8)
    | st.sampled_from(["openai", "subscription", "platform", "chatgpt.com", "api.openai.com"])
)
CLAIMS = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(("provider", "credential", "fallback", "response_id", "host"), ODD),
        "headers": ODD
        | st.dictionaries(
            st.sampled_from(["x-codex-plan-type", "openai-organization", "date"]), ODD
        ),
    },
)
ROWS = st.none() | st.lists(
    st.fixed_dictionaries(
        {"domain": st.sampled_from([None, "dom-1"])},
        optional=dict.fromkeys(("credential", "provider", "cost", "model"), ODD),
    ),
    max_size=4,
)


@settings(max_examples=300, deadline=None)
@given(CLAIMS, ROWS)
def test_what_is_proven_was_shown(claims: dict[str, Any], rows: Rows | None) -> None:
    if of(claims, rows) != "proven":
        return
    assert "openai" in str(claims.get("provider")).lower()
    headers = claims.get("headers")
    assert rows or (isinstance(headers, dict) and "x-codex-plan-type" in headers)
    words = [claims.get("credential"), *(row.get("credential") for row in rows or ())]
    assert any(
        "subscription" in str(word).lower() or "chatgpt" in str(word).lower() for word in words
    )
    assert not claims.get("fallback")
    assert claims.get("host") != "api.openai.com"
    if rows is not None:
        assert rows
        assert all(row["domain"] is not None for row in rows)


@settings(max_examples=100, deadline=None)
@given(CLAIMS, ROWS, ROWS)
def test_more_evidence_never_takes_a_degrade_away(
    claims: dict[str, Any], rows: Rows | None, more: Rows | None
) -> None:
    if of(claims, rows) == "degraded":
        assert of(claims, [*(rows or []), *(more or [])]) == "degraded"


# --- the step itself ------------------------------------------------------------------------

ANSWERED = {
    "output_text": f"A word: {NONCE}",
    "route": {**OURS, "model": "gpt-5"},
    "usage": {"input_tokens": 9, "output_tokens": 3},
}
DEGRADED = {**ANSWERED, "fallback_used": True}


def ended(state: State) -> tuple[str | None, str | None]:
    step = state.steps["turn"]
    return step.outcome.value if step.outcome else None, step.code


def findings(state: State) -> list[str]:
    return [found.code for found in state.findings]


def evidence(state: State) -> dict[str, str]:
    value: Any = dict(state.steps["turn"].tries[-1].evidence_values())["route"]
    return {name: says for name, _, says in value}


def test_a_row_that_comes_late_is_waited_for() -> None:
    state = turned(ANSWERED, [[], [], [ROW]])
    assert ended(state) == ("pass", None)
    assert evidence(state)["ledger: rows of the organisation"] == "subscription"
    assert findings(state) == []


def test_a_ledger_that_knows_nothing_of_the_turn_leaves_it_unproven() -> None:
    state = turned(ANSWERED, [[]])
    assert ended(state) == ("blocked", "route-unproven")
    assert "no row of the organisation" in state.steps["turn"].summary


@pytest.mark.parametrize("looks", [["it is shut"], [[], "it is shut"]])
def test_a_ledger_that_cannot_be_read_weakens_the_proof(looks: list[Any]) -> None:
    assert ended(turned(ANSWERED, looks)) == ("blocked", "route-unproven")
    state = turned({**ANSWERED, "upstream_headers": {"x-codex-plan-type": "plus"}}, looks)
    assert ended(state) == ("pass", None)
    assert findings(state) == ["ledger"]
    assert "it is shut" in state.findings[0].message
    assert evidence(state)["ledger"] == "nothing"


def test_a_cost_under_a_subscription_is_a_finding_and_no_verdict() -> None:
    state = turned(ANSWERED, [[{**ROW, "cost": "0.004"}, {**ROW, "cost": "0.001"}]])
    assert ended(state) == ("pass", None)
    assert findings(state) == ["ledger-cost"]
    assert "$0.005" in state.findings[0].message


def test_headers_without_the_quota_are_a_finding() -> None:
    state = turned({**ANSWERED, "upstream_headers": {"date": "x"}}, [[ROW]])
    assert (ended(state), findings(state)) == (("pass", None), ["no-quota-headers"])


WORDS = (
    "yes",
    "no",
    "pass",
    "fail",
    "blocked",
    "done",
    "use",
    "keep",
    "file",
    "captured",
    "paste",
    "run",
    "finish",
    "anything",
)
SILENT = ("begin", "spend", "commands", "finish")


@pytest.mark.parametrize("by", ["request", "hand"])
@pytest.mark.parametrize("do", WORDS)
def test_no_answer_makes_a_degraded_turn_pass(do: str, by: str) -> None:
    asked = []

    def reply(kind: str, data: Mapping[str, Any]) -> Mapping[str, str] | None:
        asked.append(kind)
        if kind in SILENT:
            return agreeing(kind, data)
        return {"do": do, "words": "I saw it myself", "reason": "seen", "model": "gpt-5"}

    state = turned(
        DEGRADED, [[ROW, PLATFORM]], reply=reply, **({} if by == "request" else {"by": BY_HAND})
    )
    outcome, code = ended(state)
    assert outcome != "pass"
    assert code == "degraded-route" or by == "hand"
    assert state.attested == []
    assert "attest" not in asked
    assert state.verdict is not None
    assert not state.verdict.value.startswith("pass")


@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        ("begin", {"do": "waive", "reason": "I saw it"}),
        ("begin", {"do": "stop"}),
        ("spend", {"do": "no"}),
        ("finish", {"do": "again", "step": "turn"}),
        *((kind, {"do": "absent"}) for kind in sorted(QUESTIONS)),
    ],
)
def test_no_way_around_a_degraded_turn(kind: str, answer: Mapping[str, str]) -> None:
    once = [True]

    def reply(asked: str, data: Mapping[str, Any]) -> Mapping[str, str] | None:
        if asked == kind and once:
            once.clear()
            return answer
        return agreeing(asked, data)

    state = turned(DEGRADED, [[ROW, PLATFORM]], reply=reply)
    assert "turn" not in state.steps or ended(state)[0] != "pass"
    assert state.verdict is None or not state.verdict.value.startswith("pass")
