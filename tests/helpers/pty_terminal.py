"""A real pseudo-terminal with the program in it: keys in, bytes out."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from tests.helpers.paths import ROOT

LONGEST: Final = 120.0
_SEQUENCES: Final = re.compile(
    rb"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[PX^_][^\x1b]*\x1b\\|\x1b[ -~]"
)


class Terminal:
    """Runs `python -m smoke_tui ARGS`, or Python code, on a terminal of its own."""

    def __init__(
        self,
        args: Sequence[str],
        *,
        home: Path,
        code: str | None = None,
        rows: int = 24,
        columns: int = 80,
        env: Mapping[str, str] | None = None,
    ) -> None:
        master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        program = ["-c", code] if code is not None else ["-m", "smoke_tui"]
        kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        self.process = subprocess.Popen(
            [sys.executable, *program, *args],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            cwd=home,
            env={
                **kept,
                "PYTHONPATH": str(ROOT),
                "HOME": str(home),
                "TERM": "xterm-256color",
                "XDG_CONFIG_HOME": str(home / "config"),
                "PYTHONUTF8": "1",
                **(env or {}),
            },
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        os.close(slave)
        self._master = master
        self._open = True
        self._condition = threading.Condition()
        self.output = b""
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        while self._open:
            # A blocked read would keep the terminal open past its closing.
            if not select.select([self._master], [], [], 0.05)[0]:
                continue
            try:
                data = os.read(self._master, 65536)
            except OSError:
                data = b""
            with self._condition:
                self.output += data
                self._condition.notify_all()
            if not data:
                return

    @property
    def words(self) -> str:
        """What was written, without escape sequences."""
        return _SEQUENCES.sub(b"", self.output).decode("utf-8", "replace")

    def wait_for(self, text: str, *, after: int = 0) -> int:
        """Wait until a text was written after that many bytes; how many there are then."""
        end = time.monotonic() + LONGEST
        with self._condition:
            while text not in _SEQUENCES.sub(b"", self.output[after:]).decode("utf-8", "replace"):
                left = end - time.monotonic()
                if left <= 0:
                    raise AssertionError(
                        f"{text!r} was not written; the end of what was:\n{self.words[-3000:]}"
                    )
                self._condition.wait(left)
            return len(self.output)

    def press(self, keys: str) -> int:
        """Type; how many bytes were written before."""
        written = len(self.output)
        os.write(self._master, keys.encode())
        return written

    def echoes(self) -> bool:
        """Whether the terminal shows what is typed."""
        return bool(termios.tcgetattr(self._master)[3] & termios.ECHO)

    def set_echo(self) -> None:
        """Set the terminal's modes as a shell does that has the terminal back."""
        modes = termios.tcgetattr(self._master)
        modes[3] |= termios.ECHO | termios.ICANON
        termios.tcsetattr(self._master, termios.TCSANOW, modes)

    def wait_until(self, condition: Callable[[], bool], what: str) -> None:
        """Look until it is so."""
        end = time.monotonic() + LONGEST
        while not condition():
            if time.monotonic() > end:
                raise AssertionError(f"{what} did not come about:\n{self.words[-3000:]}")
            select.select([], [], [], 0.01)

    def strike(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def hang_up(self) -> None:
        """Close the terminal, as a closed window does."""
        self._open = False
        self._reader.join(LONGEST)
        os.close(self._master)

    def end(self) -> int:
        """Wait for the program's exit code."""
        code = self.process.wait(LONGEST)
        if self._open:
            self._reader.join(LONGEST)
        return code

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(LONGEST)
        if self._open:
            self._reader.join(LONGEST)
            os.close(self._master)


def children_of(folder: Path) -> list[str]:
    """Command lines of processes that mention a folder or run from it."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            command = (path / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            where = os.readlink(path / "cwd")
        except OSError:
            continue
        if str(folder) in command or where.startswith(str(folder)):
            found.append(command)
    return found
