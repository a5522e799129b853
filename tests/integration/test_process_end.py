"""How the program ends its own process."""

from __future__ import annotations

import subprocess
import sys

from tests.helpers.machine import ENVIRONMENT

_PREPARE = """
import atexit, sys, threading
from smoke_tui.process_setup import end
atexit.register(print, "registered")
print("printed")
"""
_WITH_THREAD = """
def work():
    goes_on.wait()
    print("worked")
goes_on = threading.Event()
threading.Thread(target=work).start()
atexit.register(goes_on.set)
threading._register_atexit(goes_on.set)
"""


def _run(code: str) -> tuple[int, str, str]:
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=ENVIRONMENT, check=False
    )
    return done.returncode, done.stdout, done.stderr


def test_what_was_printed_leaves_and_what_was_registered_runs() -> None:
    assert _run(f"{_PREPARE}end(6)") == (6, "printed\nregistered\n", "")


def test_another_thread_is_waited_for() -> None:
    assert _run(f"{_PREPARE}{_WITH_THREAD}end(3)") == (3, "printed\nworked\nregistered\n", "")
