"""What only a front can give the live world: a browser, and a way to carry text elsewhere."""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass
from pathlib import Path

from smoke_tui.world.ports import Browser, Clipboard, PortError


@dataclass(frozen=True, slots=True)
class Hands:
    """What only a front can give the world: a browser and a way to carry text elsewhere."""

    browser: Browser
    clipboard: Clipboard


class NoBrowser:
    """For headless runs: no page is ever opened."""

    async def open_page(self, url: str) -> None:
        raise PortError("no browser is opened in a headless run")


class SystemBrowser:
    """The operator's own browser."""

    async def open_page(self, url: str) -> None:
        import webbrowser

        if not url.startswith(("https://", "http://")):
            raise PortError("only http(s) pages are opened")
        if not await asyncio.to_thread(webbrowser.open, url):
            raise PortError("no browser could be started here; open the address yourself")


class FileClipboard:
    """Carries a text in a 0600 file that is removed at the end."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "credential.txt"

    async def put(self, text: str) -> str:
        try:
            self._path.unlink(missing_ok=True)
            fd = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
            with os.fdopen(fd, "w") as file:
                file.write(text)
        except OSError as error:
            raise PortError(f"{self._path}: {error.strerror}") from None
        return f"file {self._path}"

    async def clear(self) -> None:
        self._path.unlink(missing_ok=True)
