"""Carrying a credential to where it is pasted: a private file, and the terminal's clipboard."""

from __future__ import annotations

import base64
import threading
from pathlib import Path

from smoke_tui.files import private_folder
from smoke_tui.world.live.browser_clipboard import FileClipboard


def copy_sequence(content: bytes) -> bytes:
    """The OSC 52 sequence that has a terminal take `content` to its clipboard; empty: forget it."""
    return b"\x1b]52;c;" + base64.b64encode(content) + b"\x07"


class TerminalClipboard:
    """A `Clipboard` that keeps a 0600 file and can be asked for the text once more.

    Nothing goes to the terminal by itself: `take` is for an explicit key. Whether a terminal
    really kept what it was sent is not to be known.
    """

    def __init__(self, folder: Path) -> None:
        private_folder(folder)
        self._file = FileClipboard(folder)
        self._lock = threading.Lock()
        self._text: str | None = None
        self._sent = False
        self._over = False

    @property
    def path(self) -> Path | None:
        """Where the text is now; None where there is none."""
        return self._file.path

    async def put(self, text: str) -> str:
        """Offer a text to the terminal, and write it to a file; how it was offered.

        Raises:
            PortError: the file can't be written.
        """
        how = await self._file.put(text)
        with self._lock:
            self._text = text
        return how

    async def clear(self) -> None:
        """Remove the file, and have the terminal's clipboard emptied where the text was sent."""
        with self._lock:
            self._text, self._over = None, self._sent
        await self._file.clear()

    def take(self) -> str | None:
        """The text, to be sent to the terminal now; None where there is none (any more)."""
        with self._lock:
            self._sent = self._text is not None
            return self._text

    def to_forget(self) -> bool:
        """Whether the terminal was sent a text that has been taken back; true once."""
        with self._lock:
            over, self._over, self._sent = self._over, False, self._sent and not self._over
            return over
