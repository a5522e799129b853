"""The real Codex CLI completes a turn against the rehearsal, and meets the drift."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from smoke_tui.rehearsal import Rehearsal
from tests.helpers.codex_runs import built_in_provider, custom_provider, execute, log_in

WORD = "HERON-4711"
VERSIONS = ("0.169.0", "0.171.0")

pytestmark = pytest.mark.real_codex


@pytest.fixture(params=VERSIONS, name="codex")
def _codex(request: pytest.FixtureRequest, codex_cli: Callable[[str], Path]) -> Path:
    return codex_cli(request.param)


def run(codex: Path, rehearsal: Rehearsal, home: Path, *, login: bool) -> tuple[int, str, str]:
    settings = custom_provider(rehearsal.codex_url, login=login)
    if login:
        settings.append(f'chatgpt_base_url="{rehearsal.issuer}/backend-api/"')
        log_in(home, rehearsal)
    done = execute(codex, home, settings, f"Repeat the word {WORD}")
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("login", [False, True])
def test_a_turn_with_a_provider_of_ones_own(codex: Path, tmp_path: Path, login: bool) -> None:
    with Rehearsal.start() as rehearsal:
        code, told, errors = run(codex, rehearsal, tmp_path, login=login)
        assert code == 0, errors
        assert WORD in told
        calls = [one for one in rehearsal.requests() if one.path.endswith("/responses")]
        assert [(one.method, one.status) for one in calls] == [("POST", 200)]
        assert "instructions" not in calls[0].fields
        assert ("authorization" in dict(calls[0].headers)) is login
        assert rehearsal.errors == []


def test_a_turn_with_the_built_in_provider(
    codex: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Logged in, over HTTPS, compressed; the WebSocket is refused and HTTP taken at once."""
    version = request.node.callspec.params["codex"]
    with Rehearsal.start(tls=True) as rehearsal:
        assert rehearsal.tls_origin is not None
        log_in(tmp_path, rehearsal)
        done = execute(
            codex,
            tmp_path,
            built_in_provider(rehearsal.tls_origin),
            f"Repeat the word {WORD}",
            CODEX_CA_CERTIFICATE=str(rehearsal.authority_file),
            CODEX_REFRESH_TOKEN_URL_OVERRIDE=f"{rehearsal.issuer}/oauth/token",
        )
        assert done.returncode == 0, done.stderr
        assert WORD in done.stdout
        seen = rehearsal.requests()
        calls = [(one.method, one.status) for one in seen if one.path.endswith("/responses")]
        assert calls == [("GET", 426), ("POST", 200)]
        posted = dict(
            next(
                one for one in seen if (one.method, one.path[-10:]) == ("POST", "/responses")
            ).headers
        )
        assert posted["content-encoding"] == "zstd"
        assert posted["version"] == version
        assert posted["x-openai-internal-codex-responses-lite"] == "true"
        # Whatever else it asks for at its start is there.
        assert [one.path for one in seen if one.status in (404, 405)] == []
        assert "/backend-api/wham/accounts/check" in {one.path for one in seen}
        assert rehearsal.errors == []


@pytest.mark.parametrize("login", [False, True])
def test_the_drift(codex: Path, tmp_path: Path, login: bool) -> None:
    with Rehearsal.start("instructions-drift") as rehearsal:
        code, _, errors = run(codex, rehearsal, tmp_path, login=login)
        assert code == 1
        assert '{"detail":"Instructions are not valid"}' in errors
        calls = [one for one in rehearsal.requests() if one.path.endswith("/responses")]
        assert {one.status for one in calls} == {400}


@pytest.mark.parametrize(
    ("version", "model", "served"),
    [("0.120.0", "gpt-5.5", True), ("0.120.0", None, False), ("0.150.0", None, True)],
)
def test_older_clients_get_what_their_version_may_have(
    codex_cli: Callable[[str], Path], tmp_path: Path, version: str, model: str | None, served: bool
) -> None:
    """The default of 0.120 is retired; what was there before the gates is served still."""
    with Rehearsal.start(tls=True) as rehearsal:
        assert rehearsal.tls_origin is not None
        log_in(tmp_path, rehearsal)
        settings = built_in_provider(rehearsal.tls_origin)
        done = execute(
            codex_cli(version),
            tmp_path,
            settings if model is None else [*settings, f'model="{model}"'],
            f"Repeat the word {WORD}",
            CODEX_CA_CERTIFICATE=str(rehearsal.authority_file),
        )
        assert (done.returncode == 0) is served
        refused = "model is not supported when using Codex with a ChatGPT account" in done.stderr
        assert refused is not served
