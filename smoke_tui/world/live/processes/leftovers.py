"""Processes of an earlier start of the tool: whether they still run, and their end.

A process is known by its id and a mark: when it started, and in which life of the machine. An id
alone may be somebody else's by now. Only Linux gives marks; without one nothing is found, and
nothing is ever signalled.
"""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Final

from smoke_tui.world.live.processes.guardian import below, signal_to, stat_of

#: A guardian gives its own family 3 seconds; then it is killed with them.
GRACE: Final = 6.0
_KILL_SECONDS: Final = 2.0
_BOOT: Final = Path("/proc/sys/kernel/random/boot_id")
# Fields of /proc/PID/stat, counted from the state (proc_pid_stat(5) counts it as the third).
_THREADS: Final = 17
_STARTED: Final = 19


def mark_of(pid: int) -> str | None:
    """When a process started; None where it is gone or the system can't tell."""
    fields = stat_of(pid)
    try:
        # A leader that ended while threads of it go on looks dead, too.
        if not fields or (fields[0] in "ZX" and int(fields[_THREADS]) < 2):
            return None
        return f"{_BOOT.read_text()[:8]}-{fields[_STARTED]}"
    except OSError:
        return None


def gives_marks() -> bool:
    """Whether this system reports when a process started."""
    return mark_of(os.getpid()) is not None


def exists(pid: int, mark: str | None = None) -> bool:
    """Whether any process has this number; it need not be the one that had it before."""
    return pid > 0 and signal_to(pid, 0)


def still_running(pid: int, mark: str | None) -> bool:
    """Whether this very process still runs."""
    return mark is not None and mark_of(pid) == mark


def stop_leftover(pid: int, mark: str | None) -> bool:
    """Stop a process and all that descends from it: TERM, then KILL. Whether it is gone.

    A guardian takes TERM as the order to sweep. Blocks for up to 8 seconds; nobody is signalled
    whose mark has changed.
    """
    processes: dict[int, str] = {}
    if mark is None or not _look(pid, mark, processes):
        return True
    _strike(processes, signal.SIGTERM)
    _strike(processes, signal.SIGCONT)
    end = time.monotonic() + GRACE
    while any(_running(processes)) and time.monotonic() < end:
        time.sleep(0.02)
    end = time.monotonic() + _KILL_SECONDS
    while (left := _running(processes)) and time.monotonic() < end:
        for each, each_mark in left.items():
            _look(each, each_mark, processes)
        _strike(processes, signal.SIGKILL)
        time.sleep(0.02)
    return not _running(processes)


def _look(pid: int, mark: str, processes: dict[int, str]) -> bool:
    """Add a process and all below it to `processes`, where it still is the one with this mark."""
    family = {each: each_mark for each, _, _ in below(pid) if (each_mark := mark_of(each))}
    # Looked at last: the others are its family only if it has been there all the time.
    if not still_running(pid, mark):
        return False
    processes.update({**family, pid: mark})
    return True


def _running(processes: dict[int, str]) -> dict[int, str]:
    return {pid: mark for pid, mark in processes.items() if still_running(pid, mark)}


def _strike(processes: dict[int, str], number: int) -> None:
    for pid in _running(processes):
        if pid != os.getpid():
            signal_to(pid, number)
