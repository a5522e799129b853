"""The net: what looks like a secret goes, what diagnoses a failure stays."""

from __future__ import annotations

import base64
import re
import textwrap
import time

import pytest

from smoke_tui.redaction import Vault, detection, scan
from tests.helpers.minted_secrets import jwt, token
from tests.helpers.paths import ROOT

PLACEHOLDER = re.compile(r"\[REDACTED:[a-z_]+#\d+\]")
BASIC = base64.b64encode(b"user:FAKEpass1").decode()

KEY = "sk-proj-FAKE0aB3cD4eF5gH6iJ7kL8mN9oP0q1R2s"
CLAIMS = jwt().split(".")[1]

CAUGHT = [
    ("§", jwt()),
    ("x=§&y", jwt()),
    ("%22§%22", jwt()),
    ("a\\n§", jwt()),
    ("§", "eyJhbGciOiJkaXIifQ..FAKEivFAKE.FAKEtext." + token()),
    ("half §", ".".join(jwt(sub="FAKE-of-a-longer-claim").split(".")[:2])),
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
    ("mail §, please", "someone.FAKE@example.invalid"),
    ("?login=§&x=1", "someone.FAKE%40example.invalid"),
    ("{'device_auth_id': '§'}", "deviceauth_FAKE0123"),
    ('"usercode":"§"', "FAKE-12345"),
    ("Enter the code § at https://h.test/device", "FAKE-EF1GH"),
    ("Your one-time code is §\n", "FAKE-MJHT"),
    ("claims §", CLAIMS),
    ("claims §", base64.b64encode(b'{\n  "iss": "FAKE",\n  "exp": 1}').decode()),
    ("__Secure-next-auth.session-token=§; theme", "FAKEsession1"),
    ('{"name":"next-auth.session-token.0","value":"§"}', "FAKEsession2"),
    (".h.test\tTRUE\t/\tTRUE\t0\tcf_clearance\t§", "FAKEclearance3"),
    ('"sessionToken":"§"', "FAKEsession4"),
    ("account_id: §", "fa4e0000-1111-4222-8333-444444444444"),
    ("chatgpt-account-id: §", "acct-FAKE12345"),
    # Broken up, and escaped more than once.
    ("§", "\u00ad".join(KEY)),
    ("§", "\u200b".join(KEY)),
    ("§", "\\u200b".join(KEY)),
    ("§", "&shy;".join(KEY)),
    ('k = "§"', '" + "'.join((KEY[:3], KEY[3:12], KEY[12:]))),
    ("§", "\\u0073k" + KEY[2:]),
    ("§", "\\\\u0073k" + KEY[2:]),
    ("§", "%2573k" + KEY[2:]),
    ("§", "&amp;#115;k" + KEY[2:]),
    ("§", jwt().replace("e", "%2565")),
    ("%2522access_token%2522%253A%2522§%2522", "FAKEtwice"),
    ("&amp;quot;access_token&amp;quot;:&amp;quot;§&amp;quot;", "FAKEtwice"),
    # Wrapped over lines.
    ("key:\n  §\nThe end.", "\n  ".join((KEY[:17], KEY[17:30], KEY[30:]))),
    ("key: §\n", "\n".join(textwrap.wrap(jwt(), 40, break_on_hyphens=False))),
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
    "sk-... sk-xxxx sk-XXXXXXXXXXXXXXXXXXXXXXXX sk-proj-xxxxxxxxxxxxxx sk-ant-api03-xxxxxxxxxxxx",
    "sk-YOUR_API_KEY_GOES_HERE sk-your-api-key-here Bearer <token> Bearer YOUR_ACCESS_TOKEN",
    "eyJ... eyJhbGciOi... eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9 eyJ2ZXJzaW9uIjoxLCJuYW1lIjoieCJ9aa",
    "@pytest.mark.parametrize @openai/codex@0.171.0 @openai/codex@0.171.0-alpha.rc a/b@v4.1.2",
    "git@github.com:openai/codex.git ssh://git@github.com/x ops@h.test foo@bar user@host:~/x$ ls",
    "ssh deploy@staging.example.com uptime; scp a deploy@h.example.com:/srv",
    "logo@2x.png getty@tty1.service img@sha256:" + "a1" * 32,
    "error code HTTP-4001, code 2026-1128, exit code 1234-5678, RFC-7636, unicode ABCD-EFGH",
    "error-code: AUTH-FAIL, status-code AB12-CD34E",
    "run 20261128T161517Z-4f2a, codes RB007 and RB084",
    'he said "x" + "y", price%20is%2520ok, \u2019quoted\u2019 \u200b, &amp;lt;b&amp;gt;',
    "see sk-learn\nREADME.md\nlib64",
    "access_token\n  0123456789abcdef0123",
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


@pytest.mark.parametrize("size", [1, 3, 7, 64])
@pytest.mark.parametrize(("template", "value"), CAUGHT, ids=[str(i) for i, _ in enumerate(CAUGHT)])
def test_caught_however_the_text_arrives(template: str, value: str, size: int) -> None:
    text = f"before\n{template.replace('§', value)}\nbehind".encode()
    stream = Vault().stream()
    out = b"".join(stream.feed(text[at : at + size]) for at in range(0, len(text), size))
    assert out + stream.flush() == Vault().redact(text)


@pytest.mark.parametrize(
    "path",
    [
        "README.md",
        "CHANGELOG.md",
        ".github/SECURITY.md",
        *(f"runbooks/{path.name}" for path in sorted((ROOT / "runbooks").glob("*.md"))),
    ],
)
def test_nothing_is_hidden_of_the_texts_that_come_with_the_program(path: str) -> None:
    text = (ROOT / path).read_bytes()
    assert Vault().redact(text) == text


def test_a_neighbour_of_a_wrapped_key_stays() -> None:
    text = f"{KEY[:20]}\n{KEY[20:]}\nNext comes another line.\nlast"
    assert Vault().redact_text(text) == ("[REDACTED:api_key#1]\nNext comes another line.\nlast")


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
     "?code=", "&state=", "%22", "a@b.", "code A1B2-", "%25", "eyJa\n", '" + "', "&amp;",
     "sk-aB3aB3aB3aB3\n", "account_id: ", "[REDACTED:", "[REDACTED:a#b]", "bearer a",
     '"id_token":"x",'],
)  # fmt: skip
def test_hostile_runs_cost_no_more_than_their_length(run: str) -> None:
    vault = Vault()
    started = time.process_time()
    vault.redact_text("cookie: " + run * (200_000 // len(run)))
    assert time.process_time() - started < 2


@pytest.mark.parametrize(("template", "value"), CAUGHT, ids=[str(i) for i, _ in enumerate(CAUGHT)])
def test_the_quick_question_misses_nothing(template: str, value: str) -> None:
    text = template.replace("§", value).encode()
    if detection.find(text):
        assert detection.may_find(text)
    assert not detection.may_find(b"FAIL: The output names no refund, and greets twice.")
