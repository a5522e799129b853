"""Requests over the network: HTTP exchanges, a login's callback, probes of services."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import ClassVar
from urllib.parse import quote

from smoke_tui.journal.events.facts import HttpAnswered, TcpAnswered
from smoke_tui.journal.stream import Fact
from smoke_tui.redaction import Secret
from smoke_tui.redaction.secret import Json
from smoke_tui.structs import Struct
from smoke_tui.world.requests.base import Query, Request, kinds_of
from smoke_tui.world.values import (
    Sensitive,
    Text,
    render,
    render_text,
    show,
    show_fields,
    show_text,
)


class HttpLimits(Struct, frozen=True):
    """Bounds of one exchange: seconds, and bytes of the body.

    `linger` is how long the rest of a body is awaited once its reader has read enough.
    """

    connect: float = 10.0
    idle: float = 30.0
    total: float = 120.0
    body: int = 8 * 1024 * 1024
    linger: float = 5.0


class Exchange(Struct, frozen=True):
    """What came of an HTTP request, redacted.

    `error` is None or one of: network, dns, tls, proxy, timeout, stalled, cut, oversized,
    compressed, refused-host, rehearsal. `chunks` are (offset in `body`, milliseconds since sending).
    `digest` is the sha256 of the body in the evidence, `request` the number of the request event.
    """

    status: int | None
    headers: tuple[tuple[str, str], ...]
    body: bytes
    chunks: tuple[tuple[int, int], ...]
    milliseconds: int
    error: str | None
    error_text: str
    secrets: Mapping[str, Secret]
    digest: str | None
    request: int

    def header(self, name: str) -> str | None:
        """The first header of that name, without regard to case."""
        return next((v for n, v in self.headers if n.lower() == name.lower()), None)

    def text(self) -> str:
        """The body as text; bytes that are no UTF-8 are replaced."""
        return self.body.decode("utf-8", "replace")

    def json(self) -> object:
        """The body as JSON, or None."""
        try:
            value: object = json.loads(self.body)
        except (ValueError, RecursionError):
            return None
        return value


def exchange_of(fact: Fact, answer: HttpAnswered) -> Exchange:
    """The exchange that a fact with its body as evidence tells of."""
    blob = fact.event.blobs.get("body")
    return Exchange(
        answer.status,
        answer.headers,
        fact.blobs.get("body", b""),
        answer.chunks,
        answer.ms,
        answer.error,
        answer.error_text,
        fact.secrets,
        blob.sha256 if blob else None,
        fact.event.request_seq or 0,
    )


class HttpRequest(Query[Exchange], frozen=True):
    """One HTTP request. `form` pairs or a `json` value or neither make the body."""

    port_name: ClassVar[str] = "http"
    method: str
    url: str
    headers: tuple[tuple[str, Text], ...] = ()
    json: object = None
    form: tuple[tuple[str, Text], ...] | None = None
    sensitive: tuple[Sensitive, ...] = ()
    limits: HttpLimits = HttpLimits()

    def shown(self) -> dict[str, object]:
        """Method, address, headers, and the body as a form or as JSON; without the limits."""
        body: dict[str, object] | None = None
        if self.form is not None:
            body = {"form": [[name, show_text(value)] for name, value in self.form]}
        elif self.json is not None:
            body = {"json": show(self.json)}
        return {
            "method": self.method,
            "url": self.url,
            "headers": [[name, show_text(value)] for name, value in self.headers],
            "body": body,
        }

    def shown_json(self) -> dict[str, Json]:
        """The JSON body in its unrendered form; empty where the body is none or no object."""
        return show_fields(self.json) if isinstance(self.json, Mapping) else {}

    def rendered_body(self) -> bytes | None:
        """The bytes of the body, secrets included; for live ports only."""
        if self.form is not None:
            return "&".join(
                f"{quote(name, safe='')}={quote(render_text(value), safe='')}"
                for name, value in self.form
            ).encode("ascii")
        if self.json is not None:
            value = render(self.json)
            try:
                return json.dumps(value, ensure_ascii=False).encode()
            except UnicodeEncodeError:
                # Half of a surrogate pair, as an answer that is judged may hold.
                return json.dumps(value).encode()
        return None

    def secret_kinds(self) -> Mapping[str, str]:
        """The kinds of the sensitive leaves of its answer's body."""
        return kinds_of(self.sensitive)

    def answer(self, fact: Fact) -> Exchange:
        """The exchange: its answer, or why there was none."""
        return exchange_of(fact, fact.expect(HttpAnswered))


class Listen(Request, frozen=True):
    """A one-shot loopback listener for a login's redirect.

    Facts: ready (with its port) or busy or forbidden, then ignored calls, and the hit. `ports` are
    tried in order (0: any free one). `state` is compared in constant time. With `issuer`, an `iss`
    parameter has to be equal to it (RFC 9207).
    """

    port_name: ClassVar[str] = "listen"
    ports: tuple[int, ...]
    path: str
    state: Secret
    issuer: str

    def secret_kinds(self) -> Mapping[str, str]:
        """The authorization code of the hit."""
        return {"code": "oauth-code"}


class ConnectTcp(Query[str | None], frozen=True):
    """A connection that is opened and closed again."""

    port_name: ClassVar[str] = "tcp"
    host: str
    port: int

    def answer(self, fact: Fact) -> str | None:
        """None, or why there was no connection."""
        return fact.expect(TcpAnswered).problem


class WatchHealth(Request, frozen=True):
    """A probe of a service's address from now on; a fact only when the result changes.

    With `request` it has to be answered with `status`, else a connection to `address` has to open.
    """

    port_name: ClassVar[str] = "health"
    unshown: ClassVar[tuple[str, ...]] = ("request",)
    address: str
    status: int
    request: HttpRequest | None

    def shown(self) -> dict[str, object]:
        """The address as `of`, and the status."""
        return {"of": self.address, "status": self.status}
