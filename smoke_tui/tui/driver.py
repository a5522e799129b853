"""Output to a terminal that may be gone: a closed window must not keep the session from ending."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any, cast

from textual.drivers.linux_driver import LinuxDriver

if TYPE_CHECKING:
    from textual.app import App


class _Lasting:
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


class LastingDriver(LinuxDriver):
    """Textual's own driver, over such a file."""

    def __init__(
        self, app: App[object], *, debug: bool = False, mouse: bool = True,
        size: tuple[int, int] | None = None,
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self._file = cast("Any", _Lasting(cast("IO[str]", self._file)))
