"""Run one server until its control pipe closes, then stop it and remove its folder.

Started as `python -I -S supervisor.py FD FOLDER USER -- ARGV…`; imports the standard library only. The
parent holds the other end of FD, which closes however the parent ends. USER is a user's name if the
server refuses to run as root, else `-`.
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
    """Whether the parent has closed the pipe; waits for it up to `seconds`."""
    ready, _, _ = select.select([control], [], [], seconds)
    return bool(ready) and not os.read(control, 64)


def stop(server: "subprocess.Popen[bytes]") -> None:
    """Stop the server at once: its folder is removed, so no checkpoint is needed."""
    # PostgreSQL ends its children and writes no checkpoint.
    server.send_signal(signal.SIGQUIT)
    end = time.monotonic() + GRACE
    while server.poll() is None and time.monotonic() < end:
        time.sleep(POLL)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(server.pid, signal.SIGKILL)
    server.wait()


def main() -> None:
    """Start the server, wait for the control pipe, clean up."""
    control, folder, user = int(sys.argv[1]), sys.argv[2], sys.argv[3]
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    has_user = user != "-"
    server = subprocess.Popen(
        sys.argv[5:],
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        user=user if has_user else None,
        group=user_group(user) if has_user else None,
        extra_groups=[] if has_user else None,
    )
    while server.poll() is None and not closed(control, 0.5):
        pass
    stop(server)
    shutil.rmtree(folder, ignore_errors=True)


def user_group(user: str) -> int:
    """The primary group of a user."""
    import pwd

    return pwd.getpwnam(user).pw_gid


if __name__ == "__main__":
    main()
