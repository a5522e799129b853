"""Runs of the real Codex CLI on loopback: a home of its own, and nowhere else to go."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

from smoke_tui.rehearsal import Rehearsal

BLACK_HOLE = "http://127.0.0.1:9"
TOKENS = ("id_token", "access_token", "refresh_token", "account_id")


def log_in(home: Path, rehearsal: Rehearsal) -> None:
    """An `auth.json` of the rehearsed account, as the client's own login writes it."""
    bundle = rehearsal.bundle()
    (home / "auth.json").write_text(
        json.dumps(
            {
                "auth_mode": "chatgpt",
                "OPENAI_API_KEY": None,
                "tokens": {name: bundle[name] for name in TOKENS},
                "last_refresh": "2026-11-21T19:08:17.860584046Z",
            }
        )
    )


def execute(
    codex: Path, home: Path, settings: list[str], prompt: str, **more: str
) -> subprocess.CompletedProcess[str]:
    """`codex exec` with these settings; every public host leads into a black hole."""
    return subprocess.run(
        [
            str(codex),
            "exec",
            "--skip-git-repo-check",
            *(part for one in settings for part in ("-c", one)),
            prompt,
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
            **more,
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def custom_provider(base_url: str, *, login: bool) -> list[str]:
    """Settings of a provider at any address; it is asked once."""
    provider = (
        f'model_providers.rehearsal={{name="rehearsal",base_url="{base_url}",'
        f'wire_api="responses",requires_openai_auth={"true" if login else "false"},'
        "request_max_retries=0,stream_max_retries=0}"
    )
    return ['model_provider="rehearsal"', provider, 'otel.metrics_exporter="none"']


def built_in_provider(origin: str) -> list[str]:
    """Settings that move the built-in provider, which takes HTTPS only, to this origin."""
    return [
        f'openai_base_url="{origin}/backend-api/codex"',
        f'chatgpt_base_url="{origin}/backend-api/"',
        'otel.metrics_exporter="none"',
    ]
