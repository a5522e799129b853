"""Processes, loopback ports, and waiting for what they do."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from pathlib import Path

LONGEST = 120.0


def alive(pid: int) -> bool:
    """Whether a process is there and no zombie."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in "ZX"


def free_port() -> int:
    """A loopback port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def until(condition: Callable[[], bool], what: str) -> None:
    """Wait until a condition holds; `what` did not happen where it never does."""
    end = time.monotonic() + LONGEST
    while not condition():
        assert time.monotonic() < end, what
        time.sleep(0.02)
