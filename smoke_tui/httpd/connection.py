"""One connection of a loopback server, over h11.

Whatever a client sends ends in a response or a closed connection, never in a log or a hang.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import suppress
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import parse_qsl

import h11

from smoke_tui.httpd.messages import (
    ErrorSink,
    Handler,
    RawResponse,
    ServerLimits,
    ServerRequest,
    ServerResponse,
)

CHUNK = 65_536
_HALF_CLOSE_GRACE = 1.0
_LINGER = 0.5
_ERROR_STATUSES = frozenset({400, 408, 413, 431})
_REASONS = {status.value: status.phrase for status in HTTPStatus}

T = TypeVar("T")


class _RefusedError(Exception):
    """Refuse the request with a status, then close the connection."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class _PeerGoneError(Exception):
    """The client disconnected, or has no further request: close without a response."""


def report_error(sink: ErrorSink | None, error: BaseException) -> None:
    """Pass an exception to the sink, if there is one; cancellation is ignored."""
    if sink is not None and isinstance(error, Exception):
        sink(error)


class Connection:
    """One client: requests one after the other until either side closes."""

    def __init__(
        self,
        handler: Handler,
        limits: ServerLimits,
        on_error: ErrorSink | None,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        self._handler = handler
        self._limits = limits
        self._on_error = on_error
        self._reader = reader
        self._writer = writer
        self._eof = False
        peer = writer.get_extra_info("peername")
        self._peer = f"{peer[0]}:{peer[1]}" if peer else ""
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=limits.head_bytes)

    async def run(self) -> None:
        """Serve until either side closes; client errors never raise."""
        try:
            while await self._serve_request():
                self._http.start_next_cycle()
        except _RefusedError as refused:
            await self._refuse(refused.status)
        except h11.RemoteProtocolError as error:
            await self._refuse(error.error_status_hint)
        except (_PeerGoneError, OSError):
            pass
        finally:
            with suppress(OSError):
                self._writer.close()

    async def _serve_request(self) -> bool:
        """Answer one request; return whether the connection can be reused."""
        request = await self._read_request()
        try:
            answer = await self._watched(self._handler(request), _HALF_CLOSE_GRACE)
        except _PeerGoneError:
            raise
        except Exception as error:
            report_error(self._on_error, error)
            answer = ServerResponse(500, (("content-type", "text/plain"),), b"internal error\n")
        if isinstance(answer, RawResponse):
            await self._send_raw(answer)
            return False
        await self._send(request, answer)
        return self._http.our_state is h11.DONE and self._http.their_state is h11.DONE

    # Reading

    async def _read_request(self) -> ServerRequest:
        head = await self._read_head()
        headers = tuple((k.decode("latin-1"), v.decode("latin-1")) for k, v in head.headers)
        body = await self._read_body(headers)
        target = head.target.decode("latin-1")
        path, _, query = target.partition("?")
        return ServerRequest(
            method=head.method.decode("latin-1"),
            target=target,
            path=path,
            query=_query(query),
            headers=headers,
            body=body,
            peer=self._peer,
        )

    async def _read_head(self) -> h11.Request:
        started = bool(self._http.trailing_data[0])
        event = self._http.next_event()
        deadline = asyncio.get_running_loop().time() + self._limits.head_seconds
        while event is h11.NEED_DATA:
            wait = (
                deadline - asyncio.get_running_loop().time()
                if started
                else self._limits.idle_seconds
            )
            try:
                async with asyncio.timeout(max(wait, 0.0)):
                    await self._feed()
            except TimeoutError:
                if started:
                    raise _RefusedError(408) from None
                raise _PeerGoneError from None
            if not started:
                started = True
                deadline = asyncio.get_running_loop().time() + self._limits.head_seconds
            event = self._http.next_event()
        if not isinstance(event, h11.Request):
            raise _PeerGoneError
        # h11 limits incomplete heads only; a head that arrived in one read is checked here.
        if sum(len(k) + len(v) + 4 for k, v in event.headers) + len(event.target) > (
            self._limits.head_bytes
        ):
            raise _RefusedError(431)
        if event.http_version not in (b"1.0", b"1.1"):
            raise _RefusedError(400)
        return event

    async def _read_body(self, headers: tuple[tuple[str, str], ...]) -> bytes:
        length = next((v for k, v in headers if k == "content-length"), "0")
        if length.isdigit() and int(length) > self._limits.body_bytes:
            raise _RefusedError(413)
        if self._http.they_are_waiting_for_100_continue:
            interim = h11.InformationalResponse(status_code=100, headers=[])
            await self._write(self._http.send(interim))
        parts = bytearray()
        try:
            async with asyncio.timeout(self._limits.idle_seconds):
                while not isinstance(event := self._http.next_event(), h11.EndOfMessage):
                    if event is h11.NEED_DATA:
                        await self._feed()
                    elif isinstance(event, h11.Data):
                        parts += event.data
                        if len(parts) > self._limits.body_bytes:
                            raise _RefusedError(413)
                    else:
                        raise _PeerGoneError
        except TimeoutError:
            raise _RefusedError(408) from None
        return bytes(parts)

    async def _feed(self) -> None:
        data = await self._reader.read(CHUNK)
        self._eof = not data
        self._http.receive_data(data)

    # Answering

    async def _send(self, request: ServerRequest, answer: ServerResponse) -> None:
        headers = list(answer.headers)
        body = answer.body
        names = {name.lower() for name, _ in headers}
        bodiless = answer.status in (204, 304) or answer.status < 200
        if isinstance(body, bytes) and not bodiless and "content-length" not in names:
            headers.append(("content-length", str(len(body))))
        try:
            reason = _REASONS.get(answer.status, "")
            response = h11.Response(status_code=answer.status, headers=headers, reason=reason)
            head = self._http.send(response)
            await self._write(head)
            if bodiless or request.method == "HEAD":
                pass
            elif isinstance(body, bytes):
                await self._write(self._http.send(h11.Data(data=body)))
            else:
                await self._stream(body)
            await self._write(self._http.send(h11.EndOfMessage()))
        except h11.LocalProtocolError as error:
            report_error(self._on_error, error)
            raise _PeerGoneError from None
        finally:
            if not isinstance(body, bytes):
                await _aclose(body)

    async def _stream(self, body: AsyncIterator[bytes]) -> None:
        while (chunk := await self._watched(_next(body), 0.0)) is not None:
            if chunk:
                await self._write(self._http.send(h11.Data(data=chunk)))

    async def _send_raw(self, answer: RawResponse) -> None:
        try:
            while (chunk := await self._watched(_next(answer.chunks), 0.0)) is not None:
                await self._write(chunk)
            if answer.reset:
                raw = self._writer.get_extra_info("socket")
                raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self._writer.transport.abort()
        finally:
            await _aclose(answer.chunks)

    async def _write(self, data: bytes | None) -> None:
        if not data:
            return
        self._writer.write(data)
        try:
            async with asyncio.timeout(self._limits.idle_seconds):
                await self._writer.drain()
        except TimeoutError:
            self._writer.transport.abort()
            raise _PeerGoneError from None

    async def _watched(self, work: Awaitable[T], grace: float) -> T:
        """The result of `work`; it is cancelled `grace` seconds after the client's end of input."""
        task = asyncio.ensure_future(_awaited(work))
        watch = asyncio.ensure_future(self._wait_for_end_of_input(grace))
        try:
            await asyncio.wait({task, watch}, return_when=asyncio.FIRST_COMPLETED)
            if task.done():
                return task.result()
            raise _PeerGoneError
        finally:
            for running in (task, watch):
                if not running.done():
                    running.cancel()
            await asyncio.gather(task, watch, return_exceptions=True)

    async def _wait_for_end_of_input(self, grace: float) -> None:
        buffered = 0
        while not self._eof:
            data = await self._reader.read(CHUNK)
            self._eof = not data
            buffered += len(data)
            if buffered > self._limits.head_bytes + self._limits.body_bytes:
                return
            self._http.receive_data(data)
        # A client may half-close and still read the response.
        await asyncio.sleep(grace)

    async def _refuse(self, status: int) -> None:
        if self._http.our_state not in (h11.IDLE, h11.SEND_RESPONSE):
            return
        sent_status = status if status in _ERROR_STATUSES else 400
        answer = h11.Response(
            status_code=sent_status,
            headers=[("connection", "close"), ("content-length", "0")],
            reason=_REASONS[sent_status],
        )
        with suppress(h11.LocalProtocolError, OSError, TimeoutError):
            async with asyncio.timeout(_LINGER):
                await self._write(self._http.send(answer))
                self._writer.write_eof()
                # Closing with unread input would reset the connection and lose the response.
                while await self._reader.read(CHUNK):
                    pass


def _query(text: str) -> tuple[tuple[str, str], ...]:
    try:
        return tuple(parse_qsl(text, keep_blank_values=True, max_num_fields=100))
    except ValueError:
        raise _RefusedError(400) from None


async def _awaited(work: Awaitable[T]) -> T:
    return await work


async def _next(body: AsyncIterator[bytes]) -> bytes | None:
    async for chunk in body:
        return chunk
    return None


async def _aclose(body: AsyncIterator[bytes]) -> None:
    close: Callable[[], Coroutine[Any, Any, None]] | None = getattr(body, "aclose", None)
    if close is not None:
        await close()
