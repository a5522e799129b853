"""What an interactive front asks of its own process: no core files, no terminal that is gone."""

from __future__ import annotations

import os
import resource
import signal
from typing import Final

SIGNALS: Final = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT)
"""Those that end a session in an orderly way."""


def no_core_files() -> None:
    """A core file would hold the credential."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def let_go_of_the_terminal() -> None:
    """After a hang-up nothing can be written to it, and the interpreter's last try would fail."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nowhere, number)
