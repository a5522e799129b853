"""Every scenario starts, and its servers answer what its row says."""

from __future__ import annotations

import asyncio
import http.client
import json
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from smoke_tui.config.questions import Answer, Verb
from smoke_tui.failure_codes.table import CODES
from smoke_tui.rehearsal import (
    Rehearsal,
    RehearsalError,
    Scenario,
    UnknownScenarioError,
    list_scenarios,
)
from smoke_tui.rehearsal.provider.catalogue import DEFAULT
from smoke_tui.rehearsal.provider.instructions import CURRENT, STALE
from smoke_tui.rehearsal.provider.streaming import WHOLE
from smoke_tui.rehearsal.provider.tokens import CLIENT_ID
from smoke_tui.rehearsal.scenarios.table import ROWS
from tests.helpers.rehearsal_requests import (
    Got,
    authorize_url,
    call,
    call_body,
    credentials,
    events,
    exchange,
    message,
    post_json,
    send,
    sign_in,
)

REFUSED = [row for row in ROWS if row.refusal is not None]
STREAMED = [row for row in ROWS if row.script.acts != WHOLE or row.script.served_model]
OPEN_ENDED = {"stream-stalled", "timeout", "stream-oversized"}


def ids(row: Scenario) -> str:
    return row.name


def test_the_table() -> None:
    names = [row.name for row in ROWS]
    assert len(set(names)) == len(names)
    assert [row.name for row in ROWS if row.code is None] == ["happy"]
    # The plainest scenario of a code bears its name; others of it add a word.
    assert {row.code for row in ROWS if row.code} <= set(names) & set(CODES)
    assert all(row.sentence.endswith(".") and row.basis for row in ROWS)
    assert [name for name, _ in list_scenarios()] == names


def test_an_unknown_scenario_offers_the_nearest() -> None:
    with pytest.raises(UnknownScenarioError, match="did you mean 'instructions-drift'"):
        Rehearsal.start("instruction-drift")


@pytest.mark.parametrize("row", ROWS, ids=ids)
def test_every_scenario_starts_and_stops(row: Scenario, tmp_path: Path) -> None:
    with Rehearsal.start(row.name, folder=tmp_path) as rehearsal:
        assert rehearsal.scenario is row
        got = send("GET", f"{rehearsal.codex_url}/responses")
        edge = row.refusal if row.at_edge else None
        assert got.status == (edge.status if edge else 405)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("row", REFUSED, ids=ids)
def test_a_refusal_is_what_the_row_says(row: Scenario) -> None:
    with Rehearsal.start(row.name) as rehearsal:
        got = call(rehearsal, None, **credentials(rehearsal.bundle()), version="0.171.0")
        assert row.refusal is not None
        assert got.status == row.refusal.status
        if "{resets_at}" not in row.refusal.body:
            assert got.text == row.refusal.body.replace("{model}", DEFAULT)
        assert got.headers.get("content-type") == row.refusal.content_type
        for name, value in row.refusal.headers:
            assert got.headers[name] == value
        # What answers in the provider's place does not pass itself off as its edge.
        assert got.headers.get("server") == (None if row.from_between else "cloudflare")
        if not row.at_edge:
            bare = call(rehearsal, None, accept="*/*")
            assert bare.json() == {"detail": "Missing Authentication header"}


@pytest.mark.parametrize("row", [row for row in STREAMED if row.name not in OPEN_ENDED], ids=ids)
def test_a_stream_is_what_the_row_says(row: Scenario) -> None:
    with Rehearsal.start(row.name) as rehearsal:
        got = call(rehearsal)
        assert got.status == 200
        kinds = [str(event.get("type")).removeprefix("response.") for event in events(got.text)]
        ends = [kind for kind in kinds if kind in ("completed", "failed", "incomplete")]
        wanted = [act for act in row.script.acts if act in ("completed", "failed", "incomplete")]
        assert ends == wanted
        if "failed" in ends:
            error = events(got.text)[-1]["response"]["error"]
            assert (error["code"], error["message"]) == row.script.error


@pytest.mark.parametrize("name", sorted(OPEN_ENDED))
def test_an_open_ended_stream_goes_on_until_the_client_leaves(name: str) -> None:
    with Rehearsal.start(name) as rehearsal:
        target = urlsplit(rehearsal.codex_url)
        connection = http.client.HTTPConnection(str(target.hostname), target.port, timeout=10)
        headers = credentials(rehearsal.bundle())
        body = json.dumps(call_body(rehearsal))
        connection.request("POST", f"{target.path}/responses", body, headers)
        response = connection.getresponse()
        text = b""
        wanted = {"timeout": b": keep-alive\n", "stream-oversized": b"x" * 50_000}
        while wanted.get(name, b"output_text.delta") not in text:
            text += response.read1(1_000_000)
        connection.close()
        assert b"response.completed" not in text


def test_degraded_answers() -> None:
    with Rehearsal.start("degraded-model") as rehearsal:
        got = call(rehearsal)
        assert events(got.text)[0]["response"]["model"] == "gpt-5.2-2025-12-11"
        assert got.headers["openai-model"] == "gpt-5.2-2025-12-11"
    with Rehearsal.start("degraded-model-header") as rehearsal:
        got = call(rehearsal)
        first, last = events(got.text)[0]["response"], events(got.text)[-1]["response"]
        assert got.headers["openai-model"] == "gpt-5.2-2025-12-11"
        assert first["model"] == last["model"] == DEFAULT
    with Rehearsal.start("degraded-model-created") as rehearsal:
        got = call(rehearsal)
        first = events(got.text)[0]["response"]
        assert got.headers["openai-model"] == first["model"] == DEFAULT
        assert first["headers"] == {"openai-model": "gpt-5.2-2025-12-11"}
    with Rehearsal.start("degraded-route-organization") as rehearsal:
        assert call(rehearsal).headers["openai-organization"].startswith("org-FAKE")
    with Rehearsal.start("degraded-no-usage") as rehearsal:
        assert "usage" not in events(call(rehearsal).text)[-1]["response"]
    with Rehearsal.start("degraded-empty") as rehearsal:
        assert events(call(rehearsal).text)[-1]["response"]["output"] == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("client-too-old", "requires a newer version of Codex"),
        ("client-too-old-unsupported", "is not supported when using Codex with a ChatGPT account"),
        ("client-too-old-not-found", "model_not_found"),
    ],
)
def test_a_version_gate_speaks_in_three_ways_and_opens(name: str, text: str) -> None:
    """Another model is served, and so is the client that the unfiltered catalogue asks for."""
    with Rehearsal.start(name) as rehearsal:
        held = credentials(rehearsal.bundle())
        assert text in call(rehearsal, None, **held, version="0.171.0").text
        other = {**call_body(rehearsal), "model": "gpt-6.1-sol"}
        assert call(rehearsal, other, **held, version="0.171.0").status == 200
        minimum = {
            asked: models(rehearsal, asked)[DEFAULT] for asked in ("0.171.0", "0.0.0", "0.180.0")
        }
        assert minimum == {"0.171.0": "0.171.0", "0.0.0": "0.180.0", "0.180.0": "0.180.0"}
        assert call(rehearsal, None, **held, version="0.180.0").status == 200


def test_lite_models_in_the_lite_shape_alone() -> None:
    with Rehearsal.start("model-not-found-plain") as rehearsal:
        held = credentials(rehearsal.bundle())
        assert call(rehearsal, None, **held).status == 404
        assert call(rehearsal, {**call_body(rehearsal), "model": "gpt-5.5"}, **held).status == 200
        text = call_body(rehearsal)["instructions"]
        lite = {
            **{k: v for k, v in call_body(rehearsal).items() if k != "instructions"},
            "input": [message("developer", text), message("user", "n-77")],
            "reasoning": {"context": "all_turns"},
        }
        header = {"x-openai-internal-codex-responses-lite": "true"}
        assert call(rehearsal, lite, **held, **header).status == 200


def test_a_catalogue_that_shows_nothing_to_todays_client() -> None:
    with Rehearsal.start("model-unlisted") as rehearsal:
        assert models(rehearsal, "0.171.0") == {}
        assert set(models(rehearsal, "0.0.0").values()) == {"0.180.0"}
        assert models(rehearsal, "0.180.0")


def models(rehearsal: Rehearsal, version: str) -> dict[str, object]:
    """The minimum of each listed model."""
    held = credentials(rehearsal.bundle())
    got = send("GET", f"{rehearsal.codex_url}/models?client_version={version}", headers=held)
    return {one["slug"]: one["minimal_client_version"] for one in got.json()["models"]}


def test_the_connection_is_reset() -> None:
    with Rehearsal.start("network") as rehearsal, pytest.raises(ConnectionError):
        call(rehearsal)


def test_drift_from_the_start() -> None:
    with Rehearsal.start("instructions-drift") as rehearsal:
        assert rehearsal.instructions_file.read_text("utf-8") == STALE
        assert rehearsal.current_instructions_file.read_text("utf-8") == CURRENT
        assert call(rehearsal).json() == {"detail": "Instructions are not valid"}
        assert call(rehearsal, {**call_body(rehearsal), "instructions": CURRENT}).status == 200
        cli = {"user-agent": "codex_exec/0.169.0", "session-id": "s"}
        got = call(rehearsal, {**call_body(rehearsal), "instructions": "own"}, **cli)
        assert got.json() == {"detail": "Instructions are not valid"}


def test_drift_after_the_first_call() -> None:
    with Rehearsal.start("instructions-drift-at-turn") as rehearsal:
        assert call(rehearsal).status == 200
        assert call(rehearsal).json() == {"detail": "Instructions are not valid"}
        assert call(rehearsal, {**call_body(rehearsal), "instructions": CURRENT}).status == 200


def test_the_usage_limit_names_its_window() -> None:
    with Rehearsal.start("usage-limit-reached") as rehearsal:
        got = call(rehearsal)
        assert got.json()["error"]["type"] == "usage_limit_reached"
        assert got.headers["x-codex-primary-used-percent"] == "100.0"
        assert got.json()["error"]["resets_at"] > 1_795_000_000


@pytest.mark.parametrize(
    ("name", "status", "text"),
    [
        ("refresh-reused", 401, "refresh_token_reused"),
        ("refresh-expired", 401, "refresh_token_expired"),
        ("refresh-revoked", 401, "refresh_token_invalidated"),
        ("refresh-rejected", 400, "Invalid refresh token"),
    ],
)
def test_refused_refreshes(name: str, status: int, text: str) -> None:
    with Rehearsal.start(name) as rehearsal:
        assert call(rehearsal).json()["error"]["code"] == "token_expired"
        got = refresh(rehearsal)
        assert (got.status, text in got.text) == (status, True)


def refresh(rehearsal: Rehearsal) -> Got:
    fields = {
        "client_id": CLIENT_ID,
        "grant_type": "refresh_token",
        "refresh_token": rehearsal.bundle()["refresh_token"],
    }
    return post_json(f"{rehearsal.issuer}/oauth/token", fields)


def test_an_unanswered_refresh() -> None:
    with Rehearsal.start("refresh-unknown") as rehearsal:
        with pytest.raises(ConnectionError):
            refresh(rehearsal)
        assert [one.status for one in rehearsal.requests()] == [0]


@pytest.mark.parametrize("name", ["login-denied", "entitlement-missing", "scope-rejected"])
def test_a_refused_login_comes_back_as_an_error(name: str) -> None:
    with Rehearsal.start(name) as rehearsal:
        back = sign_in(rehearsal)
        assert rehearsal.scenario.authorize_error == (back["error"], back["error_description"])
        assert back["state"] == "s" * 43


@pytest.mark.parametrize(
    ("name", "status"), [("exchange-rejected", 400), ("region-unsupported", 403)]
)
def test_a_refused_exchange(name: str, status: int) -> None:
    with Rehearsal.start(name) as rehearsal:
        assert exchange(rehearsal, sign_in(rehearsal)["code"]).status == status


def test_gaps_in_the_tokens() -> None:
    with Rehearsal.start("bundle-incomplete") as rehearsal:
        assert "refresh_token" not in exchange(rehearsal, sign_in(rehearsal)["code"]).json()
    with Rehearsal.start("account-id-missing") as rehearsal:
        assert rehearsal.bundle()["account_id"] is None


def test_logins_that_lead_nowhere() -> None:
    with Rehearsal.start("workspace-missing") as rehearsal:
        url = authorize_url(rehearsal)
        assert send("GET", url).text.startswith("Route Error (400): ")
        with pytest.raises(RehearsalError, match="No eligible ChatGPT workspaces"):
            asyncio.run(rehearsal.open_page(url))
    with Rehearsal.start("authorize-rejected") as rehearsal:
        refused = send("GET", authorize_url(rehearsal, originator="smoke-tui"))
        assert "missing_required_parameter" in refused.text
    with Rehearsal.start("device-login-disabled") as rehearsal:
        where = f"{rehearsal.issuer}/api/accounts/deviceauth/usercode"
        assert post_json(where, {"client_id": CLIENT_ID}).status == 404
    with Rehearsal.start("login-cancelled") as rehearsal:
        asyncio.run(rehearsal.open_page(authorize_url(rehearsal)))
        assert asyncio.run(rehearsal.answer("callback", {})) == Answer(Verb.CANCEL)
        assert rehearsal.requests() == []
    with Rehearsal.start("operator-declined") as rehearsal:
        assert asyncio.run(rehearsal.answer("spend", {})) == Answer(Verb.NO)
