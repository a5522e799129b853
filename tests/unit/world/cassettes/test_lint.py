"""The redaction lint: every carrier of a secret is found, look-alikes are not, nothing is no pass."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from smoke_tui.outcomes import Exit
from smoke_tui.world.cassettes.lint import LintInput, lint_paths, lint_text, lint_texts
from tests.helpers.cassettes import JSON_TYPE, carriers, interaction, text_of
from tests.helpers.minted_secrets import jwt, token
from tests.unit.redaction.test_detectors import CAUGHT, KEPT

JWT = jwt(sub="somebody")
CARRIERS = dict(carriers(JWT))


def codes(text: str, name: str = "cassettes/a.yaml") -> list[str]:
    return [line.code for line in lint_text(LintInput(name, text))]


@pytest.mark.parametrize("carrier", CARRIERS)
def test_a_secret_in_a_carrier_is_found(carrier: str) -> None:
    assert "secret" in codes(text_of(CARRIERS[carrier]))


@pytest.mark.parametrize(("template", "value"), CAUGHT, ids=[str(i) for i, _ in enumerate(CAUGHT)])
def test_what_the_redactor_would_replace_is_found(template: str, value: str) -> None:
    text = template.replace("§", value).replace("¤", "x")
    assert "secret" in codes(text_of(interaction(answer=text.encode())))


@pytest.mark.parametrize("text", KEPT, ids=[str(i) for i, _ in enumerate(KEPT)])
def test_look_alikes_are_no_finding(text: str) -> None:
    assert codes(text_of(interaction(answer=text.encode()))) == []


@pytest.mark.parametrize(
    "header",
    [
        ("cf-ray", "8a1b2c3d4e5f6789-FRA"),
        ("x-request-id", "req_0123456789abcdef0123456789abcdef"),
        ("x-oai-request-id", "0f5d9c3a-1b2c-4d5e-8f90-123456789abc"),
        ("etag", 'W/"33a64df551425fcc55e4d42a148795d9f25f89d4"'),
        ("openai-model", "gpt-5.1-codex-mini-2026-01-01"),
        ("session-id", "0f5d9c3a-1b2c-4d5e-8f90-123456789abc"),
        ("date", "Sat, 28 Nov 2026 21:00:00 GMT"),
        ("user-agent", "smoke-tui/0.9.0 (Linux 6.1; x86_64) python/3.11"),
        ("x-codex-primary-used-percent", "12.5"),
        ("Authorization", "Bearer [REDACTED:access_token#oauth-login.1]"),
        ("authorization", "DUMMY"),
        ("Set-Cookie", "[REDACTED:header]"),
        ("Cookie", "a=[REDACTED:cookie#1]; b=[REDACTED:cookie#2]"),
        ("chatgpt-account-id", "[REDACTED:account_id#oauth-login.1]"),
        ("x-api-key", "YOUR_API_KEY"),
    ],
)
def test_headers_that_diagnose_are_no_finding(header: tuple[str, str]) -> None:
    assert codes(text_of(interaction(headers=(header,), answer_headers=(header,)))) == []


@pytest.mark.parametrize(
    "header",
    [
        ("Authorization", "Bearer FAKEopaque-123"),
        ("authorization", "FAKE0a1b2c3d4e5f"),
        ("ChatGPT-Account-ID", "fa4e0000-1111-4222-8333-444444444444"),
        ("Cookie", "theme=dark; cf_clearance=FAKEcookie1"),
        ("Set-Cookie", "__cf_bm=FAKE.1-x; Path=/; HttpOnly"),
        ("X-Api-Key", "FAKE-opaque-key"),
        ("x-customer-token", "FAKE0a1b2c3d4e5f6"),
        ("x-codex-turn-state", "FAKEturnstate01"),
    ],
)
@pytest.mark.parametrize("side", ["request", "response"])
def test_headers_that_carry_credentials_are_found(header: tuple[str, str], side: str) -> None:
    made = interaction(headers=(header,)) if side == "request" else interaction(
        answer_headers=(header,)
    )  # fmt: skip
    assert codes(text_of(made)) == ["secret"]


@pytest.mark.parametrize(
    "made",
    [
        interaction(uri="https://h.test/x?api_key=FAKE0a1b2c3d4e5f&v=1"),
        interaction(uri="https://h.test/x?sig=FAKE0a1b2c3d4e5f"),
        interaction(body=b'{"customer_token": "FAKE0a1b2c3d4e5f"}'),
        interaction(answer=b'data: {"session": {"client_secret": "FAKE0a1b2c3d4e5f"}}\n\n'),
        interaction(answer=b'{"log": "{\\"auth_token\\": \\"FAKE0a1b2c3d4e5f\\"}"}'),
    ],
)
def test_values_are_found_by_their_names(made: object) -> None:
    assert "secret" in codes(text_of(made))  # type: ignore[arg-type]


def test_counts_of_tokens_are_no_finding() -> None:
    body = b'{"usage": {"input_tokens": 12345678901234, "max_output_tokens": "4096"}, "token": "x"}'
    assert codes(text_of(interaction(body=body))) == []


def test_a_declared_field_of_ones_own_is_found() -> None:
    text = text_of(interaction(headers=(*JSON_TYPE, ("x-tenant", "acme-gmbh"))))
    assert lint_text(LintInput("cassettes/a.yaml", text)) == []
    lines = lint_text(LintInput("cassettes/a.yaml", text, frozenset({"X-Tenant"})))
    assert [line.code for line in lines] == ["secret"]


def test_a_random_text_is_something_to_look_at_and_no_failure() -> None:
    text = text_of(interaction(headers=(("x-blob", "q8Zr1LmT0vXc7Bn4Ka9WsE3dFh6Yj2Pu"),)))
    result = lint_texts([LintInput("cassettes/a.yaml", text)])
    assert ([line.code for line in result.lines], result.exit) == (["random-text"], Exit.OK)


def test_a_secret_in_a_comment_and_in_a_name_is_found() -> None:
    text = text_of(interaction()) + f"# was {token('sk-proj-')}\n"
    assert codes(text) == ["secret"]
    assert codes(text_of(interaction()), f"cassettes/{token('sk-proj-')}.yaml") == ["secret"]


def test_a_broken_file_is_invalid_and_still_searched() -> None:
    text = f"interactions:\n- request: {{\n  x: {token('sk-proj-')}\n"
    assert set(codes(text)) == {"invalid", "secret"}


def test_a_line_names_path_line_and_code(tmp_path: Path) -> None:
    folder = tmp_path / "cassettes"
    folder.mkdir()
    (folder / "a.yaml").write_text(text_of(interaction(headers=(("Cookie", "sid=FAKEs1d2"),))))
    result = lint_paths([folder])
    assert result.lines[0].text() == (
        f"{folder}/a.yaml:6: secret `interactions.request.headers.Cookie` holds what looks like a "
        "cookie"
    )
    assert "FAKE" not in result.lines[0].text()
    assert result.summary() == "1 cassette checked: 1 place(s) with a secret"


def test_nothing_is_no_pass(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text("services: {}\n")
    result = lint_paths([tmp_path])
    assert (result.exit, result.summary()) == (
        Exit.NOTHING,
        "0 cassettes: nothing was checked",
    )


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "the file is empty"),
        (b"a: [", "did not find"),
        (b"version: 1\n", "it has no `interactions`"),
        (b"interactions: {}\nversion: 1\n", "`interactions` is no list"),
        (b"interactions: []\nversion: 2\n", "`version` is 2"),
        (b"interactions:\n- request: {}\n", "has no 'response'"),
        (b"- request: {}\n", "older than 1.0"),
        (b"\xff\xfe", "no UTF-8"),
        (b"interactions: !!python/object/apply:os.system [x]\n", "the tag"),
        (b"interactions: []\ninteractions: []\n", "twice"),
    ],
)
def test_what_is_no_cassette_is_invalid(tmp_path: Path, content: bytes, problem: str) -> None:
    folder = tmp_path / "cassettes"
    folder.mkdir()
    (folder / "a.yaml").write_bytes(content)
    result = lint_paths([folder])
    assert result.exit == Exit.INVALID
    assert problem in result.lines[0].message


def test_recordings_of_other_suffixes_are_checked(tmp_path: Path) -> None:
    folder = tmp_path / "cassettes"
    folder.mkdir()
    leaking = json.loads(json.dumps({"a": token("sk-proj-")}))
    made = {"version": 1, "interactions": [{
        "request": {"method": "GET", "uri": "http://x/", "body": None, "headers": {}},
        "response": {"status": {"code": 200, "message": ""}, "headers": {},
                     "body": {"string": json.dumps(leaking)}}}]}  # fmt: skip
    (folder / "a.json").write_text(json.dumps(made, indent=4))
    (folder / "b").write_text(text_of(interaction(headers=(("Cookie", "sid=FAKEs1d2"),))))
    (folder / "c.txt").write_text("a note")
    (tmp_path / "package.json").write_text("{}")
    result = lint_paths([tmp_path])
    assert result.checked == 2
    assert [Path(line.path).name for line in result.lines] == ["a.json", "b"]


def test_files_beside_a_cassette_are_checked(tmp_path: Path) -> None:
    secret = token("sk-proj-")
    (tmp_path / "a.yaml").write_text(text_of(interaction()))
    (tmp_path / "a.toml").write_text(f'schema = "smoke-case/1"\nprompt = "use {secret}"\n')
    (tmp_path / "a.changes.jsonl").write_text(json.dumps({"why": secret}) + "\n")
    (tmp_path / "pyproject.toml").write_text(f'x = "{secret}"\n')
    result = lint_paths([tmp_path])
    places = [(Path(line.path).name, line.line, line.code) for line in result.lines]
    assert places == [("a.changes.jsonl", 1, "secret"), ("a.toml", 2, "secret")]
    assert result.exit == Exit.SECRET


def test_a_broken_case_file_is_invalid(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(text_of(interaction()))
    (tmp_path / "a.toml").write_text('schema = "smoke-case/1"\nprompt = "x"\nsensitiv = []\n')
    result = lint_paths([tmp_path])
    assert [(line.line, line.code) for line in result.lines] == [(3, "invalid")]
    assert result.exit == Exit.INVALID
