"""What a subscriber's Codex CLI sends: logged in, with its built-in provider, on loopback alone.

The home is empty but for a minted `auth.json` that is valid nowhere, every proxy variable points at
a closed port, and the built-in provider is moved to an HTTPS server of our own, whose authority the
client is told to trust (captured so with 0.120 to 0.171).
"""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from smoke_tui.codex.version_gate import is_older
from smoke_tui.extras import install_hint
from smoke_tui.httpd.messages import ServerRequest, ServerResponse
from smoke_tui.httpd.server import serve
from smoke_tui.rehearsal.provider.certificates import mint_loopback
from smoke_tui.rehearsal.provider.request_bodies import plain_body
from smoke_tui.rehearsal.provider.tokens import ACCOUNT, Mint
from smoke_tui.structs import Struct
from smoke_tui.temporary import TemporaryFolder
from smoke_tui.world.live.capture import PROMPT, SECONDS, Client
from smoke_tui.world.live.codex_cli import CLIENT_HOME, client_environment
from smoke_tui.world.request_outline import instructions_in, items_of, outline

OLDEST: Final = "0.120.0"
"""Clients before do not let their built-in provider be moved, so they are not run with a login."""

UNSEEN: Final = (
    "version",
    "x-codex-routing-hint",
    "content-encoding: zstd",
    "the metadata passthrough of input items",
    "client_metadata.mcp_attribution",
    "client_metadata.guardian_credits_requested",
)
"""What a capture with a custom provider and without a login cannot show (captured: 0.169)."""


class Subscribed(Struct, frozen=True):
    """A subscriber's request without its texts; `problem` is the reason where there is none."""

    problem: str | None
    headers: tuple[tuple[str, str], ...] = ()
    outline: Mapping[str, Any] | None = None
    items: tuple[Mapping[str, Any], ...] = ()
    place: str | None = None
    model: str = ""


def capture_subscribed(program: str, version: str, model: str | None) -> Subscribed:
    """Run the CLI once as a subscriber would, and take its request."""
    if version == "unknown" or is_older(version, OLDEST):
        return Subscribed(
            f"client {version} does not let its built-in provider be moved to loopback"
        )
    try:
        import cryptography  # noqa: F401
        import zstandard  # noqa: F401
    except ImportError as missing:
        return Subscribed(f"{missing.name} is not installed ({install_hint('rehearsal')})")
    path = shutil.which(program)
    if path is None:
        return Subscribed(f"{program} is not installed or not executable here")
    return asyncio.run(_capture(path, model))


async def _capture(program: str, model: str | None) -> Subscribed:
    request_received: asyncio.Future[ServerRequest] = asyncio.get_running_loop().create_future()

    async def answer(request: ServerRequest) -> ServerResponse:
        path = request.path.rstrip("/")
        if path.endswith("/codex/responses"):
            if request.method != "POST":
                return _json(426, {"detail": "HTTP only"})
            if not request_received.done():
                request_received.set_result(request)
            return _json(400, {"detail": "seen"})
        if path.endswith("/wham/accounts/check"):
            return _json(
                200,
                {
                    "accounts": [
                        {
                            "id": ACCOUNT,
                            "workspace_backend_origin": "NO_CONSTRAINT",
                            "account_routing_override": "NO_CONSTRAINT",
                        }
                    ]
                },
            )
        return _json(404, {"detail": "Not Found"})

    loopback = mint_loopback()
    server = await serve(answer, [("127.0.0.1", 0)], tls=loopback.context)
    folder = TemporaryFolder(CLIENT_HOME)
    home = str(folder.path)
    try:
        port = server.addresses[0][1]
        authority = _prepare(Path(home), loopback.authority)
        argv = _argv(program, model, port)
        env = client_environment(home) | {
            "CODEX_CA_CERTIFICATE": authority,
            "CODEX_REFRESH_TOKEN_URL_OVERRIDE": f"https://127.0.0.1:{port}/oauth/token",
            "CODEX_REVOKE_TOKEN_URL_OVERRIDE": f"https://127.0.0.1:{port}/oauth/revoke",
        }
        async with Client(argv, home, env) as client:
            ended = asyncio.ensure_future(client.wait())
            ends: list[asyncio.Future[Any]] = [request_received, ended]
            await asyncio.wait(ends, timeout=SECONDS, return_when=asyncio.FIRST_COMPLETED)
            ended.cancel()
        if not request_received.done():
            return Subscribed(
                f"the client sent no request to its built-in provider: {client.last_line()}"
            )
        return _read(request_received.result())
    finally:
        await server.close()
        folder.remove()


def _prepare(home: Path, authority: bytes) -> str:
    """The home: a login that is valid nowhere, and the authority to trust; returns its path."""
    mint = Mint()
    issuer = "https://auth.invalid"
    document = {
        "auth_mode": "chatgpt",
        "OPENAI_API_KEY": None,
        "tokens": {
            "id_token": mint.id_token(issuer),
            "access_token": mint.access_token(issuer),
            "refresh_token": mint.refresh_token(),
            "account_id": ACCOUNT,
        },
        "last_refresh": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    login = home / "auth.json"
    login.touch(mode=0o600)
    login.write_text(json.dumps(document))
    path = home / "authority.pem"
    path.write_bytes(authority)
    return str(path)


def _argv(program: str, model: str | None, port: int) -> list[str]:
    origin = f"https://127.0.0.1:{port}"
    settings = (
        f'openai_base_url="{origin}/backend-api/codex"',
        f'chatgpt_base_url="{origin}/backend-api/"',
        "analytics.enabled=false",
        'otel.metrics_exporter="none"',
    )
    return [
        program,
        "exec",
        "--skip-git-repo-check",
        *(["-m", model] if model else []),
        *(part for setting in settings for part in ("-c", setting)),
        PROMPT,
    ]


def _read(request: ServerRequest) -> Subscribed:
    raw = plain_body(request)
    try:
        body = json.loads(raw) if isinstance(raw, bytes) else None
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, Mapping):
        return Subscribed("the client's request to its built-in provider could not be read")
    instructions = instructions_in(body)
    secret = ("authorization", "chatgpt-account-id")
    headers = tuple(
        (name, "[REDACTED]" if name in secret else value) for name, value in request.headers
    )
    return Subscribed(
        None,
        headers,
        outline(body),
        tuple(items_of(body)),
        instructions[1] if instructions else None,
        str(body.get("model", "")),
    )


def _json(status: int, document: object) -> ServerResponse:
    return ServerResponse(
        status, (("content-type", "application/json"),), json.dumps(document).encode()
    )
