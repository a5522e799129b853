"""One connection of a battery's worker, kept open: httpx2's HTTP/1.1 over a plain asyncio socket.

httpx2 sends over httpcore2, whose connection takes any network below it. Its usual one writes head
and body apart and guards each with a cancel scope, which takes longer than the HTTP itself. A
request is rendered once, however often it is sent.
"""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterable, AsyncIterator, Callable
from typing import Final

import httpcore2
import httpx2

from smoke_tui.config.session_config import Origin
from smoke_tui.journal.events.facts import HttpAnswered
from smoke_tui.redaction import Vault
from smoke_tui.structs import Struct
from smoke_tui.world.live.http import LiveHttp, Response, rendered
from smoke_tui.world.live.http_answer import RawAnswer
from smoke_tui.world.live.network import proxy_for
from smoke_tui.world.live.sockets import Sockets
from smoke_tui.world.requests.http import HttpRequest

_ERRORS: Final = (
    httpcore2.TimeoutException,
    httpcore2.NetworkError,
    httpcore2.ProtocolError,
    httpcore2.UnsupportedProtocol,
)
"""What httpcore2 raises; httpx2 has a class of the same name for each."""


class _Prepared(Struct, frozen=True):
    """A request that was checked and rendered."""

    request: HttpRequest
    sent: httpcore2.Request


class PreparedRequests:
    """Requests that were checked and rendered, for all workers of a pool."""

    def __init__(self) -> None:
        self._made: dict[int, _Prepared] = {}

    def get(self, request: HttpRequest) -> httpcore2.Request | None:
        """The rendered form; None where it was not prepared."""
        prepared = self._made.get(id(request))
        return prepared.sent if prepared is not None and prepared.request is request else None

    def add(self, request: HttpRequest) -> httpcore2.Request:
        """Render a request, and keep that.

        Raises:
            ValueError: its address or a value of it can't be sent.
            httpx2.InvalidURL: its address can't be used.
        """
        whole = rendered(request)
        sent = httpcore2.Request(
            method=whole.method,
            url=httpcore2.URL(
                scheme=whole.url.raw_scheme,
                host=whole.url.raw_host,
                port=whole.url.port,
                target=whole.url.raw_path,
            ),
            headers=whole.headers.raw,
            content=whole.content,
            extensions=whole.extensions,
        )
        self._made[id(request)] = _Prepared(request, sent)
        return sent


class KeptHttp(LiveHttp):
    """Sends one request at a time over one connection, and gives the answer as it came.

    Through a proxy, httpx2's own transport does the same.
    """

    def __init__(
        self,
        vault: Vault,
        allowed: frozenset[Origin],
        prepared: PreparedRequests,
        context: Callable[[], ssl.SSLContext],
    ) -> None:
        super().__init__(vault, allowed, kept=True, context=context)
        self._prepared = prepared
        self._connection: httpcore2.AsyncHTTPConnection | None = None
        self._sockets = Sockets()

    async def ask(self, request: HttpRequest) -> tuple[HttpAnswered, bytes]:
        """Send a request; what came of it, and the body with whatever secret it holds."""
        answer = RawAnswer()
        return await self._attempt(request, answer), answer.raw()

    def check_origin(self, request: HttpRequest) -> None:
        """As `LiveHttp.check_origin`, once for each request.

        Raises:
            RefusedError: it may not be sent.
        """
        if self._prepared.get(request) is None:
            super().check_origin(request)

    async def close(self) -> None:
        """Close the connection."""
        await super().close()
        if self._connection is not None:
            await self._connection.aclose()

    async def _send(self, request: HttpRequest) -> Response:
        sent = self._prepared.get(request)
        if sent is None:
            if proxy_for(request.url) is not None:
                return await super()._send(request)
            sent = self._prepared.add(request)
        connection = await self._connected(sent.url)
        try:
            response = await connection.handle_async_request(sent)
        except _ERRORS as problem:
            raise _named_alike(problem) from problem
        stream = response.stream
        assert isinstance(stream, AsyncIterable)
        return Response(response.status, response.headers, _pieces(stream), response.aclose)

    async def _connected(self, url: httpcore2.URL) -> httpcore2.AsyncHTTPConnection:
        """The connection, or a new one where the server has closed it."""
        made = self._connection
        if made is not None:
            fits = made.can_handle_request(url.origin)
            if fits and made.is_available() and not made.has_expired():
                return made
            await made.aclose()
        self._connection = httpcore2.AsyncHTTPConnection(
            origin=url.origin,
            ssl_context=self._context() if url.scheme == b"https" else None,
            network_backend=self._sockets,
        )
        return self._connection


async def _pieces(stream: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
    """The pieces of a body, with the errors that httpx2 has for them."""
    try:
        async for piece in stream:
            yield piece
    except _ERRORS as problem:
        raise _named_alike(problem) from problem


def _named_alike(problem: Exception) -> httpx2.TransportError:
    """The error of httpx2 that has the name of one of httpcore2."""
    made = getattr(httpx2, type(problem).__name__)(str(problem))
    assert isinstance(made, httpx2.TransportError)
    return made
