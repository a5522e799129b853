"""The live `codex-cli` port: what the installed Codex CLI sends, captured on loopback.

Zero egress: an empty home without credentials, every proxy variable pointing at a closed port,
standard input closed. Tried with clients 0.40 to 0.171: all of them send one plain JSON POST to a
custom provider; 0.140 sometimes takes five seconds to get there.
"""

from __future__ import annotations

import asyncio
import difflib
import hashlib
import json
import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any, Final

from smoke_tui.httpd.messages import ServerRequest, ServerResponse
from smoke_tui.httpd.server import serve
from smoke_tui.journal.events.machine_facts import ClientCaptured, ClientNotCaptured, LineChanges
from smoke_tui.redaction import Secret, clean
from smoke_tui.structs import Struct
from smoke_tui.temporary import TemporaryFolder
from smoke_tui.world.live.codex_cli import CLIENT_HOME, client_environment, probe_client
from smoke_tui.world.live.processes.shell import GUARDIAN
from smoke_tui.world.ports import PortAnswer, Refs
from smoke_tui.world.request_outline import instructions_in, items_of, outline
from smoke_tui.world.request_template import hash_of, template_of
from smoke_tui.world.requests.base import VALUE
from smoke_tui.world.requests.codex_cli import CaptureClient
from smoke_tui.world.values import show_fields

SECONDS: Final = 20.0
PROMPT: Final = "x"
"""What the client is asked; a template has our own prompt in its place."""


class Capture(Struct, frozen=True):
    """One captured request, or why there is none."""

    problem: str | None
    version: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    body: Mapping[str, Any] | None = None


async def capture(program: str | None, model: str | None) -> Capture:
    """Run the CLI once against a loopback server and take its request."""
    probed = await probe_client(program)
    if probed.path is None or probed.version is None:
        return Capture(probed.problem)
    path, version = probed.path, probed.version
    incoming: asyncio.Future[ServerRequest] = asyncio.get_running_loop().create_future()

    async def answer(request: ServerRequest) -> ServerResponse:
        if request.method == "POST" and not incoming.done():
            incoming.set_result(request)
        return ServerResponse(400, (("content-type", "application/json"),), b'{"detail":"seen"}')

    server = await serve(answer, [("127.0.0.1", 0)])
    folder = TemporaryFolder(CLIENT_HOME)
    home = str(folder.path)
    try:
        argv = custom_argv(path, model, server.addresses[0][1])
        async with Client(argv, home, client_environment(home)) as client:
            ended = asyncio.ensure_future(client.wait())
            ends: list[asyncio.Future[Any]] = [incoming, ended]
            await asyncio.wait(ends, timeout=SECONDS, return_when=asyncio.FIRST_COMPLETED)
            ended.cancel()
        if not incoming.done():
            return Capture(f"{path} {version} sent no request: {client.last_line()}", version)
        request = incoming.result()
        try:
            body = json.loads(request.body)
        except (ValueError, RecursionError):
            return Capture(f"{path} {version} sent a body that is not JSON", version)
        return Capture(None, version, request.headers, body)
    finally:
        await server.close()
        folder.remove()


def custom_argv(program: str, model: str | None, port: int) -> list[str]:
    """The CLI's command for one call to a custom provider at a port of loopback."""
    provider = (
        f'model_providers.capture={{name="capture",'
        f'base_url="http://127.0.0.1:{port}/v1",wire_api="responses",'
        "request_max_retries=0,stream_max_retries=0}"
    )
    return [
        program,
        "exec",
        "--skip-git-repo-check",
        *(["-m", model] if model else []),
        "-c",
        'model_provider="capture"',
        "-c",
        provider,
        PROMPT,
    ]


class Client:
    """The CLI as a child that is taken down at the end."""

    def __init__(self, argv: Sequence[str], home: str, env: Mapping[str, str]) -> None:
        self._argv = argv
        self._home = home
        self._env = env
        self._output = bytearray()

    async def __aenter__(self) -> Client:
        read_end, self._control = os.pipe()
        # The guardian's reports on its command are not needed here.
        status = os.open(os.devnull, os.O_WRONLY)
        try:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-I",
                "-S",
                GUARDIAN,
                str(read_end),
                str(status),
                "ends",
                "--",
                *self._argv,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
                cwd=self._home,
                env=self._env,
                pass_fds=(read_end, status),
                start_new_session=True,
            )
        finally:
            os.close(read_end)
            os.close(status)
        return self

    async def wait(self) -> None:
        """Read its output to the end."""
        assert self._process.stdout is not None
        while piece := await self._process.stdout.read(65_536):
            self._output += piece[: 65_536 - len(self._output)]

    def last_line(self) -> str:
        """The last line of its output, at most 200 characters."""
        lines = [
            line for line in clean(self._output.decode("utf-8", "replace")).splitlines() if line
        ]
        return lines[-1][:200] if lines else "it said nothing"

    async def __aexit__(self, *error: object) -> None:
        os.close(self._control)
        await self._process.wait()


class LiveCodexCli:
    """Runs the installed Codex CLI against a loopback server."""

    async def capture(self, request: CaptureClient, refs: Refs) -> PortAnswer:
        """What it sends for a model: shape and public parts; the text is never journalled."""
        taken = await capture(request.codex, request.model)
        return as_answer(taken, refs[VALUE], request.against)


def as_answer(taken: Capture, ref: str, against: Secret | None = None) -> PortAnswer:
    """The answer of a capture; the text of the base instructions is a secret of it."""
    if taken.problem is not None or taken.body is None:
        return PortAnswer(ClientNotCaptured(taken.problem, taken.version))
    instructions = instructions_in(taken.body)
    template = template_of(taken.body, taken.headers, PROMPT) if instructions else None
    compared = None
    if instructions is not None and against is not None and against.available:
        changes = [
            line[:1]
            for line in difflib.ndiff(against.reveal().splitlines(), instructions[0].splitlines())
        ]
        compared = LineChanges(changes.count("+"), changes.count("-"))
    captured = ClientCaptured(
        None if instructions else "the captured request holds no base instructions",
        taken.version,
        str(taken.body.get("model", "")),
        instructions[1] if instructions else None,
        tuple((name, value) for name, value in taken.headers if name.lower() != "authorization"),
        show_fields(outline(taken.body)),
        tuple(items_of(taken.body)),
        template,
        hash_of(template) if template is not None else None,
        compared,
    )
    if instructions is None:
        return PortAnswer(captured)
    raw = instructions[0].encode()
    public: dict[str, Any] = {
        "chars": len(instructions[0]),
        "bytes": len(raw),
        "sha256": hashlib.sha256(raw).hexdigest(),
    }
    text = Secret(instructions[0], kind="instructions", ref=ref, public=public, scrub=False)
    return PortAnswer(captured, {VALUE: text})
