"""The live `Http` port: one exchange over httpx2's transport, bounded and redacted.

The one module that imports httpx2. Its transport has no cookies, redirects, retries or default
headers of its own; limits on size and total time are ours, because it has none.
"""

from __future__ import annotations

import asyncio
import json
import re
import socket
import ssl
import time
from collections.abc import AsyncIterator, Callable
from typing import Final
from urllib.parse import urlsplit

import httpx2
from socksio import SOCKSError

from smoke_tui.config.session_config import Origin, origin_of
from smoke_tui.journal.events.facts import HttpAnswered
from smoke_tui.redaction import Secret, Vault, credential_documents
from smoke_tui.world.conversation import BodyReader
from smoke_tui.world.live.network import NetworkError, named_proxy, proxy_for, trusted
from smoke_tui.world.live.secret_texts import take_secrets
from smoke_tui.world.live.sse_redaction import without_spread_secrets
from smoke_tui.world.live.transport_errors import causes, in_our_words
from smoke_tui.world.ports import PortAnswer, Refs
from smoke_tui.world.requests.http import HttpRequest
from smoke_tui.world.values import PLACEHOLDER_PROBLEM, holds_placeholder, render_text, secrets_in

KEPT_HEADERS: Final = frozenset(
    {
        "content-type",
        "content-encoding",
        "content-length",
        "date",
        "server",
        "retry-after",
        "age",
        "cf-ray",
        "cf-mitigated",
        "cf-cache-status",
        "x-request-id",
        "x-oai-request-id",
        "x-openai-request-id",
        "x-openai-authorization-error",
        "x-error-json",
        "openai-model",
        "x-openai-model",
        "openai-version",
        "openai-processing-ms",
        "x-models-etag",
        "x-reasoning-included",
        "etag",
        "www-authenticate",
        "transfer-encoding",
        "cache-control",
        "allow",
        "x-envoy-upstream-service-time",
        "x-provider",
        "x-llm-provider",
        "x-cache",
        "warning",
    }
)
KEPT_PREFIXES: Final = ("x-codex-", "x-ratelimit-", "x-fallback", "x-degraded")
QUOTA_HEADER: Final = re.compile(
    r"x-[a-z0-9_-]{1,60}-((primary|secondary)-(used-percent|window-minutes|reset-at"
    r"|reset-after-seconds)|limit-name)"
)
HIDDEN_HEADERS: Final = frozenset({"x-codex-turn-state"})
CHUNK: Final = 64 * 1024


class RefusedError(Exception):
    """The request may not be sent; the text says why."""


def shown_headers(pairs: list[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Header values by allow-list; of every other header only the name is kept.

    Of a redirect's target only the host is: its path and query may be secret.
    """
    shown = []
    for name, value in pairs:
        low = name.lower()
        if low == "location":
            shown.append((low, _where(value)))
            continue
        kept = low in KEPT_HEADERS or low.startswith(KEPT_PREFIXES) or QUOTA_HEADER.fullmatch(low)
        shown.append((low, value if kept and low not in HIDDEN_HEADERS else "[REDACTED:header]"))
    return tuple(shown)


def _where(target: str) -> str:
    """Scheme and host of a redirect's target; nothing of a target within the same host."""
    try:
        parts = urlsplit(target)
        host = parts.hostname
    except ValueError:
        return "[REDACTED:header]"
    return f"{parts.scheme}://{host}/" if host else "[REDACTED:header]"


def _decoded(value: bytes) -> str:
    """A header's value: UTF-8 where it is that, else Latin-1, in which every byte is a letter."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


class LiveHttp:
    """Sends requests and returns facts; holds one transport per proxy.

    With `kept` it holds one connection open, sends one request at a time, and redacts an answer once
    it is whole; `context` is the TLS context of several that share one.
    """

    def __init__(
        self,
        vault: Vault,
        allowed: frozenset[Origin],
        *,
        kept: bool = False,
        context: Callable[[], ssl.SSLContext] = trusted,
    ) -> None:
        self._vault = vault
        self._allowed = allowed
        self._kept = kept
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
            Refused: it would go elsewhere, or holds a placeholder where a value should be.
        """
        if holds_placeholder((request.url, request.headers, request.json, request.form)):
            raise RefusedError(f"the request was not sent: {PLACEHOLDER_PROBLEM}")
        origin = origin_of(request.url)
        held = secrets_in([value for _, value in request.headers]) + secrets_in(request.json)
        held += secrets_in([value for _, value in request.form or ()])
        if any(secret.scrub for secret in held) and origin not in self._allowed:
            raise RefusedError(f"{request.url} is not where this credential may be sent")

    async def exchange(
        self, request: HttpRequest, refs: Refs, reader: BodyReader | None = None
    ) -> PortAnswer:
        """Send one request and take its answer in, redacted."""
        start = time.monotonic()
        answer = _Answer(self._vault, request, refs, reader, start, whole=self._kept)
        error, text = None, ""
        try:
            self.check_origin(request)
            async with asyncio.timeout(request.limits.total):
                await self._talk(request, answer)
        except RefusedError as problem:
            error, text = "refused-host", str(problem)
        except TimeoutError:
            error, text = "timeout", f"no complete answer within {request.limits.total:g} s"
        except _StopError as stop:
            error, text = stop.args
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
        secrets, body = answer.finish()
        made = HttpAnswered(
            answer.status,
            answer.headers,
            tuple(answer.chunks),
            answer.elapsed(),
            error,
            text[:500],
        )
        return PortAnswer(made, secrets, {"body": body})

    async def _talk(self, request: HttpRequest, answer: _Answer) -> None:
        limits = request.limits
        content = request.rendered_body()
        headers = [(name, render_text(value)) for name, value in request.headers]
        names = {name.lower() for name, _ in headers}
        if "accept-encoding" not in names:
            headers.append(("accept-encoding", "identity"))
        if content is not None and "content-type" not in names:
            kind = "application/x-www-form-urlencoded" if request.form else "application/json"
            headers.append(("content-type", kind))
        sent = httpx2.Request(
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
        transport = self._transport(request.url)
        response = await transport.handle_async_request(sent)
        try:
            answer.start(
                response.status_code,
                [(n.decode("latin-1"), _decoded(v)) for n, v in response.headers.raw],
            )
            stream = response.stream
            assert isinstance(stream, httpx2.AsyncByteStream)
            await _read(aiter(stream), answer, limits.linger, limits.body)
        finally:
            await response.aclose()


def _impossible(problem: ValueError) -> str:
    """Why a request can't be made; never the text itself, which may be a secret."""
    if isinstance(problem, UnicodeError):
        return "a value holds characters that can't be sent"
    return "its address or a value of it has an impossible form"


class _StopError(Exception):
    """Reading ends here: (error word, text); without a word nothing is wrong."""


async def _read(pieces: AsyncIterator[bytes], answer: _Answer, linger: float, cap: int) -> None:
    """Take the body in until its end, the cap, or `linger` seconds after enough of it is there."""
    until: float | None = None
    while True:
        try:
            async with asyncio.timeout_at(until):
                piece = await anext(pieces)
        except StopAsyncIteration:
            return
        except TimeoutError:
            if until is not None:
                raise _StopError(None, f"the connection stayed open for {linger:g} s") from None
            raise
        if answer.size + len(piece) > cap:
            raise _StopError("oversized", f"the answer is larger than {cap} bytes")
        if answer.take(piece) and until is None:
            until = asyncio.get_running_loop().time() + linger


class _Answer:
    """An answer as it comes in: redacted at once, or as a whole where it holds secrets."""

    def __init__(
        self,
        vault: Vault,
        request: HttpRequest,
        refs: Refs,
        reader: BodyReader | None,
        start: float,
        *,
        whole: bool,
    ) -> None:
        self._vault = vault
        self._whole = whole
        self._sensitive = request.sensitive
        self._refs = refs
        self._reader = reader
        self._start = start
        self._stream = vault.stream()
        self._raw: list[bytes] = []
        self._clean: list[bytes] = []
        self._length = 0
        self.size = 0
        self.status: int | None = None
        self.headers: tuple[tuple[str, str], ...] = ()
        self.chunks: list[tuple[int, int]] = []

    def elapsed(self) -> int:
        return int((time.monotonic() - self._start) * 1000)

    def start(self, status: int, headers: list[tuple[str, str]]) -> None:
        self.status = status
        self.headers = shown_headers(headers)
        coding = next((v for n, v in headers if n.lower() == "content-encoding"), "identity")
        if coding.lower() != "identity":
            raise _StopError(
                "compressed", f"the answer is {coding}-encoded though identity was asked"
            )

    def take(self, piece: bytes) -> bool:
        """Take one piece in; True when the reader has read enough."""
        self.size += len(piece)
        if self._sensitive or self._whole:
            self._raw.append(piece)
            return False
        return self._show(self._stream.feed(piece))

    def _show(self, clean: bytes) -> bool:
        if not clean:
            return False
        self.chunks.append((self._length, self.elapsed()))
        self._length += len(clean)
        self._clean.append(clean)
        return self._reader(clean) if self._reader is not None else False

    def finish(self) -> tuple[dict[str, Secret], bytes]:
        """The secrets of the answer, registered, and its redacted body."""
        if not self._sensitive:
            if self._whole:
                # Nobody watches the answer; one search is a tenth of the work of many.
                self._show(self._stream.feed(b"".join(self._raw)))
            self._show(self._stream.flush())
            return {}, without_spread_secrets(b"".join(self._clean), self._vault.redact_text)
        raw = b"".join(self._raw)
        secrets = take_secrets(raw, self._sensitive, self._refs, self._vault)
        if any(secret.scrub for secret in secrets.values()):
            # The answer gives a credential: what nobody asked it for is as secret.
            self._vault.add_document(
                raw.decode("utf-8", "replace"), next(iter(secrets.values())).ref
            )
            return secrets, _kept_bytes(self._vault.redact(raw))
        return secrets, self._vault.redact(raw)


def _kept_bytes(redacted: bytes) -> bytes:
    """A redacted credential document with nothing but its public leaves; as it is where that is so."""
    try:
        document = json.loads(redacted)
    except (ValueError, RecursionError):
        return b""
    public = credential_documents.kept(document, words=True)
    return redacted if public == document else json.dumps(public).encode()


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
