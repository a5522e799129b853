"""The operator, the network variables and the git state that a session's first line names."""

from __future__ import annotations

import getpass
import os
import subprocess
from typing import Any

from smoke_tui.config.session_config import NETWORK_VARIABLES


def user_name() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


def network_variables() -> list[str]:
    """The names of set variables that change where requests go or whom they trust."""
    return [
        name for name in NETWORK_VARIABLES if os.environ.get(name) or os.environ.get(name.lower())
    ]


def git_state(folder: str) -> dict[str, Any] | None:
    """The checkout's revision and whether it has changes; None where there is no checkout."""
    try:
        head = subprocess.run(
            ["git", "-C", folder, "rev-parse", "HEAD"],
            capture_output=True,
            text=True,
            timeout=5,
            check=False,
        )
        if head.returncode != 0:
            return None
        dirty = subprocess.run(
            ["git", "-C", folder, "status", "--porcelain", "-uno"],
            capture_output=True,
            text=True,
            timeout=10,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return {"revision": head.stdout.strip(), "dirty": bool(dirty.stdout.strip())}
