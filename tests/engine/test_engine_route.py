"""Which route answered a turn: facts alone decide (outcomes page, degrade and proof)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smoke_tui.stack.route import ledger_lines, lines_of, standing

OURS = {"provider": "openai", "credential": "subscription"}
ROW = {"domain_id": 1, "credential": "openai subscription"}


def of(claims: Mapping[str, Any], rows: list[Mapping[str, Any]] | None = None) -> str:
    return standing([*lines_of(claims, True), *ledger_lines(rows)])


@pytest.mark.parametrize(("claims", "rows", "where"), [
    (OURS, None, "proven"),
    ({**OURS, "credential": "chatgpt-oauth"}, None, "proven"),
    ({**OURS, "fallback": False}, None, "proven"),
    ({"provider": "openai"}, [ROW], "proven"),
    ({"provider": "openai"}, None, "unproven"),
    ({"credential": "subscription"}, None, "unproven"),
    ({}, None, "unproven"), ({}, [], "unproven"), ({}, [ROW], "unproven"),
    ({"provider": None, "credential": 3}, None, "unproven"),
    ({"provider": "openai", "credential": "unknown"}, None, "unproven"),
    ({"provider": "openai"}, [{"domain_id": 1}], "unproven"),
    ({"provider": "openai"}, [ROW, {"domain_id": 1, "credential": "?"}], "unproven"),
    ({**OURS, "provider": "anthropic"}, [ROW], "degraded"),
    ({**OURS, "credential": "platform"}, [ROW], "degraded"),
    ({**OURS, "credential": "API_KEY"}, None, "degraded"),
    ({**OURS, "fallback": True}, [ROW], "degraded"),
    ({**OURS, "fallback": "gpt-4o-mini"}, None, "degraded"),
    (OURS, [ROW, {"domain_id": None, "credential": "platform"}], "degraded"),
    (OURS, [{"domain_id": None}], "degraded"),
])
def test_standing(
    claims: Mapping[str, Any], rows: list[Mapping[str, Any]] | None, where: str
) -> None:
    assert of(claims, rows) == where


ODD = st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.just("openai") | st.just(
    "subscription") | st.just("platform")


@settings(max_examples=100, deadline=None)
@given(st.fixed_dictionaries({}, optional=dict.fromkeys(
    ("provider", "credential", "fallback", "response_id"), ODD)))
def test_nothing_is_proven_without_both_words(claims: dict[str, Any]) -> None:
    if of(claims) == "proven":
        assert "openai" in str(claims.get("provider")).lower()
        assert "subscription" in str(claims.get("credential")).lower()
        assert not claims.get("fallback")
