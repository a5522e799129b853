"""The server survives what a peer can send, and keeps HTTP's promises."""

from __future__ import annotations

import asyncio
import socket
import struct
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smoke_tui.httpd.messages import RawResponse, ServerLimits, ServerRequest, ServerResponse
from smoke_tui.httpd.server import HttpServer, serve

LIMITS = ServerLimits(
    head_bytes=2_048, head_seconds=0.2, body_bytes=1_000, connections=8, idle_seconds=0.5
)
Scene = Callable[[HttpServer], Awaitable[Any]]


async def echo(request: ServerRequest) -> ServerResponse:
    if request.path == "/boom":
        raise ValueError("a bug")
    body = f"{request.method} {request.path} {len(request.body)}".encode()
    return ServerResponse(200, (("content-type", "text/plain"),), body)


def run(scene: Scene, handler: Any = echo, limits: ServerLimits = LIMITS) -> Any:
    """Serve, play the scene, close; whatever the loop would have logged fails the test."""

    async def main() -> Any:
        complaints: list[dict[str, Any]] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, c: complaints.append(c))
        server = await serve(handler, [("127.0.0.1", 0)], limits=limits)
        try:
            result = await asyncio.wait_for(scene(server), 10)
        finally:
            await asyncio.wait_for(server.close(), 5)
        assert complaints == []
        return result

    return asyncio.run(main())


async def talk(server: HttpServer, data: bytes, *, half_close: bool = False) -> bytes:
    """Send bytes, read until the server closes."""
    reader, writer = await asyncio.open_connection(*server.addresses[0])
    try:
        writer.write(data)
        if half_close:
            writer.write_eof()
        return await reader.read()
    except ConnectionError:
        return b""
    finally:
        writer.close()


async def eventually(condition: Callable[[], object]) -> None:
    while not condition():  # noqa: ASYNC110
        await asyncio.sleep(0.005)


def status_of(answer: bytes) -> int | None:
    return int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/1.1 ") else None


GET = b"GET / HTTP/1.1\r\nhost: x\r\n"
POST = b"POST / HTTP/1.1\r\nhost: x\r\n"
MALFORMED = [
    ("tls client hello", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(500)),
    ("http/2 preface", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    ("no version", b"GET /\r\n\r\n"),
    ("http/9.9", b"GET / HTTP/9.9\r\nhost: x\r\n\r\n"),
    ("blank lines", b"\r\n" * 2_000),
    ("nul bytes", bytes(100) + b"\r\n\r\n"),
    ("no host", b"GET / HTTP/1.1\r\n\r\n"),
    ("two hosts", b"GET / HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n"),
    ("space in header name", GET + b"a b: c\r\n\r\n"),
    ("folded first header", b"GET / HTTP/1.1\r\n folded: x\r\n\r\n"),
    ("two lengths", POST + b"content-length: 1\r\ncontent-length: 2\r\n\r\nab"),
    ("negative length", POST + b"content-length: -1\r\n\r\n"),
    ("length in words", POST + b"content-length: ten\r\n\r\n"),
    ("unknown coding", POST + b"transfer-encoding: gzip\r\n\r\n"),
    ("bad chunk size", POST + b"transfer-encoding: chunked\r\n\r\nzz\r\n"),
    ("big head", GET + b"a: " + b"x" * 3_000 + b"\r\n\r\n"),
    ("endless head", GET + b"a: " + b"x" * 100_000),
    ("big target", b"GET /" + b"x" * 3_000 + b" HTTP/1.1\r\nhost: x\r\n\r\n"),
    ("big length", POST + b"content-length: 5000\r\n\r\n"),
    ("absurd length", POST + b"content-length: " + b"9" * 30 + b"\r\n\r\n"),
    ("big body", POST + b"transfer-encoding: chunked\r\n\r\n1000\r\n" + b"x" * 4_096),
    ("slow head", GET + b"a: "),
    ("slow body", POST + b"content-length: 10\r\n\r\nabc"),
    ("many fields", b"GET /?" + b"a=1&" * 200 + b" HTTP/1.1\r\nhost: x\r\n\r\n"),
]


@pytest.mark.parametrize(("name", "data"), MALFORMED, ids=[name for name, _ in MALFORMED])
@pytest.mark.parametrize("half_close", [False, True])
def test_malformed_input_is_refused_or_closed(name: str, data: bytes, half_close: bool) -> None:
    async def scene(server: HttpServer) -> None:
        answer = await talk(server, data, half_close=half_close)
        assert status_of(answer) in (None, 400, 408, 413, 431), name
        assert b" 200 " in await talk(server, GET + b"connection: close\r\n\r\n")

    run(scene)


def test_what_a_refusal_says() -> None:
    async def scene(server: HttpServer) -> None:
        table = {name: data for name, data in MALFORMED}
        told = {name: status_of(await talk(server, table[name])) for name in table}
        assert told["big head"] == told["big target"] == 431
        assert told["big length"] == told["big body"] == 413
        assert told["slow head"] == told["slow body"] == 408
        assert told["no host"] == told["two lengths"] == told["no version"] == 400

    run(scene)


@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_end_in_a_closed_connection(data: bytes) -> None:
    run(lambda server: talk(server, data, half_close=True))


def test_an_idle_connection_is_closed() -> None:
    assert run(lambda server: talk(server, b"")) == b""


def test_keep_alive_head_and_pipelining() -> None:
    async def scene(server: HttpServer) -> bytes:
        head = b"HEAD /h HTTP/1.1\r\nhost: x\r\n\r\n"
        last = b"GET /last HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"
        post = b"POST /p HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\n\r\nabc"
        return await talk(server, head + post + GET + b"\r\n" + last)

    answer: bytes = run(scene)
    assert answer.count(b"HTTP/1.1 200") == 4
    assert b"HEAD /h 0" not in answer
    assert b"content-length: 9" in answer.split(b"\r\n\r\n")[0].lower()
    assert b"POST /p 3HTTP/1.1" in answer
    assert answer.endswith(b"GET /last 0")


def test_expect_continue() -> None:
    async def scene(server: HttpServer) -> bytes:
        reader, writer = await asyncio.open_connection(*server.addresses[0])
        writer.write(
            POST + b"content-length: 3\r\nexpect: 100-continue\r\nconnection: close\r\n\r\n"
        )
        interim = await reader.readuntil(b"\r\n\r\n")
        assert interim.startswith(b"HTTP/1.1 100")
        writer.write(b"abc")
        rest = await reader.read()
        writer.close()
        return rest

    assert run(scene).endswith(b"POST / 3")


def test_http_1_0_and_half_closing_clients_are_answered() -> None:
    async def scene(server: HttpServer) -> None:
        assert (await talk(server, b"GET /old HTTP/1.0\r\n\r\n")).endswith(b"GET /old 0")
        assert b"GET / 0" in await talk(server, GET + b"\r\n", half_close=True)

    run(scene)


def test_many_at_once_and_too_many() -> None:
    async def scene(server: HttpServer) -> None:
        one = GET + b"connection: close\r\n\r\n"
        answers = await asyncio.gather(*(talk(server, one) for _ in range(8)))
        assert all(b"GET / 0" in answer for answer in answers)
        idle = [await asyncio.open_connection(*server.addresses[0]) for _ in range(8)]
        await eventually(lambda: server.connections == 8)
        assert status_of(await talk(server, one)) == 503
        for _, writer in idle:
            writer.close()
        await eventually(lambda: not server.connections)
        assert status_of(await talk(server, one)) == 200

    run(scene)


def test_a_bug_in_the_handler_is_a_500_and_is_reported() -> None:
    async def main() -> None:
        errors: list[Exception] = []
        server = await serve(echo, [("127.0.0.1", 0)], on_error=errors.append)
        request = b"GET /boom HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"
        answer = await talk(server, request)
        await server.close()
        assert status_of(answer) == 500
        assert b"a bug" not in answer
        assert [str(error) for error in errors] == ["a bug"]

    asyncio.run(main())


@pytest.mark.parametrize("before_head", [True, False])
def test_a_client_that_leaves_cancels_the_work(before_head: bool) -> None:
    states: list[str] = []

    async def body() -> AsyncIterator[bytes]:
        try:
            yield b"one"
            await asyncio.Event().wait()
        finally:
            states.append("closed")

    async def handler(request: ServerRequest) -> ServerResponse:
        if before_head:
            try:
                await asyncio.Event().wait()
            finally:
                states.append("closed")
        return ServerResponse(200, (), body())

    async def scene(server: HttpServer) -> None:
        reader, writer = await asyncio.open_connection(*server.addresses[0])
        writer.write(GET + b"\r\n")
        if not before_head:
            await reader.readuntil(b"one")
        else:
            await eventually(lambda: server.connections)
        writer.close()
        await eventually(lambda: states)

    run(scene, handler)
    assert states == ["closed"]


def test_a_client_that_never_reads_is_dropped() -> None:
    async def handler(request: ServerRequest) -> ServerResponse:
        return ServerResponse(200, (), bytes(50_000_000))

    async def scene(server: HttpServer) -> None:
        _, writer = await asyncio.open_connection(*server.addresses[0], limit=1)
        writer.write(GET + b"\r\n")
        await eventually(lambda: server.connections)
        await eventually(lambda: not server.connections)
        writer.close()

    run(scene, handler)


def test_close_does_not_wait_for_a_stream() -> None:
    async def body() -> AsyncIterator[bytes]:
        yield b"one"
        await asyncio.Event().wait()

    async def handler(request: ServerRequest) -> ServerResponse:
        return ServerResponse(200, (), body())

    async def scene(server: HttpServer) -> None:
        reader, writer = await asyncio.open_connection(*server.addresses[0])
        writer.write(GET + b"\r\n")
        await reader.readuntil(b"one")
        writer.close()

    run(scene, handler)


@pytest.mark.parametrize("reset", [False, True])
def test_raw_bytes(reset: bool) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield b"not "
        yield b"http"

    async def handler(request: ServerRequest) -> RawResponse:
        return RawResponse(chunks(), reset=reset)

    async def scene(server: HttpServer) -> None:
        reader, writer = await asyncio.open_connection(*server.addresses[0])
        writer.write(GET + b"\r\n")
        if reset:
            with pytest.raises(ConnectionResetError):
                await reader.read()
        else:
            assert await reader.read() == b"not http"
        writer.close()

    run(scene, handler)


def test_small_answers_do_not_wait() -> None:
    async def scene(server: HttpServer) -> float:
        reader, writer = await asyncio.open_connection(*server.addresses[0])
        started = time.monotonic()
        for _ in range(50):
            writer.write(GET + b"\r\n")
            await reader.readuntil(b"GET / 0")
        writer.close()
        return time.monotonic() - started

    assert run(scene) < 50 * 0.04


def test_addresses_share_the_chosen_port() -> None:
    async def main() -> None:
        server = await serve(echo, [("127.0.0.1", 0), ("::1", 0)])
        ports = {port for _, port in server.addresses}
        await server.close()
        assert len(ports) == 1

    asyncio.run(main())


def test_a_taken_port_goes_up_and_leaves_nothing_open() -> None:
    async def main() -> None:
        with socket.socket() as holder:
            holder.bind(("127.0.0.1", 0))
            holder.listen()
            taken = holder.getsockname()[1]
            with socket.socket() as probe:
                probe.bind(("127.0.0.2", 0))
                free = probe.getsockname()[1]
            with pytest.raises(OSError, match="in use"):
                await serve(echo, [("127.0.0.2", free), ("127.0.0.1", taken)])
            with socket.socket() as again:
                again.bind(("127.0.0.2", free))

    asyncio.run(main())


def test_an_aborting_client_is_not_reported() -> None:
    async def scene(server: HttpServer) -> None:
        for data in (b"", GET, GET + b"\r\n", POST + b"content-length: 9\r\n\r\nab"):
            raw = socket.create_connection(server.addresses[0])
            raw.sendall(data)
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            raw.close()
        assert status_of(await talk(server, GET + b"connection: close\r\n\r\n")) == 200

    run(scene)
