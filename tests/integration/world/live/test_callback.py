"""The login's callback under hostile requests (security page, cases C01 to C14)."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smoke_tui.journal.events.codec import encode
from smoke_tui.redaction import Secret, Vault
from smoke_tui.world.live.callback import Callback, LiveCallbacks
from smoke_tui.world.live.redirect import check_redirect
from smoke_tui.world.ports import PortAnswer
from smoke_tui.world.requests.http import Listen
from tests.helpers.loopback_servers import ask, get, soon, until

ISSUER = "https://auth.openai.com"
PATH = "/auth/callback"
STATE = "FAKEstate-3kQ7vZ1x9Yb2Lw8Rn5Tt0Pq"
CODE = "ac_FAKEcode-7Hd2Kp9Xs4Wm1Vc6"
GOOD = f"{PATH}?code={CODE}&state={STATE}"


@dataclass
class Open:
    """A callback that listens, and what it posted."""

    vault: Vault = field(default_factory=Vault)
    posted: list[tuple[dict[str, Any], dict[str, Secret]]] = field(default_factory=list)
    port: int = 0
    addresses: tuple[tuple[str, int], ...] = ()

    def post(self, answer: PortAnswer) -> None:
        self.posted.append((encode(answer.body), dict(answer.secrets)))

    async def listen(self, *ports: int) -> None:
        await LiveCallbacks(self.vault).listen(spec(*ports), {"code": "login.1"}, self.post)

    def words(self) -> list[str]:
        return [data["what"] for data, _ in self.posted]

    async def get(self, target: str, **more: Any) -> tuple[int, bytes]:
        """Status and whole answer of one request."""
        more.setdefault("host", f"127.0.0.1:{self.port}")
        answer = await ask(self.port, get(target, **more))
        return (int(answer.split(b" ", 2)[1]) if answer[:5] == b"HTTP/" else 0), answer

    async def still_waits(self) -> None:
        """The right redirect is still taken, once."""
        assert "hit" not in self.words()
        assert (await self.get(GOOD))[0] == 303
        assert self.words()[-1] == "hit"


def spec(*ports: int) -> Listen:
    state = Secret(STATE, kind="oauth-state", ref="login.1")
    return Listen(ports or (0,), PATH, state, ISSUER)


@asynccontextmanager
async def opened(*ports: int) -> AsyncIterator[Open]:
    one = Open()
    server = await Callback(spec(*ports), one.vault, "login.1", one.post).start()
    assert server is not None
    one.addresses, one.port = server.addresses, one.posted[0][0]["port"]
    try:
        yield one
    finally:
        await server.close()


def test_a_browser_sees_the_last_page_though_the_sign_in_went_on_at_once() -> None:
    async def main() -> None:
        one = Open()
        listening = asyncio.ensure_future(one.listen())
        await until(lambda: bool(one.posted))
        one.port = one.posted[0][0]["port"]
        assert (await one.get(GOOD))[0] == 303
        listening.cancel()
        await asyncio.sleep(0)
        status, page = await one.get("/done")
        assert status == 200
        assert b"The sign-in has come back" in page
        with pytest.raises(asyncio.CancelledError):
            await listening
        with pytest.raises(ConnectionRefusedError):
            await one.get("/done")

    asyncio.run(main())


@pytest.mark.parametrize("came", [False, True])
def test_it_ends_where_no_browser_asks_for_the_last_page(came: bool) -> None:
    async def main() -> None:
        one = Open()
        listening = asyncio.ensure_future(one.listen())
        await until(lambda: bool(one.posted))
        one.port = one.posted[0][0]["port"]
        if came:
            assert (await one.get(GOOD))[0] == 303
        listening.cancel()
        with pytest.raises(asyncio.CancelledError):
            await listening

    asyncio.run(main())


HOSTILE = [
    f"{PATH}?code={CODE}&state=WRONG",
    f"{PATH}?code={CODE}",
    f"{PATH}?code={CODE}&state=",
    f"{PATH}?code={CODE}&state=x&state={STATE}",
    f"{PATH}?code={CODE}&state={STATE}&state={STATE}",
    f"{PATH}?code={CODE}&state=%C3%A9",
    f"{PATH}?code={CODE}&state=%ED%A0%80%FF",
    f"{PATH}?code={CODE}&state={'x' * 10_000}",
    f"{PATH}?code={CODE}&state={STATE}x",
    f"{PATH}?code={CODE}&state={STATE[:-1]}",
    f"{PATH}?state={STATE}",
    f"{PATH}?code=&state={STATE}",
    f"{PATH}?code=a&code=b&state={STATE}",
    f"{PATH}?code={'c' * 5_000}&state={STATE}",
    f"{PATH}?code=a%00b&state={STATE}",
    f"{PATH}?code=a%0d%0ax-injected:1&state={STATE}",
    f"{PATH}?code=a&error=b&error=c&state={STATE}",
    f"{PATH}?code={CODE}&state={STATE}&iss=https://evil.test",
    f"{PATH}?code={CODE}&state={STATE}&iss={quote(ISSUER, safe='')}&iss=https://evil.test",
    f"{PATH}?code={CODE}&state={STATE}&iss=",
    f"{PATH}?code={CODE}&state={STATE}&iss={ISSUER}/",
    f"{PATH}?error=access_denied&state=WRONG",
    f"{PATH}?error=access_denied",
    PATH,
]


@pytest.mark.parametrize("target", HOSTILE)
def test_a_redirect_that_is_not_ours_is_refused_and_the_wait_goes_on(target: str) -> None:
    async def main() -> None:
        async with opened() as callback:
            status, answer = await callback.get(target)
            assert status in (400, 431)
            assert b"x-injected" not in answer.lower()
            assert CODE.encode() not in answer
            assert STATE.encode() not in answer
            ignored = [data for data, _ in callback.posted if data["what"] == "ignored"]
            assert len(ignored) <= 1
            assert STATE not in repr(callback.posted)
            await callback.still_waits()

    soon(main())


@pytest.mark.parametrize(
    ("target", "method", "status"),
    [
        (GOOD, "POST", 405),
        (GOOD, "HEAD", 405),
        (GOOD, "OPTIONS", 405),
        (GOOD, "PUT", 405),
        (GOOD, "DELETE", 405),
        ("/favicon.ico", "GET", 404),
        (GOOD.replace("?", "/?"), "GET", 404),
        (GOOD.replace("/auth/", "/auth//"), "GET", 404),
        (GOOD.replace("callback", "callback/..%2f"), "GET", 404),
        (GOOD.replace(PATH, PATH.upper()), "GET", 404),
        ("/cancel", "GET", 404),
        ("/success", "GET", 404),
        ("/", "GET", 404),
        ("*", "OPTIONS", 404),
        (f"http://127.0.0.1{GOOD}", "GET", 404),
        ("/done", "POST", 404),
    ],
)
def test_other_methods_and_paths_do_nothing(target: str, method: str, status: int) -> None:
    async def main() -> None:
        async with opened() as callback:
            assert (await callback.get(target, method=method))[0] == status
            assert callback.words() == ["ready"]
            await callback.still_waits()

    soon(main())


def test_the_right_redirect_is_taken_once() -> None:
    async def main() -> None:
        async with opened() as callback:
            status, answer = await callback.get(GOOD)
            assert status == 303
            assert b"location: /done\r\n" in answer
            assert [(await callback.get(GOOD))[0] for _ in range(3)] == [410, 410, 410]
            assert callback.words() == ["ready", "hit"]
            data, secrets = callback.posted[1]
            assert secrets["code"].reveal() == CODE
            assert CODE not in repr(data)
            assert CODE.encode() not in callback.vault.redact(CODE.encode())
            status, page = await callback.get("/done")
            assert status == 200
            for secret in (CODE, STATE):
                assert secret.encode() not in page + answer

    soon(main())


def test_of_fifty_right_redirects_at_once_one_counts() -> None:
    async def main() -> None:
        async with opened() as callback:
            answers = await asyncio.gather(*(callback.get(GOOD) for _ in range(50)))
            statuses = sorted(status for status, _ in answers)
            assert statuses.count(303) == 1
            assert set(statuses) <= {303, 410, 503}
            assert callback.words().count("hit") == 1

    soon(main())


def test_an_error_redirect_is_cleaned_cut_and_never_reflected() -> None:
    async def main() -> None:
        async with opened() as callback:
            payload = "<script>alert(1)</script>\x1b]0;x\x07" + "y" * 2000
            target = f"{PATH}?error=access_denied&error_description={quote(payload)}&state={STATE}"
            status, answer = await callback.get(target)
            assert status == 303
            assert b"script" not in answer
            data, secrets = callback.posted[1]
            assert (data["what"], data["error"], secrets) == ("hit", "access_denied", {})
            assert len(data["description"]) <= 300
            assert "\x1b" not in data["description"]

    soon(main())


@pytest.mark.parametrize("iss", ["", f"&iss={quote(ISSUER, safe='')}"])
def test_the_issuer_may_name_itself_or_not(iss: str) -> None:
    async def main() -> None:
        async with opened() as callback:
            assert (await callback.get(GOOD + iss))[0] == 303

    soon(main())


@pytest.mark.parametrize(
    "host",
    [
        "evil.test",
        "evil.test:{port}",
        "127.0.0.1",
        "127.0.0.1:1",
        "127.0.0.1.evil.test:{port}",
        "127.0.0.1:{port}, evil.test",
        "0.0.0.0:{port}",
        "",
    ],
)
def test_another_host_name_is_turned_away(host: str) -> None:
    async def main() -> None:
        async with opened() as callback:
            status, _ = await callback.get(GOOD, host=host.format(port=callback.port))
            assert status in (421, 400)
            doubled = get(GOOD, host=f"127.0.0.1:{callback.port}", more="host: evil.test\r\n")
            assert b"303" not in (await ask(callback.port, doubled))[:20]
            assert callback.words() == ["ready"]
            await callback.still_waits()

    soon(main())


@pytest.mark.parametrize("name", ["localhost", "LOCALHOST", "[::1]"])
def test_every_loopback_name_is_taken(name: str) -> None:
    async def main() -> None:
        async with opened() as callback:
            assert (await callback.get(GOOD, host=f"{name}:{callback.port}"))[0] == 303

    soon(main())


@pytest.mark.parametrize(
    "junk",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 64,
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET /auth/callback\r\n",
        b"\x00\xff" * 2000,
        b"GET " + b"/a" * 500_000 + b" HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"".join(b"x-%d: y\r\n" % n for n in range(10_000)) + b"\r\n",
        b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 10000000000\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
    ],
)
def test_what_is_no_request_ends_and_the_wait_goes_on(junk: bytes) -> None:
    async def main() -> None:
        async with opened() as callback:
            answer = await ask(callback.port, junk, half_close=True)
            assert answer == b"" or int(answer.split(b" ", 2)[1]) >= 400
            await callback.still_waits()

    soon(main())


def test_pages_keep_to_themselves() -> None:
    async def main() -> None:
        async with opened() as callback:
            for target in (GOOD, "/done", "/x", f"{PATH}?state=x"):
                _, answer = await callback.get(target)
                head = answer.split(b"\r\n\r\n")[0].decode().lower()
                for line in (
                    "cache-control: no-store",
                    "referrer-policy: no-referrer",
                    "x-content-type-options: nosniff",
                    "connection: close",
                    "content-security-policy: default-src 'none'",
                ):
                    assert line in head, (target, line)

    soon(main())


def test_it_listens_on_loopback_alone() -> None:
    async def main() -> None:
        async with opened() as callback:
            assert {host for host, _ in callback.addresses} <= {"127.0.0.1", "::1"}
            assert {port for _, port in callback.addresses} == {callback.port}

    soon(main())


class Taken:
    """A port that something else holds."""

    def __init__(self) -> None:
        self.socket = socket.socket()
        self.socket.bind(("127.0.0.1", 0))
        self.socket.listen(8)
        self.socket.setblocking(False)
        self.port: int = self.socket.getsockname()[1]

    def was_called(self) -> bool:
        try:
            connection, _ = self.socket.accept()
        except BlockingIOError:
            return False
        connection.close()
        return True

    def close(self) -> None:
        self.socket.close()


def test_a_busy_port_gives_way_to_the_next_and_is_never_spoken_to() -> None:
    async def main() -> None:
        first, second = Taken(), Taken()
        second.close()
        try:
            async with opened(first.port, second.port) as callback:
                assert callback.port == second.port
                assert not first.was_called()
        finally:
            first.close()

    soon(main())


def test_where_every_port_is_busy_it_says_so() -> None:
    async def main() -> None:
        first, second = Taken(), Taken()
        one = Open()
        try:
            await one.listen(first.port, second.port)
        finally:
            first.close()
            second.close()
        data, _ = one.posted[0]
        assert (data["what"], data["ports"]) == ("busy", [first.port, second.port])
        assert data["problem"]

    soon(main())


def test_a_cancelled_wait_lets_the_port_go_at_once() -> None:
    async def main() -> None:
        one = Open()
        task = asyncio.create_task(one.listen())
        await until(lambda: bool(one.posted))
        port = one.posted[0][0]["port"]
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        with pytest.raises(OSError, match=r"refused|Connect"):
            await asyncio.open_connection("127.0.0.1", port)
        async with opened(port) as again:
            assert again.port == port

    soon(main())


def test_noise_does_not_fill_the_record() -> None:
    async def main() -> None:
        async with opened() as callback:
            for _ in range(60):
                await callback.get(f"{PATH}?state=x")
            assert callback.words().count("ignored") <= 20
            await callback.still_waits()

    soon(main())


PAIRS = st.lists(
    st.tuples(
        st.sampled_from(["code", "state", "iss", "error", "x"]),
        st.sampled_from([STATE, CODE, "", ISSUER, "x"]) | st.text(max_size=20),
    ),
    max_size=6,
)


@settings(max_examples=100, deadline=None)
@given(PAIRS)
def test_only_one_right_state_and_one_code_or_error_pass(pairs: list[tuple[str, str]]) -> None:
    said = check_redirect(tuple(pairs), spec())
    named = {name: [v for n, v in pairs if n == name] for name, _ in pairs}
    right = named.get("state") == [STATE] and set(named.get("iss", [ISSUER])) == {ISSUER}
    if said == "ok":
        assert right
        assert len(named.get("code", [])) + len(named.get("error", [])) >= 1
        assert len(named.get("code", [])) <= 1
    if not right:
        assert said != "ok"
