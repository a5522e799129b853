"""Requests and responses of a loopback server, and the limits of a client."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TypeAlias

from smoke_tui.structs import Struct


class ServerRequest(Struct, frozen=True):
    """One whole request; header names are lower-case, `query` is decoded, in order."""

    method: str
    target: str
    path: str
    query: tuple[tuple[str, str], ...]
    headers: tuple[tuple[str, str], ...]
    body: bytes
    peer: str

    def header(self, name: str) -> str | None:
        """The first value of a header, or None."""
        return next(iter(self.headers_all(name)), None)

    def headers_all(self, name: str) -> list[str]:
        """Every value of a header, in the order sent."""
        lower_name = name.lower()
        return [value for key, value in self.headers if key == lower_name]


class ServerResponse(Struct, frozen=True):
    """A well-formed response; an iterator body is streamed, and closed if the client disconnects."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | AsyncIterator[bytes] = b""


class RawResponse(Struct, frozen=True):
    """Raw bytes for the socket; then the connection is closed, with `reset` by RST."""

    chunks: AsyncIterator[bytes]
    reset: bool = False


Handler: TypeAlias = Callable[[ServerRequest], Awaitable[ServerResponse | RawResponse]]
ErrorSink: TypeAlias = Callable[[Exception], None]


class ServerLimits(Struct, frozen=True):
    """Limits of one client; times in seconds, sizes in bytes.

    `head_seconds` starts at a request's first byte; `idle_seconds` bounds the wait for that byte,
    for a whole body, and for a client that does not read. `connections` is the limit of the server.
    """

    head_bytes: int = 16_384
    head_seconds: float = 5.0
    body_bytes: int = 16 * 1024 * 1024
    connections: int = 32
    idle_seconds: float = 30.0
