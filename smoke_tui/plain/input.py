"""Standard input: lines, and secrets without an echo."""

from __future__ import annotations

import os
import select
import termios
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

LIMIT: Final = 64 * 1024
OVERLONG: Final = "\0 a line over the limit"
"""Stands for a line that was too long to be taken; no line holds a NUL."""

_PASTE_MARKS: Final = (b"\x1b[200~", b"\x1b[201~")
_ERASE, _CLEAR, _END = "\x08\x7f", "\x15", "\x04"


class Keyboard:
    """Reads standard input without blocking: `wait` takes in what is there, `line` returns it.

    A terminal keeps its own line editing; a line that is being typed stays with it, whatever is
    printed meanwhile.
    """

    def __init__(self, fd: int = 0) -> None:
        self._fd = fd
        self._pending = b""
        self._over = False
        self._hidden: list[bytes] | None = None
        self._quiet = False
        self._lines: deque[str] = deque()
        self._ended = False
        try:
            self.tty = os.isatty(fd)
            os.fstat(fd)
        except OSError:
            self.tty, self._ended = False, True
        if self.tty:
            self._fd = _reopen_nonblocking(fd)

    @property
    def closed(self) -> bool:
        """Whether the input has ended and all of it was taken."""
        return self._ended and not self._lines

    def wait(self, seconds: float) -> None:
        """Take in what is typed, for that long at most."""
        if self._ended:
            # There is nothing to wait on but time.
            select.select([], [], [], seconds)
            return
        ready, _, _ = select.select([self._fd], [], [], seconds)
        self._quiet = not ready
        if not ready:
            return
        try:
            data = os.read(self._fd, LIMIT)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._end()
        elif self._hidden is not None:
            self._hidden.append(data)
        else:
            self._split(data)

    def line(self) -> str | None:
        """Take the next whole line; None: there is none yet."""
        return self._lines.popleft() if self._lines else None

    def peek(self) -> str | None:
        """Return the next whole line without taking it."""
        return self._lines[0] if self._lines else None

    # --- secrets --------------------------------------------------------------------------

    @contextmanager
    def hidden(self) -> Iterator[None]:
        """Hide what is typed at a terminal meanwhile, and read it character by character.

        The terminal's own line editing would cut a line at 4095 characters.
        """
        if not self.tty:
            yield
            return
        old = termios.tcgetattr(self._fd)
        new = termios.tcgetattr(self._fd)
        new[3] &= ~(termios.ECHO | termios.ECHONL | termios.ICANON)
        new[6][termios.VMIN], new[6][termios.VTIME] = 1, 0
        # Stopped here, the shell would get a terminal without an echo.
        new[6][termios.VSUSP] = b"\0"
        self._hidden = []
        try:
            # Not TCSAFLUSH, which would throw away what was typed ahead.
            termios.tcsetattr(self._fd, termios.TCSANOW, new)
            yield
        finally:
            self._hidden = None
            with suppress(termios.error):
                termios.tcsetattr(self._fd, termios.TCSANOW, old)

    def secret(self) -> str | None:
        """Take the whole secret, which may have many lines; None: it is not there yet."""
        if self._hidden is None or self._lines:
            return self.line()
        data = b"".join(self._hidden)
        if len(data) > LIMIT:
            self._hidden.clear()
            return OVERLONG
        # The lines of a paste follow each other at once.
        if not (self._quiet and data.endswith((b"\n", b"\r", _END.encode()))):
            return None
        self._hidden.clear()
        return _typed(data)

    def _end(self) -> None:
        self._ended = True
        if self._pending:
            self._split(b"\n")

    def _split(self, data: bytes) -> None:
        *whole, self._pending = (self._pending + data).split(b"\n")
        for line in whole:
            over, self._over = self._over or len(line) > LIMIT, False
            text = line.rstrip(b"\r").decode("utf-8", "replace").replace("\0", "")
            self._lines.append(OVERLONG if over else text)
        if len(self._pending) > LIMIT:
            self._pending, self._over = b"", True


def _reopen_nonblocking(fd: int) -> int:
    """Open the same terminal again so that a read never waits.

    A Ctrl-C throws away what was typed, also what `select` has already announced. The flag
    belongs to an open file, and other programs share the one that was inherited.
    """
    try:
        flags = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
        return os.open(os.ttyname(fd), flags)
    except OSError:
        return fd


def _typed(data: bytes) -> str:
    """The text that keys produced, without erased characters and the marks around a paste."""
    for mark in _PASTE_MARKS:
        data = data.replace(mark, b"")
    kept: list[str] = []
    for char in data.decode("utf-8", "replace").replace("\r", "\n"):
        if char in _ERASE:
            del kept[-1:]
        elif char == _CLEAR:
            kept.clear()
        elif char != _END:
            kept.append(char)
    return "".join(kept).rstrip("\n")
