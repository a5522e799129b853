"""An answer over HTTP as it comes in: its body within limits, its secrets taken out."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator

from smoke_tui.journal.events.facts import HttpAnswered
from smoke_tui.redaction import Secret, Vault, credential_documents
from smoke_tui.world.conversation import BodyReader
from smoke_tui.world.live.http_headers import shown_headers
from smoke_tui.world.live.secret_texts import take_secrets
from smoke_tui.world.live.sse_redaction import without_spread_secrets
from smoke_tui.world.ports import Refs
from smoke_tui.world.requests.http import HttpLimits
from smoke_tui.world.values import Sensitive


class StopReadingError(Exception):
    """Reading ends here, with an error word and its text; without a word nothing is wrong."""

    def __init__(self, error: str | None, text: str) -> None:
        super().__init__(text)
        self.error = error
        self.text = text


async def read_body(pieces: AsyncIterator[bytes], answer: RawAnswer, limits: HttpLimits) -> None:
    """Take a body in until its end, its cap, or `linger` seconds after enough of it is there.

    Raises:
        StopReadingError: the body was not read to its end.
    """
    until: float | None = None
    while True:
        try:
            if until is None:
                piece = await anext(pieces)
            else:
                async with asyncio.timeout_at(until):
                    piece = await anext(pieces)
        except StopAsyncIteration:
            return
        except TimeoutError:
            if until is None:
                raise
            text = f"the connection stayed open for {limits.linger:g} s"
            raise StopReadingError(None, text) from None
        if answer.size + len(piece) > limits.body:
            raise StopReadingError("oversized", f"the answer is larger than {limits.body} bytes")
        if answer.take(piece) and until is None:
            until = asyncio.get_running_loop().time() + limits.linger


class RawAnswer:
    """An answer as it comes in: its status, the headers that may be shown, its body as it is."""

    def __init__(self) -> None:
        self._start = time.monotonic()
        self._raw: list[bytes] = []
        self.size = 0
        self.status: int | None = None
        self.headers: tuple[tuple[str, str], ...] = ()

    def elapsed(self) -> int:
        """Milliseconds since the request was begun."""
        return int((time.monotonic() - self._start) * 1000)

    def start(self, status: int, headers: list[tuple[str, str]]) -> None:
        """Take the head in.

        Raises:
            StopReadingError: the body is encoded though identity was asked.
        """
        self.status = status
        self.headers = shown_headers(headers)
        coding = next((v for n, v in headers if n.lower() == "content-encoding"), "identity")
        if coding.lower() != "identity":
            raise StopReadingError(
                "compressed", f"the answer is {coding}-encoded though identity was asked"
            )

    def take(self, piece: bytes) -> bool:
        """Take one piece in; True when enough has been read."""
        self.size += len(piece)
        self._raw.append(piece)
        return False

    def raw(self) -> bytes:
        """The body as it came, secrets included."""
        return b"".join(self._raw)

    def made(self, error: str | None, text: str) -> HttpAnswered:
        """What came of the request; its body counts as one chunk."""
        ms = self.elapsed()
        return HttpAnswered(
            self.status, self.headers, ((0, ms),) if self.size else (), ms, error, text
        )


class RedactedAnswer(RawAnswer):
    """An answer that is redacted as it comes in, or as a whole where it holds secrets."""

    def __init__(
        self,
        vault: Vault,
        sensitive: tuple[Sensitive, ...],
        refs: Refs,
        reader: BodyReader | None,
    ) -> None:
        super().__init__()
        self._vault = vault
        self._sensitive = sensitive
        self._refs = refs
        self._reader = reader
        self._stream = vault.stream()
        self._clean: list[bytes] = []
        self._length = 0
        self.chunks: list[tuple[int, int]] = []

    def take(self, piece: bytes) -> bool:
        """Take one piece in; True when the reader has read enough."""
        if self._sensitive:
            return super().take(piece)
        self.size += len(piece)
        return self._show(self._stream.feed(piece))

    def _show(self, clean: bytes) -> bool:
        if not clean:
            return False
        self.chunks.append((self._length, self.elapsed()))
        self._length += len(clean)
        self._clean.append(clean)
        return self._reader(clean) if self._reader is not None else False

    def finish(self) -> tuple[dict[str, Secret], bytes]:
        """The secrets of the answer, registered, and its redacted body."""
        if not self._sensitive:
            self._show(self._stream.flush())
            return {}, without_spread_secrets(b"".join(self._clean), self._vault.redact_text)
        raw = self.raw()
        secrets = take_secrets(raw, self._sensitive, self._refs, self._vault)
        if any(secret.scrub for secret in secrets.values()):
            # The answer gives a credential: what nobody asked it for is as secret.
            self._vault.add_document(
                raw.decode("utf-8", "replace"), next(iter(secrets.values())).ref
            )
            return secrets, _kept_bytes(self._vault.redact(raw))
        return secrets, self._vault.redact(raw)


def _kept_bytes(redacted: bytes) -> bytes:
    """A redacted credential document with nothing but its public leaves; as it is where that is so."""
    try:
        document = json.loads(redacted)
    except (ValueError, RecursionError):
        return b""
    public = credential_documents.kept(document, words=True)
    return redacted if public == document else json.dumps(public).encode()
