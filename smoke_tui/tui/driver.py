"""Output to a terminal that may be gone: a closed window must not keep the session from ending."""

from __future__ import annotations

import termios
from contextlib import suppress
from io import TextIOWrapper
from typing import IO, TYPE_CHECKING, Protocol, cast

from textual.drivers.linux_driver import LinuxDriver

if TYPE_CHECKING:
    from textual.app import App


class _LastingFile:
    """A file whose reader may have left: what can't be written is dropped.

    Textual's writing thread would end with the first error, and the app would then wait for ever
    for a place in its queue.
    """

    def __init__(self, file: IO[str]) -> None:
        self._file = file

    def write(self, text: str) -> int:
        try:
            return self._file.write(text)
        except OSError:
            return len(text)

    def flush(self) -> None:
        try:
            self._file.flush()
        except OSError:
            return

    def fileno(self) -> int:
        return self._file.fileno()

    def isatty(self) -> bool:
        return self._file.isatty()


class HasTerminal(Protocol):
    """An app with a reference to the driver of its terminal."""

    terminal: LastingDriver | None


class LastingDriver(LinuxDriver):
    """Textual's own driver, over such a file; it also sets the terminal's title.

    The title that was there before is put back (xterm's control sequences, "CSI 22 t": save,
    "CSI 23 t": restore). And it never reads the terminal twice: Textual's own would begin to, on
    every SIGCONT. A terminal that is closed sends one, and the thread that is one too many would
    keep the program from ever ending.
    """

    def __init__(
        self,
        app: App[object],
        *,
        debug: bool = False,
        mouse: bool = True,
        size: tuple[int, int] | None = None,
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self._lasting = _LastingFile(cast("IO[str]", self._file))
        self._file = cast("TextIOWrapper", self._lasting)
        self._suspended = False
        self._modes: list[int | list[bytes | int]] | None = None
        cast("HasTerminal", app).terminal = self

    def start_application_mode(self) -> None:
        """Save the terminal's title, then take the terminal."""
        self._lasting.write("\x1b[22;2t")
        super().start_application_mode()  # type: ignore[no-untyped-call]
        with suppress(termios.error):
            self._modes = termios.tcgetattr(self.fileno)

    def suspend_application_mode(self) -> None:
        """Give the terminal back for as long as the app is stopped."""
        self._suspended = True
        super().suspend_application_mode()

    def resume_application_mode(self) -> None:
        """After a SIGCONT: where we had not stopped ourselves, the modes again and a new picture.

        Whoever had the terminal meanwhile may have set its modes.
        """
        if self._suspended:
            self._suspended = False
            super().resume_application_mode()
        elif self._modes is not None:
            with suppress(termios.error):
                termios.tcsetattr(self.fileno, termios.TCSANOW, self._modes)
                self._app.call_later(self._app.screen.refresh)

    def stop_application_mode(self) -> None:
        """Restore the terminal's title and give the terminal back."""
        self._modes = None
        # In line with the titles, which wait for the writing thread: none may come after it.
        self.write("\x1b[23;2t")
        super().stop_application_mode()

    def title(self, text: str) -> None:
        """Set the terminal's title; only plain characters get through."""
        shown = "".join(c for c in text if c.isascii() and c.isprintable())
        self.write(f"\x1b]2;{shown}\x07")
        self.flush()
