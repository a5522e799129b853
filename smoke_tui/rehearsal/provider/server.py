"""One server for issuer and backend: routes, the edge in front of them, recorded requests."""

from __future__ import annotations

import json
import secrets
import threading
import uuid
from collections.abc import Awaitable, Callable
from email.utils import formatdate
from typing import Final

from smoke_tui.httpd.messages import RawResponse, ServerRequest
from smoke_tui.rehearsal.provider import replies
from smoke_tui.rehearsal.provider.backend import Backend
from smoke_tui.rehearsal.provider.http_answers import Answer, respond
from smoke_tui.rehearsal.provider.issuer import Issuer
from smoke_tui.rehearsal.provider.replies import HTML
from smoke_tui.rehearsal.provider.request_bodies import plain_body
from smoke_tui.rehearsal.scenarios.scenario import Scenario
from smoke_tui.structs import Struct, field, replace

Route = Callable[[ServerRequest], Awaitable[Answer]]

REDACTED: Final = "[redacted]"
MOST_RECORDED: Final = 1_000
"""Requests that are kept; a battery makes many thousands."""
_SECRET_HEADERS: Final = frozenset({"authorization", "cookie", "proxy-authorization"})
_BACKEND: Final = "/backend-api/"


class RecordedRequest(Struct, frozen=True):
    """A request without its secrets; status 0 means that the connection was reset.

    `fields` are the names of the body's fields, `model` the requested model.
    """

    method: str
    path: str
    status: int
    headers: tuple[tuple[str, str], ...] = ()
    query: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    model: str | None = None


class ProviderServer(Struct):
    """The handler of the rehearsal's one server."""

    issuer: Issuer
    backend: Backend
    scenario: Scenario
    recorded: list[RecordedRequest] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def routes(self) -> dict[tuple[str, str], Route]:
        """The handler of each (method, path)."""
        issuer, backend, device = self.issuer, self.backend, self.issuer.device
        return {
            ("GET", "/oauth/authorize"): issuer.authorize,
            ("POST", "/log-in"): issuer.log_in,
            ("GET", "/sign-in-with-chatgpt/codex/consent"): issuer.consent_page,
            ("POST", "/sign-in-with-chatgpt/codex/consent"): issuer.consent,
            ("POST", "/oauth/token"): issuer.token,
            ("POST", "/oauth/revoke"): issuer.revoke,
            ("POST", "/api/accounts/deviceauth/usercode"): device.user_code,
            ("POST", "/api/accounts/deviceauth/token"): device.token,
            ("GET", "/codex/device"): device.page,
            ("POST", "/codex/device"): device.approve,
            ("GET", "/backend-api/codex/responses"): backend.get_responses,
            ("POST", "/backend-api/codex/responses"): backend.post_responses,
            ("POST", "/v1/responses"): backend.post_api_responses,
            ("GET", "/backend-api/codex/models"): backend.models,
            ("POST", "/backend-api/codex/analytics-events/events"): backend.empty,
            ("GET", "/backend-api/wham/accounts/check"): backend.accounts_check,
            ("GET", "/backend-api/wham/usage"): backend.usage,
            ("GET", "/backend-api/wham/settings/user"): backend.empty,
            ("GET", "/backend-api/ps/plugins/installed"): backend.empty,
            ("GET", "/backend-api/ps/plugins/suggested/codex"): backend.empty,
            # New with client 0.171.0 (captured); both responses are inferred.
            ("GET", "/backend-api/ps/plugins/tooling-state/turtle"): backend.empty,
            ("POST", "/backend-api/ps/mcp"): backend.mcp,
        }

    async def handle(self, request: ServerRequest) -> Answer:
        """Answer a request and record it."""
        answer = await self._answer(request)
        status = 0 if isinstance(answer, RawResponse) else answer.status
        with self._lock:
            if len(self.recorded) < MOST_RECORDED:
                self.recorded.append(_without_secrets(request, status))
        if isinstance(answer, RawResponse):
            return answer
        return replace(answer, headers=(*answer.headers, *self._diagnostics(request, answer)))

    async def _answer(self, request: ServerRequest) -> Answer:
        at_backend = request.path.startswith(_BACKEND)
        if at_backend and self.scenario.at_edge and self.scenario.refusal is not None:
            return respond(self.scenario.refusal)
        routes = self.routes()
        method = "GET" if request.method == "HEAD" else request.method
        route = routes.get((method, request.path))
        if route is not None:
            return await route(request)
        allowed = sorted(verb for verb, path in routes if path == request.path)
        if allowed:
            allow = (("allow", ", ".join(allowed)),)
            return respond(replies.detail(405, "Method Not Allowed"), headers=allow)
        return respond(replies.detail(404, "Not Found"))

    def _diagnostics(self, request: ServerRequest, answer: Answer) -> tuple[tuple[str, str], ...]:
        """Headers of every response; a response of the edge has no request id."""
        if self.scenario.from_between and request.path.startswith(_BACKEND):
            return (("date", formatdate(self.issuer.mint.now(), usegmt=True)),)
        common = (
            ("date", formatdate(self.issuer.mint.now(), usegmt=True)),
            ("server", "cloudflare"),
            ("cf-ray", f"{secrets.token_hex(8)}-FAK"),
        )
        kind = (
            dict(answer.headers).get("content-type")
            if not isinstance(answer, RawResponse)
            else None
        )
        if not request.path.startswith(_BACKEND) or kind in (None, HTML):
            return common
        return (*common, ("x-request-id", str(uuid.uuid4())))

    def requests(self) -> list[RecordedRequest]:
        """The requests so far; safe from any thread."""
        with self._lock:
            return list(self.recorded)


def _without_secrets(request: ServerRequest, status: int) -> RecordedRequest:
    content = plain_body(request)
    try:
        body = json.loads(content) if isinstance(content, bytes) and content[:1] == b"{" else {}
    except ValueError:
        body = {}
    fields = body if isinstance(body, dict) else {}
    model = fields.get("model")
    return RecordedRequest(
        method=request.method,
        path=request.path,
        status=status,
        headers=tuple(
            (name, REDACTED if name in _SECRET_HEADERS else value)
            for name, value in request.headers
        ),
        query=tuple(name for name, _ in request.query),
        fields=tuple(fields),
        model=model if isinstance(model, str) else None,
    )
