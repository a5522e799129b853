"""A rehearsal: its servers in a thread of their own, its folder, its scripted operator."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from smoke_tui.config.questions import Answer
from smoke_tui.httpd.messages import ServerLimits
from smoke_tui.httpd.server import HttpServer, serve
from smoke_tui.rehearsal.folder import ReservedPort, build
from smoke_tui.rehearsal.operator.operator import ScriptedOperator
from smoke_tui.rehearsal.postgres.postgres import Postgres
from smoke_tui.rehearsal.provider import instructions
from smoke_tui.rehearsal.provider.backend import Backend
from smoke_tui.rehearsal.provider.certificates import mint_loopback
from smoke_tui.rehearsal.provider.issuer import Issuer
from smoke_tui.rehearsal.provider.server import ProviderServer, RecordedRequest
from smoke_tui.rehearsal.provider.tokens import Mint
from smoke_tui.rehearsal.scenarios.lookup import find_scenario
from smoke_tui.rehearsal.scenarios.scenario import RehearsalError, Scenario

_START_SECONDS: Final = 10.0
_STOP_SECONDS: Final = 5.0
_STACK_EXIT_SECONDS: Final = 3.0
_POLL_SECONDS: Final = 0.02
_LIMITS: Final = ServerLimits(connections=128)


class Rehearsal:
    """A running rehearsal; use `start`, and `stop` or a `with` block.

    `issuer` and `codex_url` are served at once; `stack_url` only after the stack's `start.sh`.
    """

    def __init__(
        self,
        scenario: Scenario,
        port: int,
        folder: Path | None,
        *,
        embedded: bool = False,
        tls: bool = False,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.scenario = scenario
        self.errors: list[Exception] = []
        """Exceptions of the rehearsal's own handlers: always a bug of the rehearsal."""
        self._mint = Mint(now)
        self._issuer = Issuer(self._mint, scenario)
        self._backend = Backend(self._issuer, scenario)
        self._provider = ProviderServer(self._issuer, self._backend, scenario)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Event | None = None
        self._ready = threading.Event()
        self._failure: BaseException | None = None
        self._port = port
        self._postgres: Postgres | None = None
        self._reserved: ReservedPort | None = None
        self._loopback = mint_loopback() if tls else None
        self._tls_port = 0
        self._thread = threading.Thread(target=self._run, name="rehearsal", daemon=True)
        configured = instructions.CURRENT if scenario.drift_after is None else instructions.STALE
        self._folder = build(folder, configured)
        if self._loopback is not None:
            self.authority_file.write_bytes(self._loopback.authority)
        try:
            self._thread.start()
            if not self._ready.wait(_START_SECONDS):
                raise RehearsalError("The rehearsal's servers did not start in time.")
            if self._failure is not None:
                raise self._failure
            self._reserved = ReservedPort()
            self._stack_port = self._reserved.number
            if embedded:
                self._postgres = Postgres(
                    self._folder.root / "ledger", self._mint.secret("FAKE-ledger-")
                )
            self._folder.configure(self._stack_config(configured))
        except BaseException:
            self._stack_port = 0
            self.stop()
            raise
        self._operator = ScriptedOperator(
            self._mint,
            scenario,
            self.stack_url,
            self.current_instructions_file,
            self._issuer.device.pending_user_code,
        )

    @classmethod
    def start(
        cls,
        scenario: str = "happy",
        *,
        port: int = 0,
        folder: Path | None = None,
        embedded: bool = False,
        tls: bool = False,
        now: Callable[[], float] = time.time,
    ) -> Rehearsal:
        """Start a rehearsal; returns when its servers listen.

        With `embedded` the ledger is a PostgreSQL. With `tls` the servers also listen at
        `tls_origin`, with a certificate of the authority in `authority_file`: a client's built-in
        provider accepts HTTPS only. `now` is the clock of the issuer and the backend; the stack
        uses the machine's.

        Raises:
            UnknownScenarioError: no scenario has this name.
            OSError: the port is taken.
            NoPostgresError: `embedded` is not possible here.
        """
        return cls(find_scenario(scenario), port, folder, embedded=embedded, tls=tls, now=now)

    # Addresses and files

    @property
    def issuer(self) -> str:
        """The issuer's origin."""
        return self._issuer.origin

    @property
    def codex_url(self) -> str:
        """The Codex backend's base, without a trailing slash."""
        return f"{self._issuer.origin}/backend-api/codex"

    @property
    def api_url(self) -> str:
        """The base of the host that an organization's API key is for, without a trailing slash."""
        return f"{self._issuer.origin}/v1"

    @property
    def api_key(self) -> str:
        """The one API key that it accepts."""
        return self._mint.api_key

    @property
    def tls_origin(self) -> str | None:
        """The origin of issuer and backend over TLS; None without TLS."""
        return f"https://127.0.0.1:{self._tls_port}" if self._tls_port else None

    @property
    def authority_file(self) -> Path:
        """The certificate that a client of `tls_origin` has to trust (`CODEX_CA_CERTIFICATE`)."""
        return self._folder.root / "authority.pem"

    @property
    def stack_url(self) -> str:
        """The address of the stand-in stack once it runs."""
        return f"http://127.0.0.1:{self._stack_port}"

    @property
    def ledger(self) -> str:
        """The address of the stack's ledger: its own page, or a PostgreSQL with a password."""
        if self._postgres is not None:
            return self._postgres.dsn
        return f"{self.stack_url}/internal/llm_usage"

    @property
    def stack_dir(self) -> Path:
        """The stand-in stack's checkout."""
        return self._folder.stack_dir

    @property
    def bin_dir(self) -> Path:
        """A folder with a stand-in for `uv`, to be first on PATH."""
        return self._folder.bin_dir

    @property
    def instructions_file(self) -> Path:
        """The base instructions that an operator would have configured."""
        return self._folder.instructions_file

    @property
    def current_instructions_file(self) -> Path:
        """The base instructions that the backend accepts now."""
        return self._folder.current_instructions_file

    @property
    def account(self) -> tuple[str, str]:
        """The email address and the password that sign in."""
        return self._mint.email, self._mint.password

    # Credentials, requests, answers

    def bundle(self) -> dict[str, object]:
        """A fresh bundle as the issuer would return it."""
        return self._issuer.bundle()

    def minted(self) -> list[str]:
        """Every secret value minted so far."""
        return self._mint.minted()

    def requests(self) -> list[RecordedRequest]:
        """The requests to issuer and backend, oldest first, without secrets."""
        return self._provider.requests()

    def pace_answers(self) -> None:
        """Let answers come at a pace that a person can follow; without it they come at once."""
        self._backend.paced = True

    async def open_page(self, url: str) -> None:
        """Open a page in the scripted browser: sign in, consent, follow redirects.

        Raises:
            RehearsalError: the page ends in an error.
        """
        await self._operator.open_page(url)

    async def put_credential(self, text: str) -> None:
        """Set the credential that the scripted operator pastes."""
        await self._operator.put_credential(text)

    async def answer(self, kind: str, data: Mapping[str, object]) -> Answer | None:
        """The scripted operator's answer to a question; None for no answer."""
        return await self._operator.answer(kind, data)

    async def observe(self, kind: str, data: Mapping[str, object], answer: object) -> None:
        """Pass a question that was answered by someone else to the scripted operator."""
        await self._operator.observe(kind, data, answer)

    # Start and stop

    def stop(self) -> None:
        """Stop the servers and the stack, remove the folder; safe to call again."""
        loop, stopping = self._loop, self._stopping
        if loop is not None and stopping is not None and self._thread.is_alive():
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(stopping.set)
        if self._thread.ident is not None:
            self._thread.join(_STOP_SECONDS)
        if self._postgres is not None:
            self._postgres.stop()
        self._folder.remove()
        # The stack exits when its folder is removed.
        deadline = time.monotonic() + _STACK_EXIT_SECONDS
        while self._stack_port and _listens(self._stack_port) and time.monotonic() < deadline:
            time.sleep(_POLL_SECONDS)
        if self._reserved is not None:
            self._reserved.release()
        self._folder.remove()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except Exception as error:
            self._failure = error
        finally:
            self._ready.set()

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stopping = asyncio.Event()
        server = await serve(
            self._provider.handle,
            [("127.0.0.1", self._port)],
            limits=_LIMITS,
            on_error=self.errors.append,
        )
        secure: HttpServer | None = None
        try:
            if self._loopback is not None:
                secure = await serve(
                    self._provider.handle,
                    [("127.0.0.1", 0)],
                    limits=_LIMITS,
                    on_error=self.errors.append,
                    tls=self._loopback.context,
                )
                self._tls_port = secure.addresses[0][1]
            host, port = server.addresses[0]
            self._issuer.origin = f"http://{host}:{port}"
            self._ready.set()
            await self._stopping.wait()
        finally:
            if secure is not None:
                await secure.close()
            await server.close()

    def _stack_config(self, builtin: str) -> dict[str, object]:
        return {
            "port": self._stack_port,
            "issuer": self.issuer,
            "codex_url": self.codex_url,
            "mode": self.scenario.stack,
            "builtin_instructions": builtin,
            "email": self._mint.email,
            "password": self._mint.password,
            "ledger_dsn": self._postgres.dsn if self._postgres is not None else None,
        }


def _listens(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
