"""Keeps one server until its control pipe closes, then stops it and removes its folder.

Started as `python -I -S keeper.py FD FOLDER USER -- ARGV…`; imports the standard library only. The
parent holds the other end of FD: a parent that dies, however it dies, closes it too. USER is a
name where the server refuses to run as root, else `-`.
"""

import contextlib
import os
import select
import shutil
import signal
import subprocess
import sys
import time

GRACE = 5.0
POLL = 0.02


def closed(control: int, seconds: float) -> bool:
    """Whether the parent has let go of the pipe; waits for it at most so long."""
    ready, _, _ = select.select([control], [], [], seconds)
    return bool(ready) and not os.read(control, 64)


def stop(server: "subprocess.Popen[bytes]") -> None:
    """Stop at once: the folder goes, so there is nothing worth writing."""
    # To a PostgreSQL this means: children gone, no checkpoint.
    server.send_signal(signal.SIGQUIT)
    end = time.monotonic() + GRACE
    while server.poll() is None and time.monotonic() < end:
        time.sleep(POLL)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(server.pid, signal.SIGKILL)
    server.wait()


def main() -> None:
    control, folder, user = int(sys.argv[1]), sys.argv[2], sys.argv[3]
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    other = user != "-"
    server = subprocess.Popen(
        sys.argv[5:],
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        user=user if other else None,
        group=user_group(user) if other else None,
        extra_groups=[] if other else None,
    )
    while server.poll() is None and not closed(control, 0.5):
        pass
    stop(server)
    shutil.rmtree(folder, ignore_errors=True)


def user_group(user: str) -> int:
    import pwd

    return pwd.getpwnam(user).pw_gid


if __name__ == "__main__":
    main()
