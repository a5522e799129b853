"""The live `Http` port: one exchange over httpx2's transport, bounded and redacted.

Its transport has no cookies, redirects, retries or default headers of its own; limits on size and
total time are ours, because it has none.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable

import httpx2
from socksio import SOCKSError

from smoke_tui.config.session_config import LOOPBACK, Origin, origin_of
from smoke_tui.journal.events.facts import HttpAnswered
from smoke_tui.redaction import Vault
from smoke_tui.structs import Struct, replace
from smoke_tui.world.conversation import BodyReader
from smoke_tui.world.live.http_answer import RawAnswer, RedactedAnswer, StopReadingError, read_body
from smoke_tui.world.live.http_headers import decoded
from smoke_tui.world.live.network import NetworkError, named_proxy, proxy_for, trusted
from smoke_tui.world.live.transport_errors import causes, in_our_words
from smoke_tui.world.ports import PortAnswer, Refs
from smoke_tui.world.requests.http import HttpRequest
from smoke_tui.world.values import PLACEHOLDER_PROBLEM, holds_placeholder, render_text, secrets_in


class RefusedError(Exception):
    """The request may not be sent; the text says why."""


class ClosedError(Exception):
    """The request would leave this machine, which a rehearsal does not let happen."""


class Response(Struct, frozen=True):
    """The head of an answer, the pieces of its body, and how to end it."""

    status: int
    headers: list[tuple[bytes, bytes]]
    pieces: AsyncIterator[bytes]
    close: Callable[[], Awaitable[None]]


class LiveHttp:
    """Sends requests and returns facts; holds one transport per proxy.

    With `kept` it holds one connection open, and sends one request at a time; `context` is the TLS
    context of several that share one. With `loopback_only` no request leaves this machine.
    """

    def __init__(
        self,
        vault: Vault,
        allowed: frozenset[Origin],
        *,
        kept: bool = False,
        loopback_only: bool = False,
        context: Callable[[], ssl.SSLContext] = trusted,
    ) -> None:
        self._vault = vault
        self._allowed = allowed
        self._kept = kept
        self._loopback_only = loopback_only
        self._context = context
        self._transports: dict[tuple[str | None, bool], httpx2.AsyncHTTPTransport] = {}

    def _transport(self, url: str) -> httpx2.AsyncHTTPTransport:
        """The transport for an address, through the proxy that the environment names.

        Raises:
            NetworkError: what the environment names can't be used.
        """
        proxy = proxy_for(url)
        safe = url.startswith("https:") or bool(proxy and proxy.startswith("https:"))
        if (proxy, safe) not in self._transports:
            verify: ssl.SSLContext | bool = self._context() if safe else False
            self._transports[proxy, safe] = httpx2.AsyncHTTPTransport(
                verify=verify,
                proxy=proxy,
                retries=0,
                trust_env=False,
                limits=httpx2.Limits(
                    max_connections=1 if self._kept else None,
                    max_keepalive_connections=int(self._kept),
                ),
            )
        return self._transports[proxy, safe]

    async def close(self) -> None:
        """Close the connections that are kept."""
        for transport in self._transports.values():
            await transport.aclose()
        self._transports.clear()

    def check_origin(self, request: HttpRequest) -> None:
        """A request that holds a secret goes only to an exact origin of the list.

        Raises:
            RefusedError: it would go elsewhere, or holds a placeholder where a value should be.
            ClosedError: it would leave this machine.
        """
        if holds_placeholder((request.url, request.headers, request.json, request.form)):
            raise RefusedError(f"the request was not sent: {PLACEHOLDER_PROBLEM}")
        origin = origin_of(request.url)
        if self._loopback_only and origin[1] not in LOOPBACK:
            raise ClosedError(
                f"nothing was sent to {origin[1]}: a rehearsal reaches this machine alone"
            )
        held = secrets_in([value for _, value in request.headers]) + secrets_in(request.json)
        held += secrets_in([value for _, value in request.form or ()])
        if any(secret.scrub for secret in held) and origin not in self._allowed:
            raise RefusedError(f"{request.url} is not where this credential may be sent")

    async def exchange(
        self, request: HttpRequest, refs: Refs, reader: BodyReader | None = None
    ) -> PortAnswer:
        """Send one request and take its answer in, redacted."""
        answer = RedactedAnswer(self._vault, request.sensitive, refs, reader)
        made = await self._attempt(request, answer)
        secrets, body = answer.finish()
        return PortAnswer(replace(made, chunks=tuple(answer.chunks)), secrets, {"body": body})

    async def _attempt(self, request: HttpRequest, answer: RawAnswer) -> HttpAnswered:
        """Send one request, fill its answer, and say what came of it; never raises."""
        error, text = None, ""
        try:
            self.check_origin(request)
            async with asyncio.timeout(request.limits.total):
                await self._talk(request, answer)
        except ClosedError as closed:
            error, text = "rehearsal", str(closed)
        except RefusedError as problem:
            error, text = "refused-host", str(problem)
        except TimeoutError:
            error, text = "timeout", f"no complete answer within {request.limits.total:g} s"
        except StopReadingError as stop:
            error, text = stop.error, stop.text
        except NetworkError as unusable:
            error, text = unusable.code, str(unusable)
        except httpx2.HTTPError as problem:
            error, text = _classify(problem, answer.status is not None)
            if answer.status is None:
                error, text = _by_proxy(problem, request.url, error, text)
        except (OSError, httpx2.InvalidURL) as problem:
            error, text = "network", in_our_words(problem)
        except ValueError as problem:
            # An impossible address, or a text that no header or body can carry.
            error, text = "refused-host", f"the request can't be sent: {_impossible(problem)}"
        except (SOCKSError, AssertionError) as problem:
            # The transport lets through what a proxy that speaks no SOCKS makes of its reader.
            if named_proxy(request.url) is None:
                raise
            error, text = _by_proxy(problem, request.url, "network", type(problem).__name__)
        return answer.made(error, text[:500])

    async def _talk(self, request: HttpRequest, answer: RawAnswer) -> None:
        response = await self._send(request)
        try:
            answer.start(
                response.status, [(n.decode("latin-1"), decoded(v)) for n, v in response.headers]
            )
            await read_body(response.pieces, answer, request.limits)
        finally:
            await response.close()

    async def _send(self, request: HttpRequest) -> Response:
        """Send a request, and wait for the head of its answer."""
        transport = self._transport(request.url)
        response = await transport.handle_async_request(rendered(request))
        stream = response.stream
        assert isinstance(stream, httpx2.AsyncByteStream)
        return Response(response.status_code, response.headers.raw, aiter(stream), response.aclose)


def rendered(request: HttpRequest) -> httpx2.Request:
    """A request as it leaves the process, secrets included.

    Raises:
        ValueError: its address or a value of it can't be sent.
        httpx2.InvalidURL: its address can't be used.
    """
    limits = request.limits
    content = request.rendered_body()
    headers = [(name, render_text(value)) for name, value in request.headers]
    names = {name.lower() for name, _ in headers}
    if "accept-encoding" not in names:
        headers.append(("accept-encoding", "identity"))
    if content is not None and "content-type" not in names:
        kind = "application/x-www-form-urlencoded" if request.form else "application/json"
        headers.append(("content-type", kind))
    return httpx2.Request(
        request.method,
        request.url,
        headers=headers,
        content=content,
        extensions={
            "timeout": {
                "connect": limits.connect,
                "read": limits.idle,
                "write": limits.idle,
                "pool": limits.connect,
            }
        },
    )


def _impossible(problem: ValueError) -> str:
    """Why a request can't be made; never the text itself, which may be a secret."""
    if isinstance(problem, UnicodeError):
        return "a value holds characters that can't be sent"
    return "its address or a value of it has an impossible form"


def _by_proxy(problem: Exception, url: str, error: str, text: str) -> tuple[str, str]:
    """The error word and its text, where the connection to the proxy itself did not come about."""
    proxy = named_proxy(url)
    if proxy is None:
        return error, text
    if isinstance(problem, SOCKSError | AssertionError):
        text = "it does not answer as a SOCKS proxy does"
    unreached = isinstance(problem, httpx2.ConnectError | httpx2.ConnectTimeout) and error != "tls"
    if error == "proxy" or unreached or isinstance(problem, SOCKSError | AssertionError):
        return "proxy", f"the proxy {proxy.shown} ({proxy.variable}): {text}"
    return error, f"{text} (through the proxy {proxy.shown})"


def _classify(problem: httpx2.HTTPError, answered: bool) -> tuple[str, str]:
    """The word for a transport error, by what is underneath it."""
    text = in_our_words(problem)
    chain = list(causes(problem))
    if isinstance(problem, httpx2.ProxyError):
        return "proxy", text
    if any(isinstance(c, ssl.SSLError) for c in chain) or "CERTIFICATE" in str(problem):
        return "tls", text
    if any(isinstance(c, socket.gaierror) for c in chain):
        return "dns", text
    if isinstance(problem, httpx2.ReadTimeout):
        return ("stalled", "the answer stopped coming") if answered else ("timeout", "no answer")
    if isinstance(problem, httpx2.TimeoutException):
        return "timeout", text
    return ("cut", text) if answered else ("network", text)
