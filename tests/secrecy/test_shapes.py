"""The net: what looks like a secret goes, what diagnoses a failure stays."""

from __future__ import annotations

import base64
import re
import time

import pytest

from smoke_tui.secrecy import Vault, scan

from .minted import jwt, token

PLACEHOLDER = re.compile(r"\[REDACTED:[a-z_]+#\d+\]")
BASIC = base64.b64encode(b"user:FAKEpass1").decode()

CAUGHT = [
    ("§", jwt()),
    ("x=§&y", jwt()),
    ("%22§%22", jwt()),
    ("a\\n§", jwt()),
    ("§", "eyJhbGciOiJkaXIifQ..FAKEivFAKE.FAKEtext." + token()),
    ("half §", ".".join(jwt("FAKE-of-a-longer-claim").split(".")[:2])),
    ("ChatGPT-Account-ID: §", "fake0000-1111-4222-8333-444444444444".replace("fake", "fa4e")),
    ("/x?__cf_chl_tk=§&a", "FAKE" + token()),
    ("§, ", token("sk-")),
    ("§", token("sk-proj-")),
    ("§", token("sk-svcacct-")),
    ("§", token("sk-ant-api03-")),
    ("provided: §.", "sk-proj-****************FAKE"),
    ("§", "xai-" + "FAKE0" * 8),
    ("§", token("rt_")),
    ("§", "rt_" + "0123456789abcdef" * 2),
    ("§", "rt.1.FAKE" + "ab12CD" * 6),
    ("code §", token("ac_")),
    ("§ is it", "ghp_" + "FAKE" * 9),
    ("GITHUB=§", "github_pat_" + "FAKE0_" * 6),
    ("§", "glpat-" + "FAKE-" * 5),
    ("slack §", "xoxb-0123456789-FAKE"),
    ("?key=§&x", "AIza" + "FAKE0_-" * 5),
    ("aws §, ", "AKIA" + "FAKE" * 4),
    ("Authorization: Bearer §", "FAKEopaque-123"),
    ('"authorization": "Bearer §"', "FAKEopaque=="),
    ("Authorization: Basic §", BASIC),
    ("Cookie: cf_clearance=§; theme=¤", "FAKEcookie"),
    ("Set-Cookie: __cf_bm=§; Path=/; Expires=Wed, 21 Oct 2026 07:28:00 GMT; HttpOnly", "FAKE.1-x"),
    ('{"set-cookie": "sid=§; Path=/", "cf-ray": "8abc-FRA"}', "FAKEs%3Aid"),
    ("['set-cookie', 'sid=§; Secure']", "FAKEsid"),
    ("HTTPS_PROXY=http://me:§@proxy.test:3128/", "FAKEp4ss"),
    ("postgresql://app:§@127.0.0.1/db", "FAKEpg"),
    ("https://h.test/auth/callback?code=§&scope=a", "FAKEcode1"),
    ("GET /auth/callback?scope=a&state=§ HTTP/1.1", "FAKEstate-_"),
    ("next=%2Fcb%3Fcode%3D§%26scope%3Da", "FAKEcode2"),
    ('href="/cb?a=b&amp;code=§"', "FAKEcode3"),
    ("code=§&grant_type=authorization_code", "FAKEcode4"),
    ("grant_type=refresh_token&refresh_token=§&client_id=app_x", "FAKErefresh"),
    ("code_verifier=§", token()),
    ('{"access_token": "§", "expires_in": 3600}', 'FAKE with blanks, and a \\" quote'),
    ('"{\\"id_token\\":\\"§\\",\\"n\\":1}"', "FAKEid"),
    ("{'client_secret': '§'}", "FAKE;secret"),
    ("Bundle(refresh_token='§', n=1)", "FAKErefresh"),
    ('{"accessToken":"§"}', "FAKEcamel"),
    ("x-api-key: §", "FAKEkey1"),
    ("SPECTRAL_OPENAI_API_KEY=§", "FAKEkey2"),
    ("  password: §\n", "FAKEyaml"),
    ("device_code=§&user_code=¤", "FAKEdevice"),
    ("%22access_token%22%3A%22§%22%2C", "FAKEurljson"),
    ("&quot;password&quot;:&quot;§&quot;", "FAKEhtml"),
]

KEPT = [
    "client_id=app_EMoamEEZ73f0CkXaXp7hrann&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSst",
    '"code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", "x":"S256"',
    "cf-ray: 8a1b2c3d4e5f6789-FRA",
    "server: cloudflare",
    "x-request-id: req_0123456789abcdef0123456789abcdef",
    "resp_68af4030592c81a8b31a1e2f3a4b5c6d msg_68af4030592c81a8b31a1e call_Ab3dEf6hIj9lMn",
    "0f5d9c3a-1b2c-4d5e-8f90-123456789abc",
    "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "commit da39a3ee5e6b4b0d3255bfef95601890afd80709",
    "gpt-5.1-codex-mini claude-opus-4-1-20250805",
    '"input_tokens": 1234, "cached_input_tokens": 0, "reasoning_tokens": 77',
    "rt_latency_p50_ms=12",
    "x-codex-primary-used-percent: 12.5",
    "WWW-Authenticate: Bearer realm=\"api\", error=\"invalid_token\"",
    "Bearer authentication is required; basic authentication is not enough",
    "exit code=1, state=running_since_yesterday",
    "https://h.test/issues?state=open&code=400",
    '{"access_token": null, "password": "", "api_key": "string", "id_token": "***"}',
    "access_token=bundle.access_token, password=<password>",
    '{"required": ["access_token", "refresh_token"]}',
    "the password: it is typed by the operator",
    "http://localhost:1455/auth?x=a@b",
    "https://chatgpt.com@evil.test/",
    "cookies are not kept; cookie: none",
    "ghs_are_not xoxo-and-love AKIAFAKE github_pat_or_no aizawa ASIAN-PACIFIC-REGIONS-AND-MORE",
    "ac_power_supply_status_code sk-learn-feature-extraction",
]  # fmt: skip


@pytest.mark.parametrize(("template", "value"), CAUGHT, ids=[str(i) for i, _ in enumerate(CAUGHT)])
def test_caught(template: str, value: str) -> None:
    vault = Vault()
    text = template.replace("§", value).replace("¤", "FAKEother")
    out = vault.redact_text(text)
    assert "FAKE" not in out
    assert value not in out
    assert PLACEHOLDER.sub("[]", out) == template.replace("§", "[]").replace("¤", "[]")
    assert vault.redact_text(out) == out
    assert scan(text.encode(), vault)[0].how == "shape"
    assert scan(out.encode(), vault) == []


@pytest.mark.parametrize("text", KEPT, ids=[str(i) for i, _ in enumerate(KEPT)])
def test_kept(text: str) -> None:
    vault = Vault()
    assert vault.redact_text(text) == text
    assert vault.redact_json({"text": text}) == {"text": text}
    assert scan(text.encode(), vault) == []


def test_numbers_are_stable_within_one_vault() -> None:
    vault = Vault()
    one, two = token("sk-proj-"), token("sk-proj-")
    out = vault.redact_text(f"{one} {two} {one}")
    assert out == "[REDACTED:api_key#1] [REDACTED:api_key#2] [REDACTED:api_key#1]"
    assert vault.add_value(token(), "api_key").ref == "3"


def test_a_known_value_keeps_its_own_name() -> None:
    vault = Vault()
    value = jwt()
    vault.add_value(value, "access_token", "login.1")
    text = f'{{"access_token":"{value}"}}\nAuthorization: Bearer {value}'
    mark = "[REDACTED:access_token#login.1]"
    assert vault.redact_text(text) == f'{{"access_token":"{mark}"}}\nAuthorization: Bearer {mark}'


@pytest.mark.parametrize(
    "run",
    ["eyJ-", "eyJa.", "sk-", "://a:", 'password="', "password=", "a=b; ", "cookie: a=", "rt_",
     "?code=", "&state=", "%22", "[REDACTED:", "[REDACTED:a#b]", "bearer a", '"id_token":"x",'],
)  # fmt: skip
def test_hostile_runs_cost_no_more_than_their_length(run: str) -> None:
    vault = Vault()
    started = time.process_time()
    vault.redact_text("cookie: " + run * (200_000 // len(run)))
    assert time.process_time() - started < 2
