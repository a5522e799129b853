"""What a loopback server takes and gives: whole requests, answers, and the bounds of a peer."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class ServerRequest:
    """One whole request; header names are lower-case, `query` is decoded and keeps its order."""

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
        wanted = name.lower()
        return [value for key, value in self.headers if key == wanted]


@dataclass(frozen=True, slots=True)
class ServerResponse:
    """A well-formed answer; an iterator body is streamed, and closed if the client goes away."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | AsyncIterator[bytes] = b""


@dataclass(frozen=True, slots=True)
class RawResponse:
    """Bytes for the socket as they are; then the connection is closed, with `reset` by RST."""

    chunks: AsyncIterator[bytes]
    reset: bool = False


Handler: TypeAlias = Callable[[ServerRequest], Awaitable[ServerResponse | RawResponse]]
ErrorSink: TypeAlias = Callable[[Exception], None]


@dataclass(frozen=True, slots=True)
class ServerLimits:
    """What a peer may take; times in seconds, sizes in bytes.

    `head_seconds` runs from a request's first byte, `idle_seconds` bounds the wait for that byte,
    for a whole body, and for a peer that does not read.
    """

    head_bytes: int = 16_384
    head_seconds: float = 5.0
    body_bytes: int = 16 * 1024 * 1024
    connections: int = 32
    idle_seconds: float = 30.0
