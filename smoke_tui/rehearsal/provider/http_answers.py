"""Helpers for reading requests and building responses, shared by issuer and backend."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from typing import TypeAlias
from urllib.parse import parse_qsl

from smoke_tui.httpd.messages import RawResponse, ServerRequest, ServerResponse
from smoke_tui.rehearsal.provider.replies import Reply

Answer: TypeAlias = ServerResponse | RawResponse
Headers: TypeAlias = tuple[tuple[str, str], ...]


def respond(
    reply: Reply, model: str = "", headers: Headers = (), now: float = 0.0
) -> ServerResponse:
    """A reply as an HTTP response; `headers` follow its own, `now` is for reset times."""
    content_type = () if reply.content_type is None else (("content-type", reply.content_type),)
    return ServerResponse(
        reply.status, (*content_type, *reply.headers, *headers), reply.body_for(model, now)
    )


def json_answer(status: int, body: object, *headers: tuple[str, str]) -> ServerResponse:
    """A JSON response."""
    return ServerResponse(
        status, (("content-type", "application/json"), *headers), json.dumps(body).encode()
    )


def oauth_error(name: str, description: str, status: int = 400) -> ServerResponse:
    """OAuth's own error envelope (RFC 6749, 5.2)."""
    return json_answer(status, {"error": name, "error_description": description})


def reset() -> RawResponse:
    """No response: the connection is reset."""
    return RawResponse(_nothing(), reset=True)


async def _nothing() -> AsyncIterator[bytes]:
    for _ in ():
        yield b""


def is_json(request: ServerRequest) -> bool:
    """Whether the request declares a JSON body."""
    return (request.header("content-type") or "").startswith("application/json")


def json_body(request: ServerRequest) -> dict[str, object] | None:
    """The body as a JSON object, or None if it is not one."""
    try:
        body = json.loads(request.body)
    except ValueError:
        return None
    return body if isinstance(body, dict) else None


def form_of(request: ServerRequest) -> Mapping[str, str]:
    """The fields of a form or of a flat JSON object; empty if it is neither."""
    if is_json(request):
        return {str(k): str(v) for k, v in (json_body(request) or {}).items()}
    text = request.body.decode("utf-8", "replace")
    try:
        return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=50))
    except ValueError:
        return {}


def cookie_of(request: ServerRequest, cookie_name: str) -> str:
    """The value of a cookie, or an empty text."""
    for header in request.headers_all("cookie"):
        for part in header.split(";"):
            name, _, value = part.strip().partition("=")
            if name == cookie_name:
                return value
    return ""
