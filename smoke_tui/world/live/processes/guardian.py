"""Runs one command and takes it, and all it started, down when its control pipe closes.

Started as `python -I -S guardian.py CONTROL STATUS ends|detaches -- ARGV…`; imports the standard
library only. The parent holds the other end of CONTROL: closing it means stop, and a parent that
dies closes it too. TERM means the same; INT and HUP mean nothing.

STATUS gets one line a change: `failed ERRNO`, `started PID`, `ended CODE COUNT PID…` (the
command ended by itself, and so many processes of its are still there), at last `swept CODE GONE`.

With `ends` the command's end is the end of all it started. With `detaches` what it started is held
until the control pipe closes, or until the last of it has ended.

On Linux everything that descends from the command is found, wherever it went: the guardian becomes
its parent. Elsewhere only what stayed in the command's process group is.
"""

from __future__ import annotations

import ctypes
import os
import select
import signal
import subprocess
import sys
import time
from types import FrameType

PR_SET_CHILD_SUBREAPER, PR_GET_CHILD_SUBREAPER = 36, 37  # prctl(2)
GRACE = 3.0
KILL_ROUNDS = 60
MOST_TOLD = 64


def adopt_orphans() -> bool:
    """Become the parent of grandchildren whose parent ends; whether this system can do that."""
    return can_adopt() and prctl(PR_SET_CHILD_SUBREAPER, 1)


def can_adopt() -> bool:
    """Whether this system lets a process adopt orphans, and lists their ids.

    Who adopts without knowing their ids would wait for the end of processes it can't name.
    """
    flag = ctypes.c_int()
    return bool(stat_of(os.getpid())) and prctl(PR_GET_CHILD_SUBREAPER, ctypes.byref(flag))


def prctl(option: int, argument: object) -> bool:
    """Make the system call `prctl`; whether it is there and succeeded."""
    try:
        return bool(ctypes.CDLL(None).prctl(option, argument, 0, 0, 0) == 0)
    except (OSError, AttributeError):
        return False


def stat_of(pid: int) -> list[str]:
    """The fields of /proc/PID/stat from the state on; empty where there is no such process."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            return file.read().rpartition(b")")[2].decode().split()
    except OSError:
        return []


def processes() -> list[str]:
    """What /proc lists; nothing where there is none."""
    try:
        return os.listdir("/proc")
    except OSError:
        return []


def below(root: int) -> list[tuple[int, int, int]]:
    """Who descends from `root` or is in its session: each one's id, parent and group."""
    children: dict[int, list[tuple[int, int, int]]] = {}
    for name in processes():
        if name.isdigit() and (fields := stat_of(int(name))):
            pid, (parent, group, session) = int(name), map(int, fields[1:4])
            if pid != root:
                above = root if session == root else parent
                children.setdefault(above, []).append((pid, parent, group))
    descendants = children.get(root, [])
    for pid, _, _ in descendants:
        descendants += children.get(pid, [])
    return descendants


def signal_to(pid: int, number: int) -> bool:
    """Send a signal; whether there was somebody to get it. A negative id is a group."""
    try:
        os.kill(pid, number)
    except PermissionError:
        return True
    except ProcessLookupError:
        return False
    return True


class Family:
    """The command and all that descends from it."""

    def __init__(self, command: int, adopts: bool) -> None:
        self.command = command
        self.code: int | None = None
        self.adopts = adopts

    def gone(self) -> bool:
        """Collect whoever has ended; whether nobody is left."""
        try:
            while (ended := os.waitpid(-1, os.WNOHANG))[0]:
                if ended[0] == self.command:
                    code = os.waitstatus_to_exitcode(ended[1])
                    self.code = code if code >= 0 else 128 - code
        except ChildProcessError:
            # Who has no child has no descendant either, unless nobody is adopted.
            return self.adopts or not signal_to(-self.command, 0)
        return False

    def kept(self) -> list[int]:
        """What has outlived the command."""
        if self.adopts:
            me = os.getpid()
            return [pid for pid, parent, _ in below(me) if parent == me]
        return [self.command] if signal_to(-self.command, 0) else []

    def strike(self, number: int) -> None:
        """Send a signal to everybody, once."""
        # The group's number is the command's until it is collected; later it may be another's.
        grouped = self.code is None or not self.adopts
        if grouped:
            signal_to(-self.command, number)
        if self.adopts:
            for pid, _, group in below(os.getpid()):
                if not (grouped and group == self.command):
                    signal_to(pid, number)


def wake(number: int, frame: FrameType | None) -> None:
    """A handler that does nothing: the wake-up descriptor has reported the signal already.

    A handler, and not SIG_IGN, because the command would inherit that.
    """


def wait(control: int, awake: int, seconds: float | None = None) -> bool:
    """Wait for a signal or the end of `control` (-1: not for that); whether to stop."""
    watched = [awake] if control < 0 else [control, awake]
    ready, _, _ = select.select(watched, [], [], seconds)
    news = os.read(awake, 4096) if awake in ready else b""
    return control in ready or signal.SIGTERM in news


def write_status(status: int, *words: object) -> None:
    """Write one line to the status pipe; nothing where nobody reads it any more."""
    try:
        os.write(status, (" ".join(map(str, words)) + "\n").encode())
    except BrokenPipeError:
        return


def stay(family: Family, control: int, awake: int, status: int, detaches: bool) -> None:
    """Wait, and report the command's end, until there is something to sweep."""
    reported, held = False, False
    # Where orphans are not adopted, nothing reports when they end.
    pause = None if family.adopts else 1.0
    while not wait(control, awake, pause):
        gone = family.gone()
        if family.code is None:
            continue
        if not reported:
            kept = family.kept() if detaches else []
            reported, held = True, bool(kept)
            write_status(status, "ended", family.code, len(kept), *kept[:MOST_TOLD])
        if not detaches or (held and gone):
            return


def sweep(family: Family, awake: int) -> bool:
    """Stop everything that is left: TERM, then KILL after the grace. Whether all is gone."""
    if family.gone():
        return True
    family.strike(signal.SIGTERM)
    # Who was stopped hears of it only now.
    family.strike(signal.SIGCONT)
    end = time.monotonic() + GRACE
    while not family.gone() and (left := end - time.monotonic()) > 0:
        wait(-1, awake, min(left, 0.1))
    for _ in range(KILL_ROUNDS):
        if family.gone():
            return True
        family.strike(signal.SIGKILL)
        wait(-1, awake, 0.05)
    return family.gone()


def main() -> None:
    """Run the command, report on the status pipe, and stop everything when the control closes."""
    control, status, detaches = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3] == "detaches"
    awake, waker = os.pipe()
    os.set_blocking(waker, False)
    signal.set_wakeup_fd(waker, warn_on_full_buffer=False)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD):
        signal.signal(number, wake)
    adopts = adopt_orphans()
    if wait(control, awake, 0):
        return
    try:
        child = subprocess.Popen(sys.argv[5:], start_new_session=True)
    except OSError as error:
        write_status(status, "failed", error.errno or 0)
        return
    write_status(status, "started", child.pid)
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.dup2(null, 2)
    family = Family(child.pid, adopts)
    stay(family, control, awake, status, detaches)
    gone = sweep(family, awake)
    write_status(status, "swept", 137 if family.code is None else family.code, int(gone))
    # Popen would look for a child that was collected without it.
    os._exit(0)


if __name__ == "__main__":
    main()
