"""Loopback servers and requests for the tests of live ports."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable
from types import TracebackType
from typing import Any, Self, TypeVar

from smoke_tui.config.session_config import Origin
from smoke_tui.httpd.messages import (
    Handler,
    RawResponse,
    ServerLimits,
    ServerRequest,
    ServerResponse,
)
from smoke_tui.httpd.server import HttpServer, serve
from smoke_tui.journal.events.codec import encode
from smoke_tui.redaction import Secret, Vault
from smoke_tui.world.live.http import LiveHttp
from smoke_tui.world.requests.base import Request
from smoke_tui.world.requests.http import HttpRequest

T = TypeVar("T")
PATIENCE = 60.0


def soon(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end, within the tests' patience."""
    return asyncio.run(asyncio.wait_for(work, PATIENCE))


async def until(true: Callable[[], bool]) -> None:
    """Wait for a condition."""
    for _ in range(int(PATIENCE / 0.01)):
        if true():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not come about")


async def pieces(parts: Iterable[bytes]) -> AsyncIterator[bytes]:
    for part in parts:
        yield part
        await asyncio.sleep(0)


def raw(*parts: bytes, reset: bool = False) -> RawResponse:
    """Bytes for the socket, then its end."""
    return RawResponse(pieces(parts), reset)


class Origins:
    """A server on the test's own loop, and what it was asked."""

    def __init__(self, handler: Callable[[ServerRequest], Any]) -> None:
        self._handler = handler
        self.seen: list[ServerRequest] = []
        self._server: HttpServer | None = None

    async def __aenter__(self) -> Self:
        self._server = await serve(self._answer, [("127.0.0.1", 0)])
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._server is not None
        await self._server.close()

    async def _answer(self, request: ServerRequest) -> Any:
        self.seen.append(request)
        answer = self._handler(request)
        return await answer if asyncio.iscoroutine(answer) else answer

    @property
    def port(self) -> int:
        assert self._server is not None
        return self._server.addresses[0][1]

    def url(self, path: str = "/") -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    @property
    def origin(self) -> Origin:
        return ("http", "127.0.0.1", self.port)


class ThreadedServer:
    """A server in a thread of its own, for sessions."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler
        self._ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._stop: asyncio.Event | None = None
        self.port = 0
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(self._serve())
        finally:
            self._loop.close()
            self._ready.set()

    async def _serve(self) -> None:
        self._stop = asyncio.Event()
        server = await serve(self._handler, [("127.0.0.1", 0)], limits=ServerLimits())
        self.port = server.addresses[0][1]
        self._ready.set()
        await self._stop.wait()
        await server.close()

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(PATIENCE)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._stop is not None
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(PATIENCE)


def refs_of(request: Request) -> dict[str, str]:
    return dict.fromkeys(request.secret_kinds(), "s.1")


async def exchange(
    request: HttpRequest,
    *,
    vault: Vault | None = None,
    allowed: Iterable[Origin] = (),
    watch: Callable[[bytes], bool] | None = None,
) -> tuple[dict[str, Any], dict[str, Secret], bytes]:
    """One exchange over the live port: the fact's data, its secrets, its body."""
    port = LiveHttp(vault or Vault(), frozenset(allowed))
    try:
        answer = await port.exchange(request, refs_of(request), watch)
        return encode(answer.body), dict(answer.secrets), answer.blobs["body"]
    finally:
        await port.close()


async def ask(
    port: int, content: bytes, *, host: str = "127.0.0.1", half_close: bool = False
) -> bytes:
    """Send bytes to a port; everything that comes back until the end."""
    reader, writer = await asyncio.open_connection(host, port)
    try:
        writer.write(content)
        if half_close:
            writer.write_eof()
        async with asyncio.timeout(PATIENCE):
            return await reader.read()
    except ConnectionError:
        return b""
    finally:
        writer.close()


def get(target: str, *, host: str, method: str = "GET", more: str = "") -> bytes:
    return (
        f"{method} {target} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n{more}\r\n"
    ).encode("latin-1")


def ok(body: bytes = b"{}", *headers: tuple[str, str], status: int = 200) -> ServerResponse:
    return ServerResponse(status, headers or (("content-type", "application/json"),), body)
