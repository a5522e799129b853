"""Messages in the captured form: sign-in address, token form, calls, bundles, windows."""

from __future__ import annotations

import json
import secrets as random
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from smoke_tui.codex.bundle import (
    AUTH_CLAIM,
    GIVEN_LEAVES,
    TOKEN_LEAVES,
    Bundle,
    BundleError,
    read_bundle,
)
from smoke_tui.codex.catalogue import (
    catalogue_request,
    reach_failure,
    reach_request,
    read_catalogue,
)
from smoke_tui.codex.login import authorize_url, token_request
from smoke_tui.codex.quota import has_quota_headers, read_windows
from smoke_tui.codex.request_shapes import SHAPES, CallInputs, build_call
from smoke_tui.config.session_config import SessionConfig
from smoke_tui.journal.events.tables import write_table
from smoke_tui.redaction import Secret, Vault
from smoke_tui.world.live.secret_texts import take_secrets
from smoke_tui.world.requests.http import Exchange, HttpLimits, HttpRequest
from smoke_tui.world.values import Joined, render, secrets_in, show
from tests.helpers.minted_secrets import jwt

REDIRECT = "http://127.0.0.1:1455/auth/callback"
STATE = Secret(f"FAKE+/={random.token_urlsafe(20)}", kind="oauth-state", ref="login.1")
CODE = Secret(f"ac_FAKE&{random.token_urlsafe(20)}=%é", kind="oauth-code", ref="login.1")
VERIFIER = Secret(f"FAKE~{random.token_urlsafe(40)}", kind="oauth-verifier", ref="login.1")


def test_the_sign_in_address_is_the_captured_one() -> None:
    config = SessionConfig(originator="codex_cli_rs")
    url = authorize_url(config, REDIRECT, "C" * 43, STATE)
    assert isinstance(url, Joined)
    parts = urlsplit("".join(part if isinstance(part, str) else "S" for part in url.parts))
    assert (parts.scheme, parts.netloc, parts.path) == (
        "https",
        "auth.openai.com",
        "/oauth/authorize",
    )
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    # Order and values of the captured request of client 0.169.
    assert pairs == [
        ("response_type", "code"),
        ("client_id", "app_EMoamEEZ73f0CkXaXp7hrann"),
        ("redirect_uri", REDIRECT),
        ("code_challenge", "C" * 43),
        ("code_challenge_method", "S256"),
        ("state", "S"),
        ("scope", "openid profile email offline_access api.connectors.read api.connectors.invoke"),
        ("id_token_add_organizations", "true"),
        ("codex_cli_simplified_flow", "true"),
        ("originator", "codex_cli_rs"),
    ]


def test_the_state_of_the_sign_in_address_is_rendered_once_and_shown_never() -> None:
    url = authorize_url(SessionConfig(), REDIRECT, "C" * 43, STATE)
    assert secrets_in(url) == [STATE]
    assert STATE.reveal() not in str(show(url))
    assert STATE.placeholder in str(show(url))
    assert "MARK" not in str(show(url))
    assert str(render(url)).count("state=") == 1


def test_the_token_form_is_the_captured_one() -> None:
    request = token_request(SessionConfig(), REDIRECT, CODE, VERIFIER)
    assert (request.method, request.url) == ("POST", "https://auth.openai.com/oauth/token")
    assert request.headers == (("accept", "*/*"),)
    body = request.rendered_body()
    assert body is not None
    assert parse_qsl(body.decode()) == [
        ("grant_type", "authorization_code"),
        ("client_id", "app_EMoamEEZ73f0CkXaXp7hrann"),
        ("code", CODE.reveal()),
        ("redirect_uri", REDIRECT),
        ("code_verifier", VERIFIER.reveal()),
    ]
    shown = json.dumps(request.shown())
    for secret in (CODE, VERIFIER):
        assert secret.reveal() not in shown
        assert secret.placeholder in shown


# --- bundles ----------------------------------------------------------------------------------


def id_token(**auth: Any) -> str:
    return jwt(exp=1_795_000_000, iss="https://auth.openai.com", **{AUTH_CLAIM: auth})


def bundle_of(document: Any, **more: Any) -> Bundle:
    """Read a document as the product does: secrets out first, then the redacted rest."""
    vault = Vault()
    raw = json.dumps(document).encode()
    refs = {leaf.name: "login.1" for leaf in GIVEN_LEAVES}
    refs |= {f"{leaf.name}.{n}": f"login.1.{n}" for leaf in GIVEN_LEAVES for n in leaf.nested}
    found = take_secrets(raw, GIVEN_LEAVES, refs, vault)
    redacted = json.loads(vault.redact(raw))
    return read_bundle(
        redacted, found, source="file", issued_here=bool(more.pop("issued_here", False)), **more
    )


OURS = {
    "provider": "openai",
    "access_token": id_token(chatgpt_account_id="acct-access-000000"),
    "refresh_token": f"rt_FAKE{random.token_urlsafe(20)}",
    "id_token": id_token(chatgpt_account_id="acct-id-00000000", chatgpt_plan_type="pro"),
    "account_id": "acct-given-000000",
    "plan_type": "plus",
    "expires_at": "2027-01-01T00:00:00Z",
}


def test_a_bundle_of_our_own_shape() -> None:
    bundle = bundle_of(OURS)
    assert bundle.access_token.reveal() == OURS["access_token"]
    assert bundle.refresh_token is not None
    assert bundle.refresh_token.reveal() == OURS["refresh_token"]
    assert bundle.account_id.reveal() == "acct-given-000000"
    assert (bundle.plan_type, bundle.expires_at, bundle.source) == (
        "plus",
        "2027-01-01T00:00:00Z",
        "file",
    )
    assert set(bundle.fields()) == {
        "provider",
        "access_token",
        "refresh_token",
        "id_token",
        "account_id",
        "plan_type",
        "expires_at",
    }


def test_the_codex_clients_own_file() -> None:
    tokens = {key: OURS[key] for key in ("id_token", "access_token", "refresh_token")}
    document = {
        "auth_mode": "chatgpt",
        "OPENAI_API_KEY": "sk-FAKE-exchanged-000000000",
        "tokens": {**tokens, "account_id": "acct-file-000000"},
        "last_refresh": "2026",
    }
    bundle = bundle_of(document)
    assert bundle.source == "codex-cli"
    assert bundle.account_id.reveal() == "acct-file-000000"
    assert bundle.access_token.reveal() == OURS["access_token"]
    assert bundle.plan_type == "pro"


def without(*names: str) -> dict[str, Any]:
    return {key: value for key, value in OURS.items() if key not in names}


def test_the_account_comes_from_the_id_token_and_then_the_access_token() -> None:
    assert bundle_of(without("account_id")).account_id.reveal() == "acct-id-00000000"
    bare = {**without("account_id"), "id_token": id_token()}
    assert bundle_of(bare).account_id.reveal() == "acct-access-000000"
    assert bundle_of(without("account_id", "id_token")).account_id.reveal() == "acct-access-000000"


@pytest.mark.parametrize(
    ("document", "code"),
    [
        (
            {**without("account_id"), "id_token": id_token(), "access_token": id_token()},
            "account-id-missing",
        ),
        (
            {**without("account_id", "id_token"), "access_token": "opaque-FAKE-0000000"},
            "account-id-missing",
        ),
        (
            {**OURS, "account_id": "", "id_token": id_token(), "access_token": id_token()},
            "account-id-missing",
        ),
        (without("access_token"), "bundle-incomplete"),
        ({}, "bundle-incomplete"),
        ([OURS], "bundle-incomplete"),
        ("text", "bundle-incomplete"),
        (None, "bundle-incomplete"),
        ({**OURS, "access_token": 7}, "bundle-incomplete"),
        ({**OURS, "access_token": ""}, "bundle-incomplete"),
        ({"tokens": 3}, "bundle-incomplete"),
        ({"tokens": {"access_token": id_token()}}, "account-id-missing"),
    ],
)
def test_what_is_no_bundle_says_why(document: Any, code: str) -> None:
    with pytest.raises(BundleError) as caught:
        bundle_of(document)
    assert caught.value.code == code
    assert "FAKE" not in str(caught.value)


def test_a_login_has_to_give_a_refresh_token() -> None:
    with pytest.raises(BundleError, match="refresh_token"):
        bundle_of(without("refresh_token"), need_refresh=True)
    assert bundle_of(without("refresh_token")).refresh_token is None


def test_the_expiry_is_the_given_one_or_the_claims() -> None:
    bundle = bundle_of(without("expires_at"))
    assert bundle.expires_at is not None
    assert bundle.expires_at.endswith("Z")
    assert (
        bundle_of({**without("expires_at"), "access_token": "opaque-FAKE-00000"}).expires_at is None
    )


@pytest.mark.parametrize(
    ("expires", "now", "issued", "fresh"),
    [
        ("2027-01-01T00:00:00Z", "2026-12-31T23:59:59.999Z", False, True),
        ("2027-01-01T00:00:00Z", "2027-01-01T00:00:01.000Z", False, False),
        ("2027-01-01T00:00:00Z", "2027-01-01T00:00:01.000Z", True, True),
        ("2026-12-31T23:00:00+00:00", "2027-01-01T00:00:00.000Z", False, False),
        ("soon", "2027-01-01T00:00:00.000Z", False, False),
    ],
)
def test_a_bundle_is_fresh_until_it_expires(
    expires: str, now: str, issued: bool, fresh: bool
) -> None:
    tokens = {"access_token": "opaque-FAKE-0000000", "id_token": "opaque-FAKE-1111111"}
    bundle = bundle_of({**OURS, **tokens, "expires_at": expires}, issued_here=issued)
    assert bundle.fresh(now) is fresh


def test_a_bundle_of_unknown_expiry_is_not_fresh() -> None:
    document = {**without("expires_at"), "access_token": "opaque-FAKE-000000"}
    assert not bundle_of(document).fresh("2026-01-01T00:00:00Z")


def test_a_summary_shows_shapes_only() -> None:
    text = json.dumps(bundle_of(OURS).summary())
    for value in (OURS["access_token"], OURS["refresh_token"], OURS["id_token"], "acct-given"):
        assert str(value) not in text
    assert "characters" in text


def test_secret_leaves_cover_every_token_of_both_forms() -> None:
    names = {leaf.name for leaf in TOKEN_LEAVES}
    assert names == {"id_token", "access_token", "refresh_token", "account_id"}
    assert {leaf.path for leaf in GIVEN_LEAVES} >= {("tokens", name) for name in names}


# --- calls ------------------------------------------------------------------------------------

TEXT = Secret("BASE INSTRUCTIONS", kind="instructions", ref="call.1", scrub=False)


def call(shape: str) -> HttpRequest:
    inputs = CallInputs(
        bundle_of(OURS), SessionConfig(), "gpt-5-codex", TEXT, "P", "s-1", HttpLimits()
    )
    return build_call(SHAPES[shape], inputs)


@pytest.mark.parametrize("shape", sorted(SHAPES))
def test_every_shape_streams_stores_nothing_and_names_the_account(shape: str) -> None:
    request = call(shape)
    body = json.loads(request.rendered_body() or b"")
    assert (body["stream"], body["store"], body["model"]) == (True, False, "gpt-5-codex")
    assert body["include"] == ["reasoning.encrypted_content"]
    assert body["input"][-1]["content"] == [{"type": "input_text", "text": "P"}]
    headers = dict(request.headers)
    assert render(headers["authorization"]) == f"Bearer {OURS['access_token']}"
    assert render(headers["chatgpt-account-id"]) == "acct-given-000000"
    assert headers["accept"] == "text/event-stream"
    assert headers["session-id"] == headers["thread-id"] == headers["x-client-request-id"] == "s-1"
    assert "openai-beta" not in headers
    shown = json.dumps(request.shown())
    for value in (OURS["access_token"], "acct-given-000000", "BASE INSTRUCTIONS"):
        assert str(value) not in shown


def test_each_shape_puts_the_instructions_where_its_clients_did() -> None:
    bodies = {name: json.loads(call(name).rendered_body() or b"") for name in SHAPES}
    assert bodies["classic"]["instructions"] == "BASE INSTRUCTIONS"
    assert [item["role"] for item in bodies["classic"]["input"]] == ["user"]
    assert "instructions" not in bodies["developer"]
    assert [item["role"] for item in bodies["developer"]["input"]] == ["developer", "user"]
    lite = bodies["lite"]
    assert [item["type"] for item in lite["input"]] == ["additional_tools", "message", "message"]
    assert "tools" not in lite
    assert (lite["parallel_tool_calls"], lite["reasoning"]["context"]) == (False, "all_turns")
    assert ("x-openai-internal-codex-responses-lite", "true") in call("lite").headers
    assert "x-openai-internal-codex-responses-lite" not in dict(call("classic").headers)


def exchange(status: int | None, body: Any = None, error: str | None = None) -> Exchange:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Exchange(status, (), content, (), 1, error, "", {}, None, 0)


def test_reaching_without_a_token_means_405() -> None:
    request = reach_request(SessionConfig())
    assert secrets_in([value for _, value in request.headers]) == []
    assert request.url == "https://chatgpt.com/backend-api/codex/responses"
    assert reach_failure(exchange(405, b"")) is None
    assert (reach_failure(exchange(404, b"")) or None) is not None
    failure = reach_failure(exchange(None, b"", "dns"))
    assert failure is not None
    assert failure.code == "dns"


def test_the_catalogue_lists_what_is_not_hidden() -> None:
    request = catalogue_request(SessionConfig(), bundle_of(OURS))
    assert request.url.endswith("/models?client_version=0.171.0")
    found = read_catalogue(
        exchange(
            200,
            {
                "models": [
                    {"slug": "a", "minimal_client_version": "0.144.0", "use_responses_lite": True},
                    {"slug": "b", "visibility": "hide"},
                    {"slug": 3},
                    "x",
                    {"slug": "c"},
                ]
            },
        )
    )
    assert found is not None
    assert [(m.slug, m.minimal_client_version, m.lite) for m in found] == [
        ("a", "0.144.0", True),
        ("c", None, False),
    ]
    for status, body in (
        (200, {}),
        (200, []),
        (200, {"models": 3}),
        (401, {"models": []}),
        (200, b"no json"),
        (200, b""),
    ):
        assert read_catalogue(exchange(status, body)) is None


# --- windows ----------------------------------------------------------------------------------


def windows(**fields: str) -> list[tuple[str, str]]:
    return [(f"X-Codex-{name.replace('_', '-')}", value) for name, value in fields.items()]


def test_windows_are_reported_apart_by_their_length() -> None:
    found = read_windows(
        windows(
            primary_used_percent="12.5",
            primary_window_minutes="10080",
            primary_reset_at="1777936568",
            secondary_used_percent="3",
            secondary_window_minutes="300",
        )
    )
    assert [(w.window_minutes, w.used_percent, w.name) for w in found] == [
        (300, 3.0, "5 h"),
        (10080, 12.5, "7 d"),
    ]
    assert found[0].resets_at is None
    assert found[1].resets_at == "2026-05-04T23:16:08Z"
    assert write_table(found[1]) == {
        "window_minutes": 10080,
        "used_percent": 12.5,
        "resets_at": "2026-05-04T23:16:08Z",
    }


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"primary_used_percent": "12"},
        {"primary_window_minutes": "300"},
        {"primary_used_percent": "x", "primary_window_minutes": "300"},
        {"primary_used_percent": "nan", "primary_window_minutes": "300"},
        {"primary_used_percent": "inf", "primary_window_minutes": "300"},
        {"primary_used_percent": "-1", "primary_window_minutes": "300"},
        {"primary_used_percent": "1", "primary_window_minutes": "0"},
        {"primary_used_percent": "1", "primary_window_minutes": "nan"},
    ],
)
def test_a_window_that_is_not_whole_is_none(fields: dict[str, str]) -> None:
    assert read_windows(windows(**fields)) == ()


@pytest.mark.parametrize("moment", ["x", "-1", "nan", "1e300", "", "9" * 400])
def test_a_reset_that_is_no_time_is_unknown(moment: str) -> None:
    found = read_windows(
        windows(primary_used_percent="1", primary_window_minutes="300", primary_reset_at=moment)
    )
    assert [window.resets_at for window in found] == [None]


def test_any_codex_header_is_evidence_of_the_route() -> None:
    assert has_quota_headers([("X-Codex-Plan-Type", "plus")])
    assert not has_quota_headers([("x-request-id", "1"), ("codex", "x")])
