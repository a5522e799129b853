"""The program, its operator and its machine, as the first line of a session describes them."""

from __future__ import annotations

import getpass
import os
import platform
import subprocess

from smoke_tui import __version__
from smoke_tui.config.session_config import NETWORK_VARIABLES, SessionConfig
from smoke_tui.journal.decision_rules import RULES
from smoke_tui.journal.events.values import Program, Project


def this_program(config: SessionConfig) -> Program:
    """Describe this program, running with `config` on this machine. Asks git, which may block."""
    return Program(
        tool=__version__,
        rules=RULES,
        config=config,
        real_provider=config.real_provider,
        by=user_name(),
        host=platform.node(),
        system=f"{platform.system()} {platform.release()}",
        python=platform.python_version(),
        network=network_variables(),
        project=git_state(config.project),
        pid=os.getpid(),
    )


def user_name() -> str:
    """The name of the user whom this program runs as."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


def network_variables() -> tuple[str, ...]:
    """The names of set variables that change where requests go or whom they trust."""
    return tuple(
        name for name in NETWORK_VARIABLES if os.environ.get(name) or os.environ.get(name.lower())
    )


def git_state(folder: str) -> Project | None:
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
    return Project(head.stdout.strip(), bool(dirty.stdout.strip()))
