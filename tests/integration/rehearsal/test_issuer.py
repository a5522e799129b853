"""The login against the rehearsed issuer, with plain http.client."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from smoke_tui.rehearsal import Rehearsal
from smoke_tui.rehearsal.provider.tokens import AUTH_CLAIM, CLIENT_ID, claims_of
from tests.helpers.rehearsal_requests import (
    REDIRECT,
    authorize_url,
    call,
    credentials,
    exchange,
    post_form,
    post_json,
    send,
    sign_in,
)


@pytest.fixture(scope="module", name="happy")
def _happy() -> Iterator[Rehearsal]:
    with Rehearsal.start() as rehearsal:
        yield rehearsal
        assert rehearsal.errors == []


def test_the_whole_login(happy: Rehearsal) -> None:
    back = sign_in(happy)
    assert back["state"] == "s" * 43
    assert back["code"].startswith("ac_")
    assert "offline_access" in back["scope"]
    tokens = exchange(happy, back["code"]).json()
    claims = claims_of(tokens["id_token"])
    assert claims is not None
    assert claims["aud"] == [CLIENT_ID]
    assert claims["iss"] == happy.issuer
    assert claims["exp"] - claims["iat"] == 3_600
    access = claims_of(tokens["access_token"])
    assert access is not None
    assert access["exp"] - access["iat"] == 864_000
    assert set(access[AUTH_CLAIM]) >= {
        "chatgpt_account_id",
        "chatgpt_plan_type",
        "chatgpt_user_id",
    }
    assert tokens["refresh_token"].startswith("rt_")
    bundle = {**tokens, "account_id": access[AUTH_CLAIM]["chatgpt_account_id"]}
    assert call(happy, **credentials(bundle)).status == 200
    minted = happy.minted()
    for secret in (*tokens.values(), back["code"]):
        if isinstance(secret, str) and len(secret) > 90:
            assert secret in minted
    assert all("FAKE" in secret for secret in minted)


@pytest.mark.parametrize(
    "changes",
    [{"code_verifier": "w" * 86}, {"redirect_uri": "http://127.0.0.1:1/auth/callback"}],
)
def test_a_wrong_exchange_is_refused(happy: Rehearsal, changes: dict[str, str]) -> None:
    code = sign_in(happy)["code"]
    got = exchange(happy, code, **changes)
    assert got.status == 400
    assert got.json()["error"]["type"] == "invalid_request_error"


def test_a_code_works_once(happy: Rehearsal) -> None:
    code = sign_in(happy)["code"]
    assert exchange(happy, code).status == 200
    again = exchange(happy, code)
    assert again.status == 400
    assert set(again.json()["error"]) == {"message", "type", "param", "code"}


@pytest.mark.parametrize("as_json", [True, False])
def test_refresh_rotates_and_reuse_is_refused(happy: Rehearsal, as_json: bool) -> None:
    first = str(happy.bundle()["refresh_token"])
    fields = {"client_id": CLIENT_ID, "grant_type": "refresh_token", "refresh_token": first}
    post = post_json if as_json else post_form
    renewed = post(f"{happy.issuer}/oauth/token", fields)
    assert renewed.status == 200
    assert renewed.json()["refresh_token"] != first
    reused = post(f"{happy.issuer}/oauth/token", fields)
    assert reused.status == 401
    assert reused.json()["error"]["code"] == "refresh_token_reused"
    assert "has already been used" in reused.json()["error"]["message"]
    unknown = post(f"{happy.issuer}/oauth/token", {**fields, "refresh_token": "rt_other"})
    assert unknown.status == 400
    assert unknown.json() == {
        "error": "invalid_grant",
        "error_description": "Invalid refresh token",
    }


def test_revoked_tokens_are_refused() -> None:
    with Rehearsal.start() as rehearsal:
        bundle = rehearsal.bundle()
        token = str(bundle["refresh_token"])
        revoke = {"token": token, "token_type_hint": "refresh_token", "client_id": CLIENT_ID}
        assert post_json(f"{rehearsal.issuer}/oauth/revoke", revoke).status == 200
        refused = call(rehearsal, **credentials(bundle))
        assert refused.status == 401
        assert refused.json()["error"]["code"] == "token_invalidated"
        fields = {"client_id": CLIENT_ID, "grant_type": "refresh_token", "refresh_token": token}
        gone = post_json(f"{rehearsal.issuer}/oauth/token", fields).json()
        assert gone["error"]["code"] == "refresh_token_invalidated"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"client_id": "app_other"}, "unknown_error"),
        ({"redirect_uri": "http://example.com:1455/auth/callback"}, "unknown_error"),
        ({"redirect_uri": "http://localhost:1455/other"}, "unknown_error"),
        ({"redirect_uri": "https://localhost:1455/auth/callback"}, "unknown_error"),
        ({"code_challenge_method": "plain"}, "unknown_error"),
        ({"code_challenge": "short"}, "unknown_error"),
        ({"response_type": "token"}, "unknown_error"),
        ({"state": ""}, "missing_required_parameter"),
    ],
)
def test_a_wrong_authorize_request_shows_a_page(
    happy: Rehearsal, changes: dict[str, str], code: str
) -> None:
    got = send("GET", authorize_url(happy, **changes))
    assert got.status == 400
    assert code in got.text
    assert "location" not in got.headers


def test_a_foreign_scope_goes_back_as_an_error(happy: Rehearsal) -> None:
    got = send("GET", authorize_url(happy, scope="openid model.request"))
    assert got.status == 302
    assert got.headers["location"].startswith(f"{REDIRECT}?error=invalid_scope&")


def test_the_pages_are_accessible_and_bare(happy: Rehearsal) -> None:
    page = send("GET", authorize_url(happy))
    assert '<html lang="en">' in page.text
    assert page.text.count("<label for=") == 2
    assert "<script" not in page.text
    assert page.headers["content-security-policy"].startswith("default-src 'none'")


def test_a_wrong_password_or_cookie_does_not_sign_in(happy: Rehearsal) -> None:
    email, password = happy.account
    form = {"login_challenge": "x", "email": email, "password": password}
    assert post_form(f"{happy.issuer}/log-in", form).status == 400


def test_the_device_login(happy: Rehearsal) -> None:
    base = f"{happy.issuer}/api/accounts/deviceauth"
    start = post_json(f"{base}/usercode", {"client_id": CLIENT_ID}).json()
    assert start["interval"] == "1"
    poll = {name: start[name] for name in ("device_auth_id", "user_code")}
    assert post_json(f"{base}/token", poll).status == 403
    typed = {"user_code": start["user_code"]}
    assert post_form(f"{happy.issuer}/codex/device", typed).status == 200
    done = post_json(f"{base}/token", poll).json()
    got = exchange(
        happy,
        done["authorization_code"],
        redirect_uri="https://auth.openai.com/deviceauth/callback",
        code_verifier=done["code_verifier"],
    )
    assert got.status == 200


def test_the_device_login_needs_nobody(happy: Rehearsal) -> None:
    base = f"{happy.issuer}/api/accounts/deviceauth"
    start = post_json(f"{base}/usercode", {"client_id": CLIENT_ID}).json()
    poll = {name: start[name] for name in ("device_auth_id", "user_code")}
    told = [post_json(f"{base}/token", poll).status for _ in range(3)]
    assert told == [403, 403, 200]
