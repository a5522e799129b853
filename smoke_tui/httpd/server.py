"""A small, bounded HTTP/1.1 server for loopback.

It serves the login callback, the capture of the installed client, and the rehearsal. Handlers set
`Date` and `Server` headers themselves.
"""

from __future__ import annotations

import asyncio
import errno
import socket
import ssl
from collections.abc import Sequence

from smoke_tui.httpd.connection import CHUNK, Connection, report_error
from smoke_tui.httpd.messages import (
    ErrorSink,
    Handler,
    RawResponse,
    ServerLimits,
    ServerRequest,
    ServerResponse,
)

__all__ = [
    "ErrorSink",
    "Handler",
    "HttpServer",
    "RawResponse",
    "ServerLimits",
    "ServerRequest",
    "ServerResponse",
    "serve",
]


class HttpServer:
    """A running server; `addresses` are the (host, port) pairs that were bound."""

    def __init__(self, handler: Handler, limits: ServerLimits, on_error: ErrorSink | None) -> None:
        self._handler = handler
        self._limits = limits
        self._on_error = on_error
        self._listeners: list[asyncio.Server] = []
        self._connections: dict[asyncio.Task[None], asyncio.StreamWriter] = {}
        self.addresses: tuple[tuple[str, int], ...] = ()

    async def listen(self, sockets: Sequence[socket.socket], tls: ssl.SSLContext | None) -> None:
        """Accept connections on bound sockets."""
        for bound in sockets:
            self._listeners.append(
                await asyncio.start_server(self._accept, sock=bound, limit=CHUNK, ssl=tls)
            )
        self.addresses = tuple(bound.getsockname()[:2] for bound in sockets)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._connections) >= self._limits.connections:
            writer.write(
                b"HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\n"
                b"content-length: 0\r\n\r\n"
            )
            writer.close()
            return
        connection = Connection(self._handler, self._limits, self._on_error, reader, writer)
        task = asyncio.get_running_loop().create_task(connection.run())
        self._connections[task] = writer
        task.add_done_callback(self._forget)

    def _forget(self, task: asyncio.Task[None]) -> None:
        self._connections.pop(task, None)
        if not task.cancelled() and (error := task.exception()) is not None:
            report_error(self._on_error, error)

    @property
    def connections(self) -> int:
        """Number of open connections."""
        return len(self._connections)

    async def close(self, grace: float = 0.0) -> None:
        """Stop listening and abort every connection; safe to call twice.

        Connections that are open get `grace` seconds to end by themselves.
        """
        for listener in self._listeners:
            listener.close()
        try:
            if grace and self._connections:
                await asyncio.wait(self._connections, timeout=grace)
        finally:
            running = dict(self._connections)
            for task, writer in running.items():
                writer.transport.abort()
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)
            for listener in self._listeners:
                await listener.wait_closed()
            self._listeners.clear()


async def serve(
    handler: Handler,
    addresses: Sequence[tuple[str, int]],
    *,
    limits: ServerLimits | None = None,
    on_error: ErrorSink | None = None,
    tls: ssl.SSLContext | None = None,
) -> HttpServer:
    """Bind every address and serve.

    An address "::1" that this machine lacks is skipped. Port 0 after the first address means the
    first one's port. `on_error` receives exceptions of the handler, which the client sees as 500.
    With `tls` all addresses serve HTTPS.

    Raises:
        OSError: an address can't be bound; everything is closed.
    """
    server = HttpServer(handler, limits or ServerLimits(), on_error)
    sockets: list[socket.socket] = []
    try:
        for host, port in addresses:
            chosen = sockets[0].getsockname()[1] if sockets and port == 0 else port
            bound = _bind(host, chosen)
            if bound is not None:
                sockets.append(bound)
        if not sockets:
            raise OSError(errno.EADDRNOTAVAIL, "no address could be bound")
        await server.listen(sockets, tls)
    except BaseException:
        for bound in sockets:
            bound.close()
        await server.close()
        raise
    return server


def _bind(host: str, port: int) -> socket.socket | None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound: socket.socket | None = None
    try:
        # asyncio sets TCP_NODELAY only with a protocol number; without it a response takes 44 ms.
        bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        bound.setblocking(False)
        bound.bind((host, port))
        # Listen here: with SO_REUSEADDR two processes can bind, and only the second listen fails.
        bound.listen(128)
    except OSError as error:
        if bound is not None:
            bound.close()
        if host == "::1" and error.errno in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT):
            return None
        raise
    return bound
