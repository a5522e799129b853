"""A few dozen mutations through the whole program: a server, the engine, the record and its replay."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from smoke_tui.outcomes import Verdict
from tests.helpers.valid_answers import (
    MESSAGE,
    NONCE,
    QUOTA,
    USAGE,
    Event,
    completed,
    delta,
    framed,
    honest_events,
    item_done,
    lifecycle,
)
from tests.integration.steps.test_hostile_answers import CALL, TURN, ended

GOOD = (Verdict.PASS, Verdict.PASS_ATTESTED, Verdict.PASS_WITH_WAIVERS)
MODEL = "gpt-5-codex"
EVENTS = honest_events()


def wire(events: list[Event]) -> bytes:
    """A stream for the model and the nonce of the session."""
    return (
        framed(events).replace(b'"gpt-5.5', f'"{MODEL}'.encode()).replace(NONCE.encode(), b"NONCE")
    )


def with_end(**more: Any) -> list[Event]:
    return [*EVENTS[:-1], completed(**more)]


def with_item(**more: Any) -> list[Event]:
    item = {**MESSAGE, **more}
    return [*EVENTS[:10], item_done(item), completed(output=[])]


LIES: dict[str, tuple[list[Event], str]] = {
    "status": (with_end(status="failed"), "response-failed"),
    "no status": (with_end(status=None), "stream-malformed"),
    "incomplete": (with_end(status="incomplete"), "degraded-incomplete"),
    "details": (with_end(incomplete_details={"reason": "x"}), "degraded-incomplete"),
    "error": (with_end(error={"code": "rate_limit_exceeded"}), "rate-limited"),
    "model": (with_end(model="gpt-5.2"), "degraded-model"),
    "mini": (with_end(model=f"{MODEL}-mini"), "degraded-model"),
    "id": (with_end(id="resp_2"), "stream-malformed"),
    "no usage": (with_end(usage=None), "degraded-no-usage"),
    "zero usage": (
        with_end(
            usage={**USAGE, "output_tokens": 0, "total_tokens": 110, "output_tokens_details": None}
        ),
        "degraded-no-usage",
    ),
    "cached": (
        with_end(usage={**USAGE, "input_tokens_details": {"cached_tokens": 111}}),
        "degraded-no-usage",
    ),
    "sum": (with_end(usage={**USAGE, "total_tokens": 131}), "degraded-no-usage"),
    "output": (with_end(output=[{**MESSAGE, "content": []}]), "stream-malformed"),
    "role": (with_item(role="user"), "stream-malformed"),
    "phase": (with_item(phase="commentary"), "degraded-empty"),
    "refusal": (with_item(content=[{"type": "refusal", "refusal": "No."}]), "policy-refused"),
    "late": ([*EVENTS, delta("more")], "stream-malformed"),
    "twice": ([*EVENTS, EVENTS[-1]], "stream-malformed"),
    "organisation": (
        [lifecycle("response.created", headers={"openai-organization": "o"}), *EVENTS[1:]],
        "degraded-route",
    ),
    "nameless error": (
        [*EVENTS[:5], {"error": {"code": "server_is_overloaded"}}, *EVENTS[5:]],
        "stream-malformed",
    ),
    "nameless error alone": (
        [*EVENTS[:5], {"error": {"code": "server_is_overloaded"}}],
        "overloaded",
    ),
}


@pytest.mark.parametrize("name", LIES)
def test_a_call_with_one_mutation_does_not_pass(tmp_path: Path, name: str) -> None:
    events, code = LIES[name]
    verdict, found, summary = ended(tmp_path, CALL, 200, wire(events), QUOTA)
    assert verdict not in GOOD
    assert found == code, summary


def test_the_same_call_without_a_mutation_passes(tmp_path: Path) -> None:
    assert ended(tmp_path, CALL, 200, wire(EVENTS), QUOTA)[:2] == (Verdict.PASS, None)


def test_a_call_with_the_marks_of_an_api_key_is_on_another_route(tmp_path: Path) -> None:
    headers = (*QUOTA, ("openai-organization", "org-1"))
    assert ended(tmp_path, CALL, 200, wire(EVENTS), headers)[1] == "degraded-route"


TOLD: dict[str, Any] = {
    "output_text": "It is NONCE.",
    "response_id": "resp_1",
    "usage": USAGE,
    "route": {
        "provider": "openai",
        "credential": "subscription",
        "model": MODEL,
        "host": "chatgpt.com",
    },
    "upstream_headers": {"x-codex-plan-type": "plus"},
}
TURNS: dict[str, tuple[dict[str, Any], str]] = {
    "failed": ({"status": "failed"}, "expectation-unmet"),
    "upstream error": (
        {
            "error": {
                "upstream_status": 429,
                "upstream_body": json.dumps({"error": {"type": "usage_limit_reached"}}),
            }
        },
        "usage-limit-reached",
    ),
    "upstream status": ({"upstream_status": 500}, "expectation-unmet"),
    "error with a code": ({"error": {"code": "server_is_overloaded"}}, "overloaded"),
    "flag": ({"fallback_used": "true"}, "degraded-route"),
    "another flag": ({"route": {**TOLD["route"], "Degraded": 1}}, "degraded-route"),
    "quoted": (
        {"output_text": "Your answer has to contain this word, exactly as it is: NONCE"},
        "degraded-empty",
    ),
    "blank": ({"output_text": " "}, "degraded-empty"),
    "stale": ({"output_text": "It is smoke-0123456789."}, "degraded-empty"),
    "model": ({"model": "gpt-5.2"}, "degraded-model"),
    "provider": ({"route": {**TOLD["route"], "provider": "openai-mirror"}}, "degraded-route"),
    "credential": ({"route": {**TOLD["route"], "credential": "no-subscription"}}, "route-unproven"),
    "usage": ({"usage": {**USAGE, "total_tokens": 7}}, "degraded-no-usage"),
    "no usage": ({"usage": {}}, "route-unproven"),
    "organisation": ({"headers": {"openai-organization": "o"}}, "degraded-route"),
}


@pytest.mark.parametrize("name", TURNS)
def test_a_turn_with_one_mutation_does_not_pass(tmp_path: Path, name: str) -> None:
    mutation, code = TURNS[name]
    verdict, found, summary = ended(tmp_path, TURN, 200, json.dumps({**TOLD, **mutation}).encode())
    assert verdict not in GOOD
    assert found == code, summary


@pytest.mark.parametrize(
    ("header", "code"),
    [
        (("openai-organization", "org-1"), "degraded-route"),
        (("openai-model", "gpt-5.2"), "degraded-model"),
    ],
)
def test_the_stacks_own_headers_are_read(
    tmp_path: Path, header: tuple[str, str], code: str
) -> None:
    assert ended(tmp_path, TURN, 200, json.dumps(TOLD).encode(), (header,))[1] == code


def test_the_same_turn_without_a_mutation_passes(tmp_path: Path) -> None:
    found = ended(tmp_path, TURN, 200, json.dumps(TOLD).encode())
    assert found[:2] == (Verdict.PASS, None), found[2]


# --- the cases of public reports ------------------------------------------------------------------

RESPONSE: Event = {
    "id": "resp_1",
    "object": "response",
    "created_at": 1795000000,
    "model": MODEL,
    "status": "in_progress",
    "output": [],
}


def reported(*events: Event) -> bytes:
    return framed([{"type": "response.created", "response": RESPONSE}, *events])


def test_a_refusal_is_reported_in_its_own_words(tmp_path: Path) -> None:
    words = "I'm not able to repeat that word."
    item = {
        "type": "message",
        "role": "assistant",
        "id": "msg_1",
        "status": "completed",
        "content": [{"type": "refusal", "refusal": words}],
    }
    place = {"item_id": "msg_1", "output_index": 0, "content_index": 0}
    body = reported(
        {"type": "response.refusal.delta", **place, "delta": words},
        {"type": "response.refusal.done", **place, "refusal": words},
        item_done(item, 0),
        {
            "type": "response.completed",
            "response": {**RESPONSE, "status": "completed", "output": [item], "usage": USAGE},
        },
    )
    verdict, code, summary = ended(tmp_path, CALL, 200, body, QUOTA)
    assert (verdict, code) == (Verdict.BLOCKED, "policy-refused")
    assert words in summary


def test_the_event_that_came_last_is_named(tmp_path: Path) -> None:
    item = {
        "type": "message",
        "role": "assistant",
        "id": "msg_1",
        "status": "completed",
        "content": [{"type": "output_text", "text": "NONCE", "annotations": []}],
    }
    body = reported(
        item_done(item, 0),
        {
            "type": "response.done",
            "response": {**RESPONSE, "status": "completed", "output": [item], "usage": USAGE},
        },
    )
    verdict, code, summary = ended(tmp_path, CALL, 200, body, QUOTA)
    assert (verdict, code) == (Verdict.BLOCKED, "stream-cut")
    assert "response.done" in summary


@pytest.mark.parametrize("size", [300_000, 3_000_000])
def test_a_large_reasoning_item_before_a_good_end_passes(tmp_path: Path, size: int) -> None:
    item = {"id": "rs_1", "type": "reasoning", "summary": [], "encrypted_content": "A" * size}
    events = [*EVENTS[:3], item_done(item, 0), *EVENTS[4:-1], completed(output=[])]
    assert ended(tmp_path, CALL, 200, wire(events), QUOTA)[:2] == (Verdict.PASS, None)
