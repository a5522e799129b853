"""A worker's own connection: it is kept, and says of every fault what the Http port says."""

from __future__ import annotations

import asyncio
import datetime
import gzip
import secrets as random
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from smoke_tui.httpd.messages import RawResponse, ServerRequest
from smoke_tui.journal.events.codec import encode
from smoke_tui.redaction import Secret, Vault
from smoke_tui.world.live.http_kept import KeptHttp, PreparedRequests
from smoke_tui.world.live.network import trusted
from smoke_tui.world.requests.http import HttpLimits, HttpRequest
from smoke_tui.world.values import Joined
from tests.helpers.loopback_servers import Origins, exchange, ok, raw, soon

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n"


def kept(*allowed: Any, context: Callable[[], ssl.SSLContext] = trusted) -> KeptHttp:
    return KeptHttp(Vault(), frozenset(allowed), PreparedRequests(), context)


async def slow(first: bytes) -> RawResponse:
    async def chunks() -> Any:
        yield first
        await asyncio.sleep(60)

    return RawResponse(chunks())


# Limits that a busy machine keeps: an answer that begins has to be seen before they pass.
FAULTS: dict[str, tuple[Callable[[ServerRequest], Any], HttpLimits]] = {
    "an answer": (lambda request: ok(b"data: x\n\n"), HttpLimits()),
    "an answer whose end is the connection's": (lambda request: raw(HEAD, b"x"), HttpLimits()),
    "a cut": (lambda r: raw(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nx"), HttpLimits()),
    "a reset": (lambda request: raw(HEAD, b"x", reset=True), HttpLimits()),
    "an end without an answer": (lambda request: raw(b""), HttpLimits()),
    "no HTTP": (lambda request: raw(b"garbage\r\n\r\n"), HttpLimits()),
    "too large": (lambda request: ok(b"x" * 5000), HttpLimits(body=4000)),
    "compressed": (
        lambda request: ok(gzip.compress(b"x"), ("content-encoding", "gzip")),
        HttpLimits(),
    ),
    "stalled": (lambda request: slow(HEAD + b"data: x\n\n"), HttpLimits(idle=1.0)),
    "nothing in time": (lambda request: slow(b""), HttpLimits(idle=1.0)),
    "not whole in time": (lambda request: slow(HEAD + b"data: x\n\n"), HttpLimits(total=2.0)),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_it_says_of_a_fault_what_the_port_says(fault: str) -> None:
    handler, limits = FAULTS[fault]

    async def main() -> None:
        async with Origins(handler) as server:
            request = HttpRequest("POST", server.url(), json={"a": 1}, limits=limits)
            data, _, body = await exchange(request)
            http = kept()
            made, content = await http.ask(request)
            await http.close()
            mine = encode(made)
            for name in ("status", "headers", "error", "error_text"):
                assert mine.get(name) == data.get(name)
            assert content == body
            first, second = server.seen
            assert (first.headers, first.body) == (second.headers, second.body)

    soon(main())


@pytest.mark.parametrize("url", ["http://nobody.invalid/", "http://127.0.0.1:1/", "http://[/", ""])
def test_where_nobody_is_it_says_what_the_port_says(url: str) -> None:
    async def main() -> None:
        data, _, _ = await exchange(HttpRequest("GET", url))
        made, _ = await kept().ask(HttpRequest("GET", url))
        assert (made.status, made.error, made.error_text) == (
            None, data["error"], data["error_text"],
        )  # fmt: skip

    soon(main())


def test_a_credential_goes_to_an_exact_origin_each_time() -> None:
    secret = Secret(f"FAKE{random.token_urlsafe(30)}", kind="access-token", ref="s.1")

    async def main() -> None:
        async with Origins(lambda request: ok()) as server:
            headers = (("authorization", Joined(("Bearer ", secret))),)
            request = HttpRequest("GET", server.url(), headers)
            for _ in range(2):
                made, _ = await kept().ask(request)
                assert made.error == "refused-host"
            http = kept(server.origin)
            for _ in range(2):
                made, _ = await http.ask(request)
                assert made.status == 200
            await http.close()
            assert len(server.seen) == 2

    soon(main())


@pytest.mark.parametrize(("closing", "connections"), [(False, 1), (True, 3)])
def test_it_is_one_connection_until_the_server_closes_it(closing: bool, connections: int) -> None:
    opened: list[int] = []
    answer = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        opened.append(1)
        while await reader.readline():
            await reader.readuntil(b"\r\n\r\n")
            writer.write(answer)
            if closing:
                break
        writer.close()

    async def main() -> None:
        server = await asyncio.start_server(handler, "127.0.0.1", 0)
        request = HttpRequest("GET", f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/")
        http = kept()
        for _ in range(3):
            assert (await http.ask(request))[1] == b"ok"
            # Lets the end of the connection in.
            await asyncio.sleep(0.05 if closing else 0)
        await http.close()
        server.close()
        assert len(opened) == connections

    soon(main())


def certificate(folder: Path) -> ssl.SSLContext:
    """The TLS context of a server; its certificate stands in `folder/cert.pem`."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context


def test_tls_is_spoken_and_certificates_are_checked(tmp_path: Path) -> None:
    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.readline():
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 70000\r\n\r\n" + b"x" * 70_000)
        writer.close()

    def trusting() -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(tmp_path / "cert.pem"))

    async def main() -> None:
        server = await asyncio.start_server(handler, "127.0.0.1", 0, ssl=certificate(tmp_path))
        port = server.sockets[0].getsockname()[1]
        good, other = (
            HttpRequest("GET", f"https://{h}:{port}/") for h in ("localhost", "127.0.0.1")
        )
        http = kept(context=trusting)
        for _ in range(2):
            made, body = await http.ask(good)
            assert (made.status, made.error, len(body)) == (200, None, 70_000)
        made, _ = await http.ask(other)
        assert (made.status, made.error) == (None, "tls")
        await http.close()
        stranger = kept()
        made, _ = await stranger.ask(good)
        assert (made.status, made.error) == (None, "tls")
        assert "the certificate was not accepted" in made.error_text
        await stranger.close()
        server.close()

    soon(main())
