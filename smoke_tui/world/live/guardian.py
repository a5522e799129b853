"""Runs one command and takes it, and all it started, down when its control pipe closes.

Started as `python -I -S guardian.py FD -- ARGV…`; imports the standard library only. The parent
holds the other end of FD: closing it means stop, and a parent that dies closes it too.
"""

import contextlib
import ctypes
import os
import select
import signal
import subprocess
import sys
import time
from types import FrameType

PR_SET_CHILD_SUBREAPER = 36  # prctl(2)
GRACE = 3.0


def adopt_orphans() -> None:
    """Become the parent of grandchildren whose parent ends (Linux); elsewhere do without."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def children() -> list[int]:
    try:
        with open(f"/proc/self/task/{os.getpid()}/children") as file:
            return [int(word) for word in file.read().split()]
    except OSError:
        return []


def reap() -> bool | None:
    """Collect ended children; None when none is left, else whether one was collected."""
    try:
        pid, _ = os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        return None
    return pid != 0


def strike(group: int, number: int) -> None:
    """Send a signal to the command's group and to every child we have, adopted ones too."""
    gone = contextlib.suppress(ProcessLookupError, PermissionError)
    with gone:
        os.killpg(group, number)
    for pid in children():
        with gone:
            os.kill(pid, number)


def sweep(group: int) -> None:
    """Stop everything that is left: TERM, then KILL after the grace."""
    strike(group, signal.SIGTERM)
    end = time.monotonic() + GRACE
    while time.monotonic() < end:
        state = reap()
        if state is None:
            return
        if state is False:
            time.sleep(0.02)
    for _ in range(50):
        strike(group, signal.SIGKILL)
        while reap():
            pass
        if reap() is None:
            return
        time.sleep(0.02)


def wake(number: int, frame: FrameType | None) -> None:
    """A handler that does nothing: the wake-up descriptor has said it already."""


def be_ordinary() -> None:
    """Give the command the default signal handling that its guardian does without."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)


def main() -> None:
    control = int(sys.argv[1])
    argv = sys.argv[3:]
    adopt_orphans()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    wake_read, wake_write = os.pipe()
    os.set_blocking(wake_write, False)
    signal.signal(signal.SIGCHLD, wake)
    signal.set_wakeup_fd(wake_write)
    try:
        child = subprocess.Popen(
            argv, stdin=subprocess.DEVNULL, start_new_session=True, preexec_fn=be_ordinary
        )
    except FileNotFoundError:
        sys.exit(127)
    except OSError:
        sys.exit(126)
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.dup2(null, 2)
    stopped = False
    while child.poll() is None:
        ready, _, _ = select.select([control, wake_read], [], [], 1.0)
        if wake_read in ready:
            os.read(wake_read, 512)
        if control in ready:
            stopped = True
            break
    if stopped:
        signal.set_wakeup_fd(-1)
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGTERM)
        try:
            child.wait(GRACE)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()
    sweep(child.pid)
    code = child.returncode
    sys.exit(code if code >= 0 else 128 - code)


if __name__ == "__main__":
    main()
