"""What the program asks of its own process: streams, no core files, no terminal that is gone."""

from __future__ import annotations

import atexit
import contextlib
import gc
import io
import os
import resource
import select
import signal
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, NoReturn

SIGNALS: Final = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT)
"""Those that end a session in an orderly way."""
RECORDERS: Final = {"ASCIINEMA_REC": "asciinema", "SCRIPT": "script"}
"""What a recorder of terminals sets in the environment of what runs in it, and its name."""
_PR_SET_DUMPABLE: Final = 4

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer as Buffer


def no_core_files() -> None:
    """A core file would hold the credential, and so would what another program reads out of us.

    On Linux nobody but root can attach to this process or read its memory from now on (prctl(2),
    PR_SET_DUMPABLE); programs that it starts are as they always are.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    import ctypes

    # Other systems, and some C libraries, have no such call.
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def recorder_of(environ: Mapping[str, str]) -> str:
    """Names of the programs that record this terminal, from the environment and tmux; may be empty."""
    recorders = [words for name, words in RECORDERS.items() if environ.get(name)]
    if environ.get("TMUX") and _tmux_pipes(environ):
        recorders.append("tmux (pipe-pane)")
    return " and ".join(recorders)


def _tmux_pipes(environ: Mapping[str, str]) -> bool:
    """Whether tmux pipes the content of our pane to a program."""
    import subprocess

    argv = ["tmux", "display-message", "-p", "-t", environ.get("TMUX_PANE", ""), "#{pane_pipe}"]
    try:
        done = subprocess.run(
            argv,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=2,
            check=False,
            env=dict(environ),
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.stdout.strip() == b"1"


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


class _Descriptor(io.RawIOBase):
    """A stream's descriptor, written to as it is; the first error is kept."""

    def __init__(self, fd: int) -> None:
        super().__init__()
        self._fd = fd
        self.failed: OSError | None = None

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._fd

    def isatty(self) -> bool:
        return os.isatty(self._fd)

    def write(self, data: Buffer) -> int:
        while True:
            try:
                return os.write(self._fd, data)
            except BlockingIOError:
                # A pipe that other programs set so; its reader will come to it.
                select.select([], [self._fd], [])
            except OSError as error:
                self.failed = self.failed or error
                raise


class _Dropping(_Descriptor):
    """Standard error that never fails: what can't be written to it is dropped."""

    def write(self, data: Buffer) -> int:
        try:
            return super().write(data)
        except OSError:
            return len(memoryview(data))


_output: _Descriptor | None = None


def collect_rarely() -> None:
    """Collect cyclic garbage seldom: the events of a long record would be walked again and again.

    With Python's own thresholds (700 new objects) reading 100,000 events took half as long again.
    """
    gc.set_threshold(200_000, 20, 100)


def lasting_streams() -> None:
    """Streams that can't fail a run: what they have no character for is written as an escape.

    Standard error that is full or gone drops what it is given. Standard output does not: who asked
    for a result must not believe that there is one.
    """
    global _output
    have_streams()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    # A test's own streams stay, and so does a terminal, whose driver asks for the real one.
    if sys.stdout is sys.__stdout__ and sys.stdout is not None and not sys.stdout.isatty():
        _output = _Descriptor(sys.stdout.fileno())
        sys.stdout = _wrapped(_output, sys.stdout.encoding, at_once=False)
    if sys.stderr is sys.__stderr__ and sys.stderr is not None and not sys.stderr.isatty():
        sys.stderr = _wrapped(_Dropping(sys.stderr.fileno()), sys.stderr.encoding, at_once=True)


def _wrapped(raw: _Descriptor, encoding: str, *, at_once: bool) -> io.TextIOWrapper:
    return io.TextIOWrapper(
        io.BufferedWriter(raw), encoding=encoding, errors="backslashreplace", line_buffering=at_once
    )


def output_failed() -> OSError | None:
    """Why standard output does not hold all that was printed; None where it does."""
    try:
        sys.stdout.flush()
    except OSError as error:
        return error
    return _output.failed if _output is not None else None


def lose(stream: int) -> None:
    """Turn a stream that takes nothing to nowhere, or the interpreter's last flush would fail."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream)
    os.close(nowhere)


def let_go_of_the_terminal() -> None:
    """After a hang-up nothing can be written to it, and the interpreter's last try would fail."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nowhere, number)


def end(code: int) -> NoReturn:
    """End the process; what was printed has left, and what was registered for the exit has run.

    Taking every module apart first takes as long as a short command. Where another thread runs, or
    somebody measures or debugs, the interpreter ends as it always does.
    """
    threading = sys.modules.get("threading")
    alone = threading is None or threading.active_count() == 1
    if alone and sys.gettrace() is None and sys.getprofile() is None:
        # What the interpreter itself calls at its end; there is no public name for it.
        atexit._run_exitfuncs()  # noqa: SLF001
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError, ValueError):
                stream.flush()
        os._exit(code)
    sys.exit(code)
