"""The rehearsed backend: what it refuses, and what its stream looks like."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from smoke_tui.rehearsal import Rehearsal
from smoke_tui.rehearsal.provider.catalogue import DEFAULT
from smoke_tui.rehearsal.provider.instructions import CURRENT
from tests.helpers.rehearsal_requests import call, call_body, credentials, events, message, send

LITE = {"x-openai-internal-codex-responses-lite": "true"}
CLI = {"user-agent": "codex_exec/0.169.0 (Debian 12; x86_64) xterm", "session-id": "s"}


@pytest.fixture(scope="module", name="happy")
def _happy() -> Iterator[Rehearsal]:
    with Rehearsal.start() as rehearsal:
        yield rehearsal
        assert rehearsal.errors == []


def test_the_stream(happy: Rehearsal) -> None:
    got = call(happy)
    assert got.status == 200
    told = events(got.text)
    kinds = [event["type"] for event in told]
    deltas = [event["delta"] for event in told if event["type"].endswith("text.delta")]
    assert kinds[:3] == [
        "response.created",
        "response.in_progress",
        "response.output_item.added",
    ]
    assert kinds[-3:] == [
        "response.output_text.done",
        "response.output_item.done",
        "response.completed",
    ]
    assert len(deltas) > 5
    assert "n-77" in "".join(deltas)
    assert [event["sequence_number"] for event in told] == list(range(len(told)))
    done = told[-1]["response"]
    assert done["id"] == told[0]["response"]["id"]
    assert done["id"].startswith("resp_")
    assert done["model"] == DEFAULT
    assert done["usage"]["total_tokens"] > 0
    assert got.headers["x-codex-primary-window-minutes"] == "300"
    assert got.headers["x-codex-secondary-window-minutes"] == "10080"
    assert {
        "date",
        "server",
        "cf-ray",
        "x-request-id",
        "openai-model",
        "x-codex-plan-type",
    } <= set(got.headers)


def without(name: str) -> dict[str, Any]:
    return {name: None}


REFUSALS: list[tuple[dict[str, Any], int, str]] = [
    ({"store": True}, 400, "Store must be set to false"),
    (without("store"), 400, "Store must be set to false"),
    ({"stream": False}, 400, "Stream must be set to true"),
    ({"max_output_tokens": 5}, 400, "Unsupported parameter: max_output_tokens"),
    # GoModel#718
    *(
        ({name: value}, 400, f"Unsupported parameter: {name}")
        for name, value in {
            "temperature": 0,
            "top_p": 1,
            "previous_response_id": "resp_1",
            "truncation": "auto",
            "metadata": {},
            "user": "u",
            "service_tier": "flex",
            "top_logprobs": 0,
            "novelty": True,
        }.items()
    ),
    ({"input": "hello"}, 400, "Input must be a list"),
    ({"input": [message("system", "x")]}, 400, "System messages are not allowed"),
    ({"instructions": " "}, 400, "Instructions are required"),
    (without("instructions"), 400, "Instructions are required"),
    ({"model": "gpt-5.3-codex"}, 400, "The 'gpt-5.3-codex' model is not supported when using"),
    ({"model": "gpt-5-codex"}, 400, "The 'gpt-5-codex' model is not supported when using"),
    ({"model": "GPT-6.2-Sol"}, 400, "The 'GPT-6.2-Sol' model is not supported when using"),
]


@pytest.mark.parametrize(("changes", "status", "text"), REFUSALS)
def test_refusals(happy: Rehearsal, changes: dict[str, Any], status: int, text: str) -> None:
    body = {k: v for k, v in {**call_body(happy), **changes}.items() if v is not None}
    got = call(happy, body)
    assert got.status == status
    assert text in got.text


def test_the_tier_of_the_real_client_is_served(happy: Rehearsal) -> None:
    assert call(happy, {**call_body(happy), "service_tier": "priority"}).status == 200


def test_instructions_may_come_as_a_developer_message(happy: Rehearsal) -> None:
    body = call_body(happy)
    del body["instructions"]
    body["input"] = [message("developer", CURRENT), *body["input"]]
    assert call(happy, body).status == 200


def test_the_lite_contract(happy: Rehearsal) -> None:
    held = {**credentials(happy.bundle()), **LITE}
    body = {
        "model": "gpt-6.1-sol",
        "stream": True,
        "store": False,
        "input": [
            {"type": "additional_tools", "role": "developer", "tools": []},
            message("developer", CURRENT),
            message("user", "hello"),
        ],
        "parallel_tool_calls": False,
    }
    missing = call(happy, body, **held)
    assert missing.status == 400
    assert missing.json()["error"]["param"] == "reasoning.context"
    assert call(happy, {**body, "reasoning": {"context": "all_turns"}}, **held).status == 200
    plain = {**call_body(happy), "model": "gpt-5.5"}
    other = call(happy, {**plain, "reasoning": {"context": "all_turns"}}, **held)
    assert "not supported when using X-OpenAI-Internal-Codex-Responses-Lite" in other.text


def test_credentials(happy: Rehearsal) -> None:
    bundle = happy.bundle()
    right = credentials(bundle)
    bearer = right["authorization"]
    account = right["chatgpt-account-id"]
    table: list[tuple[dict[str, str], int, str]] = [
        ({"accept": "*/*"}, 401, "Missing Authentication header"),
        ({"chatgpt-account-id": account}, 401, "Missing Authentication header"),
        ({"chatgpt-account-id": account, **CLI}, 401, "Missing Authentication header"),
        ({"authorization": bearer}, 401, "Unauthorized"),
        ({**right, "chatgpt-account-id": "other"}, 403, "invalid_workspace_selected"),
        ({**right, "authorization": "Bearer abc"}, 401, "Could not parse"),
        ({**right, "authorization": "Bearer abc", **CLI}, 401, "Could not parse"),
        ({**right, "authorization": f"Bearer {bundle['id_token']}"}, 401, "Could not parse"),
    ]
    for headers, status, text in table:
        got = call(happy, call_body(happy), **headers)
        assert (got.status, text in got.text) == (status, True), headers
    with Rehearsal.start() as other:
        foreign = credentials(other.bundle())
    assert call(happy, call_body(happy), **foreign).json() == {"detail": "Unauthorized"}
    assert call(happy, call_body(happy), **foreign, **CLI).status == 200
    assert call(happy, {**call_body(happy), "instructions": "own"}, **CLI).status == 200


def test_side_requests(happy: Rehearsal) -> None:
    held = credentials(happy.bundle())
    api = f"{happy.issuer}/backend-api"
    reachable = send("GET", f"{happy.codex_url}/responses")
    assert reachable.status == 405
    assert reachable.headers["allow"] == "POST"
    upgrade = {"connection": "upgrade", "upgrade": "websocket"}
    assert send("GET", f"{happy.codex_url}/responses", headers=upgrade).status == 426
    assert send("GET", f"{happy.codex_url}/models").status == 401
    models = send("GET", f"{happy.codex_url}/models?client_version=0.169.0", headers=held).json()
    lite = {one["slug"]: one["use_responses_lite"] for one in models["models"]}
    assert "gpt-5-codex" not in lite
    assert {slug for slug, is_lite in lite.items() if not is_lite} == {"gpt-5.5"}
    checked = send("GET", f"{api}/wham/accounts/check", headers=held).json()
    accounts = checked["accounts"]
    # The real form (openai/codex#47374).
    assert {"structure", "plan_type", "account_user_role"} <= set(accounts[0])
    assert checked["account_ordering"] == [accounts[0]["id"]]
    assert accounts[0]["id"] == checked["default_account_id"] == held["chatgpt-account-id"]
    usage = send("GET", f"{api}/wham/usage", headers=held).json()
    assert usage["rate_limit"]["primary_window"]["limit_window_seconds"] == 18_000
    assert send("GET", f"{api}/nowhere", headers=held).status == 404
    assert send("DELETE", f"{happy.codex_url}/responses", headers=held).status == 405


def test_what_was_seen_holds_no_secret() -> None:
    with Rehearsal.start() as rehearsal:
        call(rehearsal)
        seen = rehearsal.requests()
        assert [(one.method, one.path, one.status) for one in seen] == [
            ("POST", "/backend-api/codex/responses", 200)
        ]
        assert seen[0].model == DEFAULT
        assert "instructions" in seen[0].fields
        told = repr(seen)
        assert not [secret for secret in rehearsal.minted() if secret in told]
