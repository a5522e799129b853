"""A file of another tool is told by what it looks like, and nothing of it is said again."""

from __future__ import annotations

import base64
import json
import secrets
from pathlib import Path
from typing import Any

import pytest

from smoke_tui.__main__ import main
from smoke_tui.secrecy import Vault, credentials, scan
from smoke_tui.world.given_credential import AUTH_CLAIM, looks_like, problem_of


def mint(prefix: str = "") -> str:
    return f"{prefix}FAKE{secrets.token_hex(16)}"


def jwt(account: str | None = None, **claims: Any) -> str:
    auth = {} if account is None else {AUTH_CLAIM: {"chatgpt_account_id": account}}
    parts = ({"alg": "RS256"}, {"jti": mint(), **auth, **claims})
    head = ".".join(
        base64.urlsafe_b64encode(json.dumps(p).encode()).decode().rstrip("=") for p in parts
    )
    return f"{head}.FAKE{secrets.token_urlsafe(40)}"


FOREIGN: dict[str, tuple[Any, str]] = {
    "claude": (
        {"claudeAiOauth": {"accessToken": mint("sk-ant-oat01-"), "refreshToken": mint()}},
        "Claude",
    ),
    "gcloud": (
        {
            "client_id": "1.apps",
            "client_secret": mint(),
            "refresh_token": mint(),
            "type": "authorized_user",
        },
        "Google",
    ),
    "service account": (
        {"type": "service_account", "private_key": mint(), "client_email": "a@b"},
        "Google",
    ),
    "gemini": (
        {"access_token": mint("ya29."), "refresh_token": mint(), "expiry_date": 1},
        "Gemini",
    ),
    "google": (
        {"access_token": mint(), "id_token": jwt(iss="https://accounts.google.com")},
        "Google",
    ),
    "web session": (
        {"user": {"email": "FAKE@example.org"}, "accessToken": jwt(), "expires": "x"},
        "web page",
    ),
    "api key": ({"auth_mode": "apikey", "OPENAI_API_KEY": mint("sk-proj-")}, "API key"),
    "api key alone": ({"OPENAI_API_KEY": mint("sk-proj-"), "tokens": None}, "API key"),
    "opencode": ({"openai": {"type": "oauth", "refresh": mint(), "access": mint()}}, "opencode"),
    "copilot": ({"github.com": {"oauth_token": mint("gho_"), "user": "FAKE"}}, "GitHub"),
    "docker": ({"auths": {"registry.example": {"auth": mint()}}}, "registry"),
    "aws json": ({"AccessKeyId": "AKIAFAKE", "SecretAccessKey": mint()}, "AWS"),
    "gh hosts": (f"github.com:\n    user: FAKE\n    oauth_token: {mint('gho_')}\n", "GitHub"),
    "npmrc": (f"//registry.example/:_authToken={mint('npm_')}\n", "npmrc"),
    "kube": (f"apiVersion: v1\nkind: Config\nusers:\n- user:\n    token: {mint()}\n", "kube"),
    "aws": (f"[default]\naws_access_key_id = AKIAFAKE\naws_secret_access_key = {mint()}\n", "AWS"),
    "netrc": (f"machine example.org login FAKE password {mint()}\n", "netrc"),
    "pem": (f"-----BEGIN RSA PRIVATE KEY-----\n{mint()}\n", "private key"),
    "bare token": (jwt() + "\n", "bare token"),
    "bare refresh token": (mint("rt_"), "refresh token"),
    "bare key": (mint("sk-"), "API key"),
    "dotenv": (f"OPENAI_API_KEY={mint('sk-')}\n", "environment"),
    "html": ("<!DOCTYPE html><html>sign in</html>", "web page"),
    "nothing": ("\n", "empty"),
}
FILES = {
    name: (value if isinstance(value, str) else json.dumps(value, indent=1), what)
    for name, (value, what) in FOREIGN.items()
}


def pieces(text: str) -> set[str]:
    return {text[at : at + 12] for at in range(len(text) - 11) if "FAKE" in text[at : at + 12]}


@pytest.mark.parametrize("name", FILES)
def test_a_file_of_another_tool_is_invalid_and_not_repeated(
    name: str,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    text, what = FILES[name]
    assert what in (looks_like(text) or "")
    monkeypatch.delenv("CI", raising=False)
    (tmp_path / "given").write_text(text)
    code = main(
        [
            "--state-dir",
            str(tmp_path / "state"),
            "--check",
            "openai-subscription",
            "--live",
            "--bundle",
            str(tmp_path / "given"),
        ]
    )
    out, err = capfd.readouterr()
    assert code == 3
    assert what in err
    assert "smoke-tui login --out FILE" in err
    assert not any(piece in out + err for piece in pieces(text))
    assert not (tmp_path / "state" / "sessions").exists()


ACCOUNT = "11111111-2222-3333-4444-555555555555"
OURS = {
    "access_token": jwt(ACCOUNT),
    "id_token": jwt(ACCOUNT),
    "refresh_token": mint("rt_"),
    "account_id": ACCOUNT,
}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"id_token": mint()}, "no JWT"),
        ({"id_token": "a.b.c"}, "no JWT"),
        ({"id_token": 7}, "no JWT"),
        ({"id_token": {"a": 1}}, "no JWT"),
        ({"id_token": "eyJh.bm8ganNvbg.x"}, "no JWT"),
        ({"account_id": ACCOUNT + "\n"}, "characters"),
        ({"account_id": "acct\u0000FAKE"}, "characters"),
        ({"account_id": "acct FAKE"}, "characters"),
        ({"account_id": "acct\u202eFAKE"}, "characters"),
        ({"account_id": 7}, "characters"),
        ({"account_id": "22222222-FAKE"}, "two different accounts"),
        ({"id_token": jwt("another-FAKE"), "account_id": None}, "two different accounts"),
        ({"account_id": None, "access_token": jwt("x\u001b[0m"), "id_token": None}, "characters"),
    ],
)
@pytest.mark.parametrize("nested", [False, True])
def test_what_can_not_be_is_refused(change: dict[str, Any], words: str, nested: bool) -> None:
    document: dict[str, Any] = {**OURS, **change}
    text = json.dumps({"auth_mode": "chatgpt", "tokens": document} if nested else document)
    assert words in (problem_of(text) or "")
    assert "FAKE" not in (problem_of(text) or "")


def test_what_is_ours_is_taken() -> None:
    for document in (
        OURS,
        {"auth_mode": "chatgpt", "OPENAI_API_KEY": mint("sk-"), "tokens": OURS},
        {**OURS, "id_token": None},
        {**OURS, "account_id": None},
        {"access_token": "opaque", "account_id": "acct-FAKE"},
    ):
        assert problem_of(json.dumps(document)) is None
        assert problem_of("\ufeff" + json.dumps(document)) is None
    assert "twice" in (problem_of('{"access_token": "a", "access_token": "b"}') or "")


def test_every_leaf_but_the_public_ones_is_learnt() -> None:
    hidden = {"later_field": mint(), "login_owner_id": mint(), "nested": [{"deep": mint()}]}
    public = {
        "auth_mode": "chatgpt",
        "last_refresh": "2026-11-21T19:08:17.860584046Z",
        "provenance": {
            "issuer": "https://auth.openai.com",
            "client_id": "app_EMoamEEZ73f0CkXaXp7hrann",
        },
    }
    inside = mint()
    text = (
        json.dumps(
            {
                **hidden,
                **public,
                "tokens": OURS,
                "text": json.dumps({"in": inside}),
                "plan_type": mint(),
            }
        )[:-1]
        + f', "later_field": "{mint()}"}}'
    )
    vault = Vault()
    vault.add_document(text, "given")
    known = {secret.reveal() for secret in vault.secrets()}
    wanted = {
        value
        for _, value in credentials.leaves(credentials.parse_every_pair(text))
        if "FAKE" in value and not value.startswith("{")
    }
    assert wanted | {inside, ACCOUNT} <= known
    assert vault.redact_text(json.dumps(public)) == json.dumps(public)
    # No half of a token either.
    for part in OURS["access_token"].split(".")[1:]:
        assert part not in vault.redact_text(part)
    assert scan(vault.redact(text.encode()), vault) == []
