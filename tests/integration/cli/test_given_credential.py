"""A file of another tool is told by what it looks like, and nothing of it is said again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from smoke_tui.__main__ import main
from smoke_tui.redaction import Vault, credential_documents, scan
from smoke_tui.world.credential_document import looks_like, problem_of
from tests.helpers.minted_secrets import AUTH_CLAIM, jwt, token


def account_jwt(account: str) -> str:
    return jwt(**{AUTH_CLAIM: {"chatgpt_account_id": account}})


FOREIGN: dict[str, tuple[Any, str]] = {
    "claude": (
        {"claudeAiOauth": {"accessToken": token("sk-ant-oat01-"), "refreshToken": token()}},
        "Claude",
    ),
    "gcloud": (
        {
            "client_id": "1.apps",
            "client_secret": token(),
            "refresh_token": token(),
            "type": "authorized_user",
        },
        "Google",
    ),
    "service account": (
        {"type": "service_account", "private_key": token(), "client_email": "a@b"},
        "Google",
    ),
    "gemini": (
        {"access_token": token("ya29."), "refresh_token": token(), "expiry_date": 1},
        "Gemini",
    ),
    "google": (
        {"access_token": token(), "id_token": jwt(iss="https://accounts.google.com")},
        "Google",
    ),
    "web session": (
        {"user": {"email": "FAKE@example.org"}, "accessToken": jwt(), "expires": "x"},
        "web page",
    ),
    "api key": ({"auth_mode": "apikey", "OPENAI_API_KEY": token("sk-proj-")}, "API key"),
    "api key alone": ({"OPENAI_API_KEY": token("sk-proj-"), "tokens": None}, "API key"),
    "opencode": ({"openai": {"type": "oauth", "refresh": token(), "access": token()}}, "opencode"),
    "copilot": ({"github.com": {"oauth_token": token("gho_"), "user": "FAKE"}}, "GitHub"),
    "docker": ({"auths": {"registry.example": {"auth": token()}}}, "registry"),
    "aws json": ({"AccessKeyId": "AKIAFAKE", "SecretAccessKey": token()}, "AWS"),
    "gh hosts": (f"github.com:\n    user: FAKE\n    oauth_token: {token('gho_')}\n", "GitHub"),
    "npmrc": (f"//registry.example/:_authToken={token('npm_')}\n", "npmrc"),
    "kube": (f"apiVersion: v1\nkind: Config\nusers:\n- user:\n    token: {token()}\n", "kube"),
    "aws": (f"[default]\naws_access_key_id = AKIAFAKE\naws_secret_access_key = {token()}\n", "AWS"),
    "netrc": (f"machine example.org login FAKE password {token()}\n", "netrc"),
    "pem": (f"-----BEGIN RSA PRIVATE KEY-----\n{token()}\n", "private key"),
    "bare token": (jwt() + "\n", "bare token"),
    "bare refresh token": (token("rt_"), "refresh token"),
    "bare key": (token("sk-"), "API key"),
    "dotenv": (f"OPENAI_API_KEY={token('sk-')}\n", "environment"),
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
    "access_token": account_jwt(ACCOUNT),
    "id_token": account_jwt(ACCOUNT),
    "refresh_token": token("rt_"),
    "account_id": ACCOUNT,
}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"id_token": token()}, "no JWT"),
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
        ({"id_token": account_jwt("another-FAKE"), "account_id": None}, "two different accounts"),
        (
            {"account_id": None, "access_token": account_jwt("x\u001b[0m"), "id_token": None},
            "characters",
        ),
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
        {"auth_mode": "chatgpt", "OPENAI_API_KEY": token("sk-"), "tokens": OURS},
        {**OURS, "id_token": None},
        {**OURS, "account_id": None},
        {"access_token": "opaque", "account_id": "acct-FAKE"},
    ):
        assert problem_of(json.dumps(document)) is None
        assert problem_of("\ufeff" + json.dumps(document)) is None
    assert "twice" in (problem_of('{"access_token": "a", "access_token": "b"}') or "")


def test_every_leaf_but_the_public_ones_is_learnt() -> None:
    hidden = {"later_field": token(), "login_owner_id": token(), "nested": [{"deep": token()}]}
    public = {
        "auth_mode": "chatgpt",
        "last_refresh": "2026-11-21T19:08:17.860584046Z",
        "provenance": {
            "issuer": "https://auth.openai.com",
            "client_id": "app_EMoamEEZ73f0CkXaXp7hrann",
        },
    }
    inside = token()
    text = (
        json.dumps(
            {
                **hidden,
                **public,
                "tokens": OURS,
                "text": json.dumps({"in": inside}),
                "plan_type": token(),
            }
        )[:-1]
        + f', "later_field": "{token()}"}}'
    )
    vault = Vault()
    vault.add_document(text, "given")
    known = {secret.reveal() for secret in vault.secrets()}
    wanted = {
        value
        for _, value in credential_documents.leaves(credential_documents.parse_every_pair(text))
        if "FAKE" in value and not value.startswith("{")
    }
    assert wanted | {inside, ACCOUNT} <= known
    assert vault.redact_text(json.dumps(public)) == json.dumps(public)
    # No half of a token either.
    for part in OURS["access_token"].split(".")[1:]:
        assert part not in vault.redact_text(part)
    assert scan(vault.redact(text.encode()), vault) == []
