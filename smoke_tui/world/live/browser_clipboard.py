"""What only a front end can give the live world: a browser, and a way to hand over text."""

from __future__ import annotations

import asyncio
import errno
import fcntl
import os
import secrets
from pathlib import Path
from typing import Final

from smoke_tui.files import open_plain
from smoke_tui.structs import Struct
from smoke_tui.world.ports import Browser, Clipboard, PortError


class OperatorIO(Struct, frozen=True):
    """What only a front end can give the world: a browser and a way to hand over text."""

    browser: Browser
    clipboard: Clipboard


class NoBrowser:
    """For headless runs: no page is ever opened."""

    async def open_page(self, url: str) -> None:
        """Open nothing.

        Raises:
            PortError: always.
        """
        raise PortError("no browser is opened in a headless run")


class SystemBrowser:
    """The operator's own browser."""

    async def open_page(self, url: str) -> None:
        """Open a page by the system's default browser.

        Raises:
            PortError: it is no http(s) page, or no browser could be started.
        """
        import webbrowser

        if not url.startswith(("https://", "http://")):
            raise PortError("only http(s) pages are opened")
        if not await asyncio.to_thread(webbrowser.open, url):
            raise PortError("no browser could be started here; open the address yourself")


CREDENTIAL_FILES: Final = ("credential.txt", "credential-*.txt")
"""Names of hand-over files: before there was one a session, and since."""


class FileClipboard:
    """Carries a text in a 0600 file of this session's own, which is removed at the end.

    The file is locked for as long as its session lives, so that another program can tell one that
    a kill has left behind. `path` is None while there is none.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._fd = -1
        self.path: Path | None = None

    async def put(self, text: str) -> str:
        """Write a text to a new file; "file" and its path.

        Raises:
            PortError: the file can't be written.
        """
        await self.clear()
        path = self._folder / f"credential-{secrets.token_hex(4)}.txt"
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            fd = os.open(path, flags, 0o600)
        except OSError as error:
            raise PortError(f"{path}: {error.strerror}") from None
        self._fd, self.path = fd, path
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            content = text.encode("utf-8", "surrogatepass")
            while content:
                content = content[os.write(fd, content) :]
            if not os.fstat(fd).st_nlink:
                raise OSError(errno.ENOENT, "it was removed while it was written")
        except OSError as error:
            await self.clear()
            raise PortError(f"{path}: {error.strerror}") from None
        return f"file {path}"

    async def clear(self) -> None:
        """Remove the file."""
        path, fd, self.path, self._fd = self.path, self._fd, None, -1
        if path is not None:
            path.unlink(missing_ok=True)
        if fd >= 0:
            os.close(fd)


def headless_io(folder: Path) -> OperatorIO:
    """No browser, and files below `folder`: what a headless run gives the world."""
    return OperatorIO(NoBrowser(), FileClipboard(folder))


def left_credentials(folder: Path) -> list[Path]:
    """Hand-over files below a state folder that no living session holds."""
    unlocked = []
    for path in (path for name in CREDENTIAL_FILES for path in sorted(folder.glob(name))):
        try:
            fd = open_plain(path)
        except OSError:
            continue
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            unlocked.append(path)
        except OSError:
            continue
        finally:
            os.close(fd)
    return unlocked


def remove_left_credentials(folder: Path) -> list[tuple[Path, str | None]]:
    """Remove what `left_credentials` finds: each with None, or why it could not be removed."""
    done: list[tuple[Path, str | None]] = []
    for path in left_credentials(folder):
        try:
            path.unlink()
        except FileNotFoundError:
            continue
        except OSError as error:
            done.append((path, error.strerror or str(error)))
        else:
            done.append((path, None))
    return done
