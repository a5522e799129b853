"""What a child prints: read as it comes, redacted, cleaned, posted in blocks, bounded."""

from __future__ import annotations

import asyncio
import codecs
import fcntl
import os
import sys
import termios
from collections import deque
from collections.abc import Callable
from typing import IO, Final

from smoke_tui.journal.events.facts import ProcessOutput
from smoke_tui.redaction import Cleaner, Vault
from smoke_tui.world.ports import PortAnswer, Post

#: Bytes of one pipe that are posted as they come.
KEPT_BYTES: Final = 1024 * 1024
#: Of what is longer, so much of its end is posted, too.
TAIL_BYTES: Final = 64 * 1024
#: The end is read from so far before it: a secret that began in what was left out is then known
#: for what it is. More than the redactor ever holds back.
LEAD_BYTES: Final = 160 * 1024
HIDDEN_BYTES: Final = 1024 * 1024
PACE: Final = 0.1
# Small while every byte is looked at, so that the loop is never held for long.
_SLICE: Final = 4 * 1024
_BLOCK: Final = 256 * 1024


class Clear:
    """Bytes of a child in, text out that holds neither secrets nor controls.

    Secrets are looked for twice: in the bytes as they are, and in the clean text, where pieces
    are adjacent that an escape sequence had parted.
    """

    def __init__(self, vault: Vault) -> None:
        self._raw = vault.stream()
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._cleaner = Cleaner()
        self._clean = vault.stream()
        self._text = codecs.getincrementaldecoder("utf-8")("replace")

    def feed(self, data: bytes) -> str:
        """The clean text of the next bytes, as far as it is certain."""
        text = self._cleaner.feed(self._decoder.decode(self._raw.feed(data)))
        return self._text.decode(self._clean.feed(text.encode()))

    def flush(self) -> str:
        """The rest, at the end of the bytes."""
        text = self._cleaner.feed(self._decoder.decode(self._raw.flush(), True))
        text += self._cleaner.flush()
        return self._text.decode(self._clean.flush(text.encode()), True)


class Output:
    """One pipe's output, posted in blocks: its first MiB, and the end of what is longer."""

    def __init__(self, vault: Vault, source: str, post: Post) -> None:
        self._vault = vault
        self._clear = Clear(vault)
        self._source = source
        self._post = post
        self._pending = ""
        self._taken = 0
        self._dropped = 0
        self._recent: deque[bytes] = deque()
        self._held = 0
        self._skipped = False
        self._last = float("-inf")
        self._timer: asyncio.TimerHandle | None = None

    @property
    def slice(self) -> int:
        """How many bytes to read at once."""
        return _SLICE if self._taken < KEPT_BYTES else _BLOCK

    def take(self, piece: bytes) -> None:
        """The next bytes of the pipe."""
        if self._taken >= KEPT_BYTES:
            self._keep(piece)
            return
        text = self._clear.feed(piece)
        self._taken += len(text.encode())
        self._pending += text
        if not self._pending or self._timer is not None:
            return
        loop = asyncio.get_running_loop()
        wait = self._last + PACE - loop.time()
        if wait <= 0:
            self.flush()
        else:
            self._timer = loop.call_later(wait, self.flush)

    def flush(self) -> None:
        """Post what is ready."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._pending:
            self._post(
                PortAnswer(
                    ProcessOutput(source=self._source, text=self._pending, dropped=self._dropped)
                )
            )
            self._pending = ""
            self._last = asyncio.get_running_loop().time()

    async def finish(self) -> None:
        """The pipe has ended: post the rest."""
        if self._held:
            await self._take_end()
        else:
            self._pending += self._clear.flush()
        self.flush()

    def _keep(self, piece: bytes) -> None:
        """Hold on to the end of what is too much to be posted."""
        self.flush()
        self._recent.append(piece)
        self._held += len(piece)
        while self._held - len(self._recent[0]) >= LEAD_BYTES + TAIL_BYTES:
            left_out = len(self._recent.popleft())
            self._held -= left_out
            self._dropped += left_out
            self._skipped = True

    async def _take_end(self) -> None:
        if self._skipped:
            # What it still holds may be the beginning of a secret.
            self._dropped += len(self._clear.flush().encode())
            self._clear = Clear(self._vault)
        rest = b"".join(self._recent)
        self._dropped += len(await self._feed(rest[:-TAIL_BYTES]))
        text = await self._feed(rest[-TAIL_BYTES:]) + self._clear.flush().encode()
        self._pending = text[-TAIL_BYTES:].decode("utf-8", "ignore")
        self._dropped += len(text) - len(self._pending.encode())

    async def _feed(self, data: bytes) -> bytes:
        """The clear text of a long piece; the loop goes on meanwhile."""
        text: list[str] = []
        for at in range(0, len(data), _SLICE):
            text.append(self._clear.feed(data[at : at + _SLICE]))
            await asyncio.sleep(0)
        return "".join(text).encode()


class Hidden:
    """The output of a hidden child: kept as it is, its end at least, and never posted."""

    slice = _BLOCK

    def __init__(self) -> None:
        self.content = bytearray()

    def take(self, piece: bytes) -> None:
        """The next bytes of the pipe."""
        self.content += piece
        # The part that counts is at the end.
        del self.content[: max(0, len(self.content) - HIDDEN_BYTES)]

    def flush(self) -> None:
        """Nothing is shown."""

    async def finish(self) -> None:
        """Nothing is shown."""


class Pipe:
    """Reads one pipe whenever there is something, into an `Output` or a `Hidden`."""

    def __init__(
        self, file: IO[bytes], into: Output | Hidden, broke: Callable[[Exception], None]
    ) -> None:
        self._file = file
        self._fd = file.fileno()
        self._into = into
        self._broke = broke
        self._finishing: asyncio.Task[None] | None = None
        os.set_blocking(self._fd, False)
        asyncio.get_running_loop().add_reader(self._fd, self._ready)

    def drain(self) -> None:
        """Take what is in the pipe now, and post it; whoever writes on is not waited for."""
        if self._file.closed:
            return
        left = int.from_bytes(fcntl.ioctl(self._fd, termios.FIONREAD, bytes(4)), sys.byteorder)
        while left > 0 and (taken := self._read()):
            left -= taken
        self._into.flush()

    async def close(self) -> None:
        """Take what is there and end."""
        self.drain()
        self._end()
        if self._finishing is not None:
            await self._finishing

    def _ready(self) -> None:
        try:
            self._read()
        except Exception as error:
            self._end()
            self._broke(error)

    def _read(self) -> int:
        try:
            piece = os.read(self._fd, self._into.slice)
        except BlockingIOError:
            return 0
        if piece:
            self._into.take(piece)
        else:
            self._end()
        return len(piece)

    def _end(self) -> None:
        if not self._file.closed:
            asyncio.get_running_loop().remove_reader(self._fd)
            self._file.close()
            self._finishing = asyncio.create_task(self._into.finish())
