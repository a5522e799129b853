"""The network below an HTTP connection: asyncio's sockets, without a layer in between.

What is written is sent with the next read, so that a request leaves in one piece. An error of the
connection shows at a read, where httpcore2 looks for the answer first.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterable
from typing import Final

import httpcore2

_EYEBALLS: Final = 0.25
"""Seconds after which the next address of a name is tried beside the first (RFC 8305)."""


class SocketStream(httpcore2.AsyncNetworkStream, asyncio.Protocol):
    """One connection; one task reads and writes at a time."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._received: list[bytes] = []
        self._unsent: list[bytes] = []
        self._waiter: asyncio.Future[None] | None = None
        self._ended = False
        self._error: Exception | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by asyncio: the connection is open."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Called by asyncio: bytes are there."""
        self._received.append(data)
        self._wake()

    def eof_received(self) -> None:
        """Called by asyncio: no more bytes will come."""
        self._ended = True
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        """Called by asyncio: the connection is closed, with an error or in order."""
        self._ended, self._error = True, exc
        self._wake()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """The next bytes; none where the other side has ended.

        Raises:
            httpcore2.ReadError: the connection was broken off.
            httpcore2.ReadTimeout: nothing came for `timeout` seconds.
        """
        self._flush()
        if not self._received and not self._ended:
            self._waiter = self._loop.create_future()
            timer = self._loop.call_later(timeout, self._wake) if timeout is not None else None
            try:
                await self._waiter
            finally:
                self._waiter = None
                if timer is not None:
                    timer.cancel()
        if self._received:
            data = b"".join(self._received)
            self._received.clear()
            return data
        if self._error is not None:
            raise httpcore2.ReadError from self._error
        if not self._ended:
            raise httpcore2.ReadTimeout
        return b""

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Take bytes, which are sent when the answer is waited for."""
        self._unsent.append(buffer)

    def _flush(self) -> None:
        if self._unsent and self._transport is not None and not self._transport.is_closing():
            self._transport.write(b"".join(self._unsent))
        self._unsent.clear()

    async def aclose(self) -> None:
        """Close the connection; what is written and not sent is dropped."""
        if self._transport is not None:
            self._transport.close()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> SocketStream:
        """Go on with TLS over the same connection.

        Raises:
            httpcore2.ConnectError: there is no agreement, or the certificate is not accepted.
            httpcore2.ConnectTimeout: the other side did not answer in time.
        """
        plain = self._transport
        assert plain is not None
        try:
            async with asyncio.timeout(timeout):
                self._transport = await self._loop.start_tls(
                    plain, self, ssl_context, server_hostname=server_hostname
                )
        except TimeoutError as error:
            plain.close()
            raise httpcore2.ConnectTimeout from error
        except OSError as error:
            # An SSLError is one.
            plain.close()
            raise httpcore2.ConnectError from error
        return self

    def get_extra_info(self, info: str) -> object:
        """Whether more is there to read or the connection has ended; the TLS object."""
        if info == "is_readable":
            return self._ended or bool(self._received)
        if info == "ssl_object" and self._transport is not None:
            return self._transport.get_extra_info("ssl_object")
        return None


class Sockets(httpcore2.AsyncNetworkBackend):
    """Opens connections."""

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> SocketStream:
        """Connect to a host by name or address.

        Raises:
            httpcore2.ConnectError: no connection was made.
            httpcore2.ConnectTimeout: nor an answer within `timeout` seconds.
        """
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(timeout):
                _, stream = await loop.create_connection(
                    SocketStream, host, port, happy_eyeballs_delay=_EYEBALLS
                )
        except TimeoutError as error:
            raise httpcore2.ConnectTimeout from error
        except OSError as error:
            raise httpcore2.ConnectError from error
        return stream
