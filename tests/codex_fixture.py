"""A plug-in of the tests: the real Codex CLI, for the folders that run it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture(scope="session", name="codex_cli")
def _codex_cli() -> Callable[[str], Path]:
    """The real Codex CLI of a version, installed from npm once a machine; no npm is a failure."""

    def install(version: str) -> Path:
        cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
        prefix = cache / "smoke-tui-tests" / f"codex-{version}"
        program = prefix / "node_modules/.bin/codex"
        if not program.exists():
            prefix.mkdir(parents=True, exist_ok=True)
            subprocess.run(
                ["npm", "install", "--no-audit", "--no-fund", "--prefix", str(prefix),
                 f"@openai/codex@{version}"],
                check=True, capture_output=True, timeout=300,
            )
        return program

    return install
