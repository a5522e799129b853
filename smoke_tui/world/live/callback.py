"""The live `Listener` port: the loopback callback of a login, hardened.

RFC 8252 sections 7.3 and 8.3 (loopback only), RFC 6749 section 10.12 (state), RFC 9207 (iss).
Nothing a browser sends is reflected, no page or address we send holds a secret.
"""

from __future__ import annotations

import asyncio
import errno
from typing import Final

from smoke_tui.httpd.messages import ServerRequest, ServerResponse
from smoke_tui.httpd.server import HttpServer, serve
from smoke_tui.journal.events.facts import ListenBusy, ListenForbidden, ListenIgnored, ListenReady
from smoke_tui.redaction import Vault
from smoke_tui.structs import Struct
from smoke_tui.world.live.redirect import check_redirect, read_redirect
from smoke_tui.world.ports import PortAnswer, Post, Refs
from smoke_tui.world.requests.http import Listen

HEADERS: Final = (
    ("content-type", "text/html; charset=utf-8"),
    ("cache-control", "no-store"),
    ("referrer-policy", "no-referrer"),
    ("x-content-type-options", "nosniff"),
    ("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'"),
    ("connection", "close"),
)
PAGE: Final = (
    "<!doctype html><html lang=en><meta charset=utf-8><title>smoke-tui</title>"
    "<body style='font-family:sans-serif;margin:3em'><p>{}</p></body></html>"
)
DONE: Final = "/done"
LAST_PAGE_SECONDS: Final = 1.0
"""How long a browser has to fetch the last page, once its sign-in was taken."""


class Callback:
    """One login's callback: waits for the one redirect whose state is right."""

    def __init__(self, expected: Listen, vault: Vault, ref: str, post: Post) -> None:
        self._expected = expected
        self._vault = vault
        self._ref = ref
        self._post = post
        self._taken = False
        self._asked_for_last_page = asyncio.Event()
        self._ignored = 0

    async def start(self) -> HttpServer | None:
        """Listen on both loopback addresses of the first free port; posts ready, or why not."""
        problem = OSError(errno.EADDRINUSE, "no port was tried")
        for port in self._expected.ports:
            try:
                server = await serve(self._answer, [("127.0.0.1", port), ("::1", port)])
            except OSError as error:
                problem = error
                continue
            self._port = server.addresses[0][1]
            self._post(PortAnswer(ListenReady(self._port)))
            return server
        forbidden = problem.errno in (errno.EACCES, errno.EPERM)
        words = problem.strerror or str(problem)
        taken = ListenForbidden if forbidden else ListenBusy
        self._post(PortAnswer(taken(self._expected.ports, words)))
        return None

    async def _answer(self, request: ServerRequest) -> ServerResponse:
        hosts = {f"{host}:{self._port}" for host in ("127.0.0.1", "localhost", "[::1]")}
        host_values = [value for name, value in request.headers if name == "host"]
        if len(host_values) != 1 or host_values[0].lower() not in hosts:
            return _page(421, "This address does not belong here.")
        if request.path == DONE and request.method == "GET":
            self._asked_for_last_page.set()
            return _page(
                200, "The sign-in has come back. You can close this tab and go on in the terminal."
            )
        if request.path != self._expected.path:
            return _page(404, "Nothing is here.")
        if request.method != "GET":
            return _page(405, "This address only takes a redirect.")
        return self._redirected(request)

    def _redirected(self, request: ServerRequest) -> ServerResponse:
        verdict = check_redirect(request.query, self._expected)
        if verdict != "ok":
            self._ignored += 1
            if self._ignored <= 20:
                self._post(PortAnswer(ListenIgnored(verdict)))
            return _page(
                400,
                "This sign-in does not belong to the login that is waiting. Use the newest tab.",
            )
        if self._taken:
            return _page(410, "This sign-in was used already.")
        self._taken = True
        self._post(PortAnswer(*read_redirect(request.query, self._vault, self._ref)))
        return ServerResponse(303, (*HEADERS, ("location", DONE)))

    async def finish(self, server: HttpServer) -> None:
        """Stop listening; a browser that has been here sees the last page, and no broken one."""
        grace = LAST_PAGE_SECONDS if self._taken else 0.0
        try:
            if grace:
                async with asyncio.timeout(grace):
                    await self._asked_for_last_page.wait()
        except TimeoutError:
            grace = 0.0
        finally:
            await server.close(grace)


def _page(status: int, text: str) -> ServerResponse:
    return ServerResponse(status, HEADERS, PAGE.format(text).encode())


class LiveCallbacks(Struct, frozen=True):
    """Listens for the redirects of logins."""

    vault: Vault

    async def listen(self, request: Listen, refs: Refs, post: Post) -> None:
        """Listen until cancelled, and post what comes in."""
        callback = Callback(request, self.vault, refs["code"], post)
        server = await callback.start()
        if server is None:
            return
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            await callback.finish(server)
