"""What the program asks of its own process: streams, no core files, no terminal that is gone."""

from __future__ import annotations

import os
import resource
import signal
import sys
from typing import Final

SIGNALS: Final = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT)
"""Those that end a session in an orderly way."""


def no_core_files() -> None:
    """A core file would hold the credential."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def have_streams() -> None:
    """Open what the caller closed: else the journal would get that number, and be printed into.

    Python leaves a stream that was closed as None, and prints to standard output what was meant
    for a standard error that is None.
    """
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        try:
            os.fstat(number)
        except OSError:
            # The lowest free number is this one: those below it are open by now.
            os.open(os.devnull, os.O_RDWR)
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(number, mode, encoding="utf-8", closefd=False))


def let_go_of_the_terminal() -> None:
    """After a hang-up nothing can be written to it, and the interpreter's last try would fail."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nowhere, number)
