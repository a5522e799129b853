"""The live Http port: where a credential may go, what is kept, and every bound."""

from __future__ import annotations

import asyncio
import gzip
import json
import secrets as random
from typing import Any

import pytest

from smoke_tui.httpd.messages import ServerRequest
from smoke_tui.redaction import Secret, Vault
from smoke_tui.world.live.http import LiveHttp
from smoke_tui.world.live.http_headers import shown_headers
from smoke_tui.world.requests.http import HttpLimits, HttpRequest
from smoke_tui.world.values import Joined, Sensitive
from tests.helpers.loopback_servers import Origins, exchange, ok, raw, soon, until
from tests.helpers.minted_secrets import jwt

TOKEN = f"FAKE{random.token_urlsafe(40)}"


def held() -> Secret:
    return Secret(TOKEN, kind="access-token", ref="s.1")


def bearing(url: str, **more: Any) -> HttpRequest:
    return HttpRequest("GET", url, (("authorization", Joined(("Bearer ", held()))),), **more)


def test_a_credential_goes_to_an_exact_origin_of_the_list() -> None:
    async def main() -> None:
        async with Origins(lambda request: ok()) as server:
            data, _, _ = await exchange(bearing(server.url()), allowed=[server.origin])
            assert (data["status"], data["error"]) == (200, None)
            assert server.seen[0].header("authorization") == f"Bearer {TOKEN}"

    soon(main())


@pytest.mark.parametrize(
    "form",
    [
        "http://localhost:{port}/",
        "http://127.0.0.1:{other}/",
        "https://127.0.0.1:{port}/",
        "http://127.0.0.1.evil.test:{port}/",
        "http://127.1:{port}/",
        "http://evil.test/",
        "http://127.0.0.1:{port}@evil.test/",
        "http://user@127.0.0.1:{port}/",
        "http://[::1]:{port}/",
    ],
)
def test_a_credential_goes_nowhere_else(form: str) -> None:
    async def main() -> None:
        async with Origins(lambda request: ok()) as server:
            url = form.format(port=server.port, other=server.port ^ 1)
            for request in (
                bearing(url),
                HttpRequest("POST", url, json={"deep": [{"t": held()}]}),
                HttpRequest("POST", url, form=(("t", held()),)),
            ):
                data, _, body = await exchange(request, allowed=[server.origin])
                assert (data["error"], data["status"], body) == ("refused-host", None, b"")
                assert TOKEN not in data["error_text"]
            assert server.seen == []

    soon(main())


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:99999/",
        "http://127.0.0.1:x/",
        "http://[::1/",
        "http:///nowhere",
        "ftp://127.0.0.1/",
        "not an address",
        "",
        "http://127.0.0.1:1/\x00",
    ],
)
def test_an_impossible_address_is_an_answer_and_no_crash(url: str) -> None:
    for request in (HttpRequest("GET", url), bearing(url)):
        data, _, _ = soon(exchange(request, allowed=[("http", "127.0.0.1", 1)]))
        assert data["status"] is None
        assert data["error"] in ("network", "refused-host")


@pytest.mark.parametrize("value", ["cut off…", "two\nlines", "a\r\nx-injected: 1", "nul\x00"])
def test_a_credential_that_fits_no_header_is_an_answer_and_no_crash(value: str) -> None:
    async def main() -> None:
        async with Origins(lambda request: ok()) as server:
            secret = Secret(f"FAKE{value}", kind="access-token", ref="s.1")
            request = HttpRequest("GET", server.url(), (("authorization", secret),))
            data, _, _ = await exchange(request, allowed=[server.origin])
            assert data["status"] is None
            assert data["error"] is not None
            assert value not in data["error_text"]
            assert server.seen == []

    soon(main())


def test_a_text_that_is_no_unicode_is_an_answer_and_no_crash() -> None:
    async def main() -> None:
        async with Origins(lambda request: ok()) as server:
            for request in (
                HttpRequest("POST", server.url(), json={"a": "\ud800"}),
                HttpRequest("POST", server.url(), form=(("a", "\ud800"),)),
            ):
                data, _, _ = await exchange(request)
                assert data["status"] == 200 or data["error"] is not None

    soon(main())


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(status: int) -> None:
    async def main() -> None:
        async with Origins(lambda request: ok(b"", ("location", "/next"), status=status)) as server:
            data, _, _ = await exchange(bearing(server.url("/first")), allowed=[server.origin])
            assert data["status"] == status
            assert [request.path for request in server.seen] == ["/first"]
            assert ["location", "[REDACTED:header]"] in data["headers"]

    soon(main())


def test_nothing_is_added_that_was_not_asked_for() -> None:
    async def main() -> None:
        async with Origins(lambda request: ok()) as server:
            await exchange(HttpRequest("GET", server.url()))
            await exchange(HttpRequest("POST", server.url(), json={"a": 1}))
            await exchange(HttpRequest("POST", server.url(), form=(("a b", "c&d=é"),)))
            names = [sorted(name for name, _ in request.headers) for request in server.seen]
            assert names[0] == ["accept-encoding", "host"]
            assert names[1] == ["accept-encoding", "content-length", "content-type", "host"]
            assert names[2] == names[1]
            assert all(r.header("accept-encoding") == "identity" for r in server.seen)
            assert json.loads(server.seen[1].body) == {"a": 1}
            assert server.seen[2].body == b"a%20b=c%26d%3D%C3%A9"
            assert server.seen[2].header("content-type") == "application/x-www-form-urlencoded"

    soon(main())


def test_headers_are_shown_by_allow_list() -> None:
    shown = dict(
        (name, value)
        for name, value in shown_headers(
            [
                ("Content-Type", "text/event-stream"),
                ("x-codex-primary-used-percent", "12"),
                ("X-Request-Id", "req_1"),
                ("Set-Cookie", "__cf_bm=FAKEabc"),
                ("Location", "/x?code=1"),
                ("openai-organization", "org-FAKE"),
                ("x-codex-turn-state", "FAKEstate"),
                ("x-ratelimit-limit", "3"),
                ("X-Anything", "FAKEvalue"),
                ("authorization", "FAKE"),
            ]
        )
    )
    assert shown["content-type"] == "text/event-stream"
    assert shown["x-codex-primary-used-percent"] == "12"
    assert (shown["x-request-id"], shown["x-ratelimit-limit"]) == ("req_1", "3")
    for name in (
        "set-cookie",
        "location",
        "openai-organization",
        "x-codex-turn-state",
        "x-anything",
        "authorization",
    ):
        assert shown[name] == "[REDACTED:header]"


def test_a_body_is_redacted_as_it_comes_and_its_pieces_are_timed() -> None:
    vault = Vault()
    vault.add(held())
    seen: list[bytes] = []

    def watch(piece: bytes) -> bool:
        seen.append(piece)
        return False

    async def main() -> None:
        async def handler(request: ServerRequest) -> Any:
            head = b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % (len(TOKEN) + 20)
            half = len(TOKEN) // 2
            token = TOKEN.encode()
            return raw(head + b"data: one\n", token[:half], token[half:] + b"\ndata: two")

        async with Origins(handler) as server:
            data, _, body = await exchange(
                HttpRequest("GET", server.url()), vault=vault, watch=watch
            )
            assert body == b"data: one\n[REDACTED:access-token#s.1]\ndata: two"
            assert b"".join(seen) == body
            offsets = [offset for offset, _ in data["chunks"]]
            assert offsets[0] == 0
            assert offsets == sorted(offsets)
            assert all(offset < len(body) for offset in offsets)

    soon(main())


LEAVES = (
    Sensitive(
        "id",
        ("id_token",),
        "id-token",
        {"plan": ("a", "plan"), "odd": ("a", "list")},
        {"account": (("a", "account"), "account-id")},
    ),
    Sensitive("deep", ("x", "y"), "access-token"),
    Sensitive("absent", ("gone",), "access-token"),
)


def test_secret_leaves_are_taken_out_with_their_public_parts() -> None:
    token = jwt(a={"plan": "plus", "account": "acct-FAKE-12345678", "list": [1]})
    document = {"id_token": token, "x": {"y": TOKEN}, "plain": "kept", "gone": 7}
    vault = Vault()

    async def main() -> None:
        async with Origins(lambda request: ok(json.dumps(document).encode())) as server:
            request = HttpRequest("POST", server.url(), form=(("a", "b"),), sensitive=LEAVES)
            _, secrets, body = await exchange(request, vault=vault)
            assert set(secrets) == {"id", "id.account", "deep"}
            assert secrets["id"].reveal() == token
            assert secrets["id"].public == {"length": len(token), "plan": "plus"}
            assert secrets["id.account"].reveal() == "acct-FAKE-12345678"
            for value in (token, TOKEN, "acct-FAKE-12345678"):
                assert value.encode() not in body
            assert json.loads(body)["plain"] == "kept"

    soon(main())


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no json",
        b"[]",
        b'"text"',
        b"[" * 100_000,
        b"\xff\xfe",
        b'{"id_token": ["x"]}',
        b'{"x": {"y": ""}}',
    ],
)
def test_an_answer_without_the_leaves_gives_no_secrets(body: bytes) -> None:
    async def main() -> None:
        async with Origins(lambda request: ok(body)) as server:
            data, secrets, _ = await exchange(
                HttpRequest("POST", server.url(), form=(), sensitive=LEAVES)
            )
            assert (secrets, data["status"]) == ({}, 200)

    soon(main())


def limited(url: str, **limits: Any) -> HttpRequest:
    return HttpRequest("GET", url, limits=HttpLimits(**limits))


HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n"


async def forever(first: bytes, then: bytes) -> Any:
    from smoke_tui.httpd.messages import RawResponse

    async def chunks() -> Any:
        yield first
        while True:
            if then:
                yield then
            await asyncio.sleep(0.02)

    return RawResponse(chunks())


@pytest.mark.parametrize(
    ("then", "limits", "error", "status"),
    [
        (b"", {"idle": 1.5}, "stalled", 200),
        (b"data: x\n\n", {"total": 2.0}, "timeout", 200),
        (b"x" * 4096, {"body": 20_000}, "oversized", 200),
    ],
)
def test_every_limit_keeps_what_came_before(
    then: bytes, limits: dict[str, Any], error: str, status: int
) -> None:
    async def main() -> None:
        async with Origins(lambda request: forever(HEAD + b"data: first\n\n", then)) as server:
            data, _, body = await exchange(limited(server.url(), **limits))
            assert (data["error"], data["status"]) == (error, status)
            assert body.startswith(b"data: first\n\n")
            assert len(body) <= limits.get("body", 1 << 20)
            assert data["error_text"]

    soon(main())


def test_no_answer_at_all_is_a_timeout() -> None:
    async def main() -> None:
        async with Origins(lambda request: forever(b"", b"")) as server:
            data, _, body = await exchange(limited(server.url(), idle=0.2))
            assert (data["error"], data["status"], body) == ("timeout", None, b"")

    soon(main())


def test_a_cut_a_reset_and_nobody_there() -> None:
    async def main() -> None:
        cut = b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\ndata: x\n\n"
        async with Origins(lambda request: raw(cut)) as server:
            data, _, body = await exchange(HttpRequest("GET", server.url()))
            assert (data["error"], data["status"], body) == ("cut", 200, b"data: x\n\n")
            gone = server.url()
        async with Origins(lambda request: raw(b"", reset=True)) as server:
            data, _, _ = await exchange(HttpRequest("GET", server.url()))
            assert (data["error"], data["status"]) == ("network", None)
        data, _, _ = await exchange(HttpRequest("GET", gone))
        assert (data["error"], data["status"]) == ("network", None)

    soon(main())


@pytest.mark.parametrize(
    "junk",
    [
        b"\x16\x03\x01\x02\x00",
        b"garbage\r\n\r\n",
        b"HTTP/9.9 xx\r\n",
        b"HTTP/1.1 200 OK\r\nbad header\r\n\r\n",
        b"\x00" * 4096,
    ],
)
def test_an_answer_that_is_no_http_is_an_answer_and_no_crash(junk: bytes) -> None:
    async def main() -> None:
        async with Origins(lambda request: raw(junk)) as server:
            data, _, _ = await exchange(HttpRequest("GET", server.url()))
            assert data["error"] == "network"

    soon(main())


def test_a_name_that_does_not_resolve_and_tls_that_is_none() -> None:
    async def main() -> None:
        data, _, _ = await exchange(HttpRequest("GET", "http://nobody.invalid/"))
        assert data["error"] == "dns"
        async with Origins(lambda request: ok()) as server:
            url = server.url().replace("http:", "https:")
            data, _, _ = await exchange(HttpRequest("GET", url))
            assert data["error"] == "tls"

    soon(main())


def test_a_compressed_answer_is_refused_unread() -> None:
    async def main() -> None:
        packed = gzip.compress(b"data: x\n\n" * 1000)
        async with Origins(lambda request: ok(packed, ("content-encoding", "gzip"))) as server:
            data, _, body = await exchange(HttpRequest("GET", server.url()))
            assert (data["error"], data["status"], body) == ("compressed", 200, b"")

    soon(main())


def test_a_watcher_that_has_seen_enough_ends_the_wait() -> None:
    async def main() -> None:
        async with Origins(lambda request: forever(HEAD + b"data: end\n\n", b"")) as server:
            request = limited(server.url(), linger=0.1)
            data, _, body = await exchange(request, watch=lambda piece: b"end" in piece)
            assert (data["error"], body) == (None, b"data: end\n\n")

    soon(main())


def test_cancelling_closes_the_connection_at_once() -> None:
    async def main() -> None:
        closed: list[bool] = []

        async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(HEAD + b"data: x\n\n")
            closed.append(await reader.read() == b"")
            writer.close()

        server = await asyncio.start_server(handler, "127.0.0.1", 0)
        port = LiveHttp(Vault(), frozenset())
        began: list[bytes] = []

        def watch(piece: bytes) -> bool:
            began.append(piece)
            return False

        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        task = asyncio.create_task(port.exchange(HttpRequest("GET", url), {}, watch))
        await until(lambda: bool(began))
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await until(lambda: closed == [True])
        await port.close()
        server.close()
        await server.wait_closed()

    soon(main())
