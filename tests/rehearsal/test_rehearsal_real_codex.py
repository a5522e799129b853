"""The real Codex CLI completes a turn against the rehearsal, and meets the drift."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from smoke_tui.rehearsal import Rehearsal

VERSION = "0.169.0"
WORD = "HERON-4711"
BLACK_HOLE = "http://127.0.0.1:9"

pytestmark = pytest.mark.real_codex


@pytest.fixture(scope="module", name="codex")
def _codex(codex_cli: Callable[[str], Path]) -> Path:
    return codex_cli(VERSION)


def execute(
    codex: Path, rehearsal: Rehearsal, home: Path, *, login: bool
) -> subprocess.CompletedProcess[str]:
    """`codex exec` in an empty home, with nowhere to go but loopback."""
    provider = (
        f'model_providers.rehearsal={{name="rehearsal",base_url="{rehearsal.codex_url}",'
        f'wire_api="responses",requires_openai_auth={"true" if login else "false"},'
        "request_max_retries=0,stream_max_retries=0}"
    )
    settings = ['model_provider="rehearsal"', provider]
    if login:
        settings.append(f'chatgpt_base_url="{rehearsal.issuer}/backend-api/"')
        bundle = rehearsal.bundle()
        names = ("id_token", "access_token", "refresh_token", "account_id")
        (home / "auth.json").write_text(
            json.dumps(
                {
                    "auth_mode": "chatgpt",
                    "OPENAI_API_KEY": None,
                    "tokens": {name: bundle[name] for name in names},
                    "last_refresh": "2026-11-21T19:08:17.860584046Z",
                }
            )
        )
    return subprocess.run(
        [
            str(codex),
            "exec",
            "--skip-git-repo-check",
            *(part for one in settings for part in ("-c", one)),
            f"Repeat the word {WORD}",
        ],
        cwd=home,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "CODEX_HOME": str(home),
            "NO_PROXY": "127.0.0.1",
            "HTTPS_PROXY": BLACK_HOLE,
            "HTTP_PROXY": BLACK_HOLE,
            "ALL_PROXY": BLACK_HOLE,
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("login", [False, True])
def test_a_turn(codex: Path, tmp_path: Path, login: bool) -> None:
    with Rehearsal.start() as rehearsal:
        done = execute(codex, rehearsal, tmp_path, login=login)
        assert done.returncode == 0, done.stderr
        assert WORD in done.stdout
        calls = [one for one in rehearsal.requests() if one.path.endswith("/responses")]
        assert [(one.method, one.status) for one in calls] == [("POST", 200)]
        assert "instructions" not in calls[0].fields
        assert ("authorization" in dict(calls[0].headers)) is login
        assert rehearsal.errors == []


@pytest.mark.parametrize("login", [False, True])
def test_the_drift(codex: Path, tmp_path: Path, login: bool) -> None:
    with Rehearsal.start("instructions-drift") as rehearsal:
        done = execute(codex, rehearsal, tmp_path, login=login)
        assert done.returncode == 1
        assert '{"detail":"Instructions are not valid"}' in done.stderr
        calls = [one for one in rehearsal.requests() if one.path.endswith("/responses")]
        assert {one.status for one in calls} == {400}
