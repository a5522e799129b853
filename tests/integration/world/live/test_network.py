"""What the environment names for the connection: real proxies on loopback, and what can't be used."""

from __future__ import annotations

import asyncio
import gc
import os
import ssl
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from smoke_tui.world.live import network
from smoke_tui.world.live.network import NetworkError, named_proxy, network_problems, proxy_for
from smoke_tui.world.requests.http import HttpRequest
from tests.helpers.loopback_servers import Origins, exchange, ok, soon

VARIABLES = (
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "NO_PROXY",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "REQUESTS_CA_BUNDLE",
)
FAR = "http://far.test/answer"

# httpcore2 leaves the socket of a SOCKS proxy that refuses to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
CA = Path(ssl.get_default_verify_paths().openssl_cafile)


@pytest.fixture(autouse=True)
def _collected() -> Iterator[None]:
    """What a test leaves to the garbage collector goes within that test."""
    yield
    gc.collect()


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def listening(serve: Serve) -> AsyncIterator[int]:
    async def closing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        working.add(asyncio.current_task())
        try:
            await serve(reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            return
        finally:
            writer.close()

    working: set[asyncio.Task[object] | None] = set()
    server = await asyncio.start_server(closing, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]
        for task in filter(None, working):
            task.cancel()
        await asyncio.gather(*filter(None, working), return_exceptions=True)


async def _join(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int, first: bytes = b""
) -> None:
    """Carry bytes both ways between a client and a port of this machine."""
    far_reader, far_writer = await asyncio.open_connection("127.0.0.1", port)
    far_writer.write(first)

    async def carry(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        while data := await source.read(65536):
            sink.write(data)
            await sink.drain()
        sink.close()

    try:
        await asyncio.gather(
            carry(reader, far_writer), carry(far_reader, writer), return_exceptions=True
        )
    finally:
        far_writer.close()


def socks(port: int, asked: list[bytes], *, user: bytes = b"", reply: int = 0) -> Serve:
    """A SOCKS5 server (RFC 1928, 1929) that takes every name to one port of this machine."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        _, count = await reader.readexactly(2)
        methods = await reader.readexactly(count)
        writer.write(b"\x05" + (b"\x02" if user else b"\x00"))
        if user:
            assert 2 in methods
            _, length = await reader.readexactly(2)
            name = await reader.readexactly(length)
            secret = await reader.readexactly((await reader.readexactly(1))[0])
            good = (name, secret) == (user, b"minted")
            writer.write(b"\x01" + (b"\x00" if good else b"\x01"))
        _, _, _, kind = await reader.readexactly(4)
        size = {1: 4, 4: 16}.get(kind) or (await reader.readexactly(1))[0]
        asked.append(await reader.readexactly(size + 2))
        writer.write(bytes([5, reply, 0, 1]) + bytes(6))
        if reply == 0:
            await _join(reader, writer, port)
        writer.close()

    return serve


def forward(port: int, asked: list[bytes]) -> Serve:
    """An HTTP proxy: CONNECT, and requests with a whole address."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        asked.append(head.split(b"\r\n")[0])
        if head.startswith(b"CONNECT"):
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            await _join(reader, writer, port)
            return
        line, _, rest = head.partition(b"\r\n")
        method, target, version = line.split(b" ")
        path = b"/" + target.split(b"/", 3)[3]
        await _join(reader, writer, port, b" ".join((method, path, version)) + b"\r\n" + rest)

    return serve


async def _through(address: str, monkeypatch: pytest.MonkeyPatch, name: str) -> dict[str, object]:
    monkeypatch.setenv(name, address)
    data, _, body = await exchange(HttpRequest("GET", FAR))
    return {**data, "text": body}


@pytest.mark.parametrize("scheme", ["socks5", "socks5h", "socks", "SOCKS5"])
@pytest.mark.parametrize("name", ["ALL_PROXY", "all_proxy", "HTTP_PROXY", "http_proxy"])
def test_a_socks_proxy_just_works(scheme: str, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if name == "HTTP_PROXY":
        monkeypatch.delenv("REQUEST_METHOD", raising=False)

    async def work() -> None:
        asked: list[bytes] = []
        async with (
            Origins(lambda request: ok(b"far")) as far,
            listening(socks(far.port, asked)) as port,
        ):
            got = await _through(f"{scheme}://127.0.0.1:{port}", monkeypatch, name)
        assert (got["status"], got["text"], got["error"]) == (200, b"far", None)
        assert asked == [b"far.test\x00\x50"], "the proxy resolves the name, not this machine"

    soon(work())


def test_a_socks_proxy_with_a_name_and_a_password(monkeypatch: pytest.MonkeyPatch) -> None:
    async def work() -> None:
        asked: list[bytes] = []
        async with (
            Origins(lambda request: ok(b"far")) as far,
            listening(socks(far.port, asked, user=b"ada")) as port,
        ):
            good = await _through(f"socks5://ada:minted@127.0.0.1:{port}", monkeypatch, "ALL_PROXY")
            bad = await _through(f"socks5://ada:f4ke-pw@127.0.0.1:{port}", monkeypatch, "ALL_PROXY")
        assert good["text"] == b"far"
        assert bad["error"] == "proxy"
        assert "f4ke-pw" not in str(bad)

    soon(work())


@pytest.mark.parametrize("address", ["http://127.0.0.1:{}", "127.0.0.1:{}", "http://127.0.0.1:{}/"])
def test_an_http_proxy_works_however_it_is_spelled(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def work() -> None:
        asked: list[bytes] = []
        async with (
            Origins(lambda request: ok(b"far")) as far,
            listening(forward(far.port, asked)) as port,
        ):
            got = await _through(address.format(port), monkeypatch, "http_proxy")
        assert (got["status"], got["text"]) == (200, b"far")
        assert len(asked) == 1

    soon(work())


async def _no_socks(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    writer.close()


async def _silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()


@pytest.mark.parametrize(
    ("serve", "scheme"),
    [
        (_no_socks, "socks5"),
        (_silent, "socks5"),
        (socks(1, [], reply=5), "socks5"),
        (socks(1, [], reply=2), "socks5h"),
    ],
    ids=["not socks", "silent", "refused", "not allowed"],
)
def test_a_socks_proxy_that_does_not_do_its_work_is_reported_as_that(
    serve: Serve, scheme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def work() -> None:
        async with listening(serve) as port:
            got = await _through(f"{scheme}://127.0.0.1:{port}", monkeypatch, "ALL_PROXY")
        assert got["status"] is None
        assert got["error"] == "proxy", got
        assert f"{scheme}://127.0.0.1:{port} (ALL_PROXY)" in str(got["error_text"])

    soon(work())


@pytest.mark.parametrize("address", ["socks5://127.0.0.1:9", "http://127.0.0.1:9"])
def test_a_proxy_that_is_not_there_is_no_failure_of_the_provider(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    got = soon(_through(address, monkeypatch, "ALL_PROXY"))
    assert got["error"] == "proxy"
    assert f"the proxy {address} (ALL_PROXY)" in str(got["error_text"])


MALFORMED = {
    "socks4://127.0.0.1:9": "SOCKS4",
    "htp://x:1": "'htp' is none of",
    "http://": "no host",
    "http://:8080": "no host",
    "http://x:99999": "a port that can't be",
    "http://x:y": "a port",
    "http://[::1": "no host",
    "http://x y:1": "no host",
    "file:///etc/proxy": "'file' is none of",
    "http://ada:f4ke-pw@:1": "no host",
    "http://x:0": "its port is 0",
    "://x": "is none of",
}


@pytest.mark.parametrize("address", MALFORMED)
def test_a_malformed_proxy_is_named_before_anything_is_sent(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    got = soon(_through(address, monkeypatch, "ALL_PROXY"))
    assert (got["status"], got["error"]) == (None, "proxy")
    assert MALFORMED[address] in str(got["error_text"])
    assert "ALL_PROXY" in str(got["error_text"])
    assert "f4ke-pw" not in str(got)
    (problem,) = network_problems((FAR,))
    assert problem.code == "proxy"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "127.0.0.2", "a.localhost"])
def test_nothing_for_this_machine_goes_through_a_proxy(
    host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ALL_PROXY", "http_proxy", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "htp://nowhere")
    assert proxy_for(f"http://{host}:1/") is None
    assert network_problems((f"https://{host}:1/",)) == []


@pytest.mark.parametrize("given", ["far.test", ".test", "far.test:443", "*", "x, far.test ,y"])
def test_no_proxy_is_heeded(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.test:3128")
    monkeypatch.setenv("no_proxy", given)
    assert proxy_for("https://far.test/") is None
    if given != "*":
        assert proxy_for("https://other.example/") == "http://proxy.test:3128"


def test_a_password_is_in_the_address_and_not_in_what_is_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "socks://ada:f4ke-pw@proxy.test:1080/")
    proxy = named_proxy("https://far.test/")
    assert proxy is not None
    assert proxy.url == "socks5://ada:f4ke-pw@proxy.test:1080"
    assert proxy.shown == "socks5://…@proxy.test:1080"


def _bad_files(folder: Path) -> dict[str, str]:
    (folder / "empty.pem").write_text("")
    (folder / "blank.pem").write_text("\n \n")
    (folder / "text.pem").write_text("no certificate\n")
    (folder / "half.pem").write_text("-----BEGIN CERTIFICATE-----\nMIIB\n")
    os.mkfifo(folder / "pipe.pem")
    (folder / "nothing").mkdir()
    return {
        "/nowhere": "does not exist",
        str(folder / "empty.pem"): "is empty",
        str(folder / "blank.pem"): "is empty",
        str(folder / "text.pem"): "no certificate",
        str(folder / "half.pem"): "no certificate",
        str(folder / "pipe.pem"): "no regular file",
    }


@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"])
def test_certificates_that_can_t_be_used_are_reported_before_anything_is_sent(
    tmp_path: Path, variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path, words in _bad_files(tmp_path).items():
        monkeypatch.setenv(variable, path)
        data, _, _ = soon(exchange(HttpRequest("GET", "https://far.test/")))
        assert (data["status"], data["error"]) == (None, "tls")
        assert (
            f"{variable} is {path}, which {words.removeprefix('which ')}"[:40] in data["error_text"]
        )
        assert words in data["error_text"]
        assert [problem.code for problem in network_problems(("https://far.test/",))] == ["tls"]


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/nowhere", "does not exist"),
        ("/dev/null", "is no folder"),
        ("{}/nothing", "is empty"),
        ("/etc:/nowhere", "does not exist"),
    ],
)
def test_so_are_folders_of_them(
    tmp_path: Path, path: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "nothing").mkdir()
    monkeypatch.setenv("SSL_CERT_DIR", path.format(tmp_path))
    (problem,) = network_problems(("https://far.test/",))
    assert problem.code == "tls"
    assert words in str(problem)


def test_certificates_that_can_be_used_are_no_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"):
        monkeypatch.setenv(variable, str(CA))
    assert CA.is_file()
    assert network_problems(("https://far.test/",)) == []
    assert network.trusted().get_ca_certs()
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere")
    with pytest.raises(NetworkError):
        network.trusted()


HANGS = """
import socket, sys, threading
real = socket.getaddrinfo
def hangs(host, *more, **kinds):
    if host in ("hangs.test", b"hangs.test"):
        threading.Event().wait()
    return real(host, *more, **kinds)
socket.getaddrinfo = hangs
from smoke_tui.__main__ import main
code = main(sys.argv[1:])
print("ended", flush=True)
sys.exit(code)
"""
BOOK = """---
schema: smoke/1
id: hangs
title: A name that is never resolved
---

## Look

Words.

```toml step
id      = "look"
kind    = "check"
url     = "http://hangs.test/"
timeout = "1s"
```
"""


def test_a_name_that_is_never_resolved_does_not_keep_the_process(tmp_path: Path) -> None:
    """The outcome came in time; so does the end of the process, which waits for no thread."""
    (tmp_path / "hangs.md").write_text(BOOK)
    env = {k: v for k, v in os.environ.items() if k != "CI"}
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            HANGS,
            "--state-dir",
            str(tmp_path / "state"),
            "--check",
            "hangs.md",
            "--live",
        ],
        cwd=tmp_path,
        env=env,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 4, done.stderr
    assert "step look blocked command-timeout" in done.stderr
    assert "ended" in done.stdout
