"""The live world: the operator's machine. A rehearsal is this, with other addresses."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import shutil
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from smoke_tui.config.ledger_address import ledger_secrets
from smoke_tui.config.session_config import GIVEN_BUNDLE, GIVEN_LEDGER, SessionConfig, origin_of
from smoke_tui.files import (
    replace_private,
)
from smoke_tui.journal.stream import EventStream, IncomingFact
from smoke_tui.redaction import Secret, Vault, credential_documents
from smoke_tui.world.conversation import PendingRequest
from smoke_tui.world.credential_document import problem_of, sendable
from smoke_tui.world.live.browser_clipboard import OperatorIO
from smoke_tui.world.live.files import (
    mended_text,
    read_plain_file,
)
from smoke_tui.world.live.random_values import DRAWS, Ids, random_id
from smoke_tui.world.live.tcp import refused
from smoke_tui.world.requests import (
    PLACEHOLDER_PROBLEM,
    PortError,
    holds_placeholder,
    render,
    secrets_in,
)

if TYPE_CHECKING:
    from smoke_tui.world.live.http import LiveHttp

_HEALTH_SECONDS: Final = 5.0
_HEALTH_FASTEST: Final = 0.5
_HEALTH_MISSES: Final = 2
Post = Callable[..., None]


class SystemClock:
    """This machine's clock; a session that is resumed counts on from `since` milliseconds."""

    def __init__(self, since: int = 0) -> None:
        self._start = time.monotonic() - since / 1000

    def wall(self) -> datetime:
        return datetime.now(UTC)

    def milliseconds(self) -> int:
        return int((time.monotonic() - self._start) * 1000)


class LiveWorld:
    """Answers requests with real time, sockets, children and files.

    A port that fails in a way nobody foresaw ends the session through `on_fault`, because an
    unanswered request would wait for ever.
    """

    def __init__(
        self,
        inbox: EventStream,
        vault: Vault,
        config: SessionConfig,
        hands: OperatorIO,
        on_fault: Callable[[BaseException], None],
        given: Mapping[str, str],
        bundle_file: Path | None = None,
        ids: Ids = random_id,
    ) -> None:
        self._inbox = inbox
        self._vault = vault
        self._config = config
        self._hands = hands
        self._on_fault = on_fault
        self._given = given
        for value, kind in ledger_secrets(given.get(GIVEN_LEDGER, "")):
            vault.add_value(value, kind)
        if given.get(GIVEN_BUNDLE):
            # Before the first step, whichever that is: a command may print the file.
            vault.add_document(given[GIVEN_BUNDLE], "given")
        self._bundle_file = bundle_file
        self._ids = ids
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._parts: dict[str, Any] = {}
        self.asked: dict[int, PendingRequest] = {}

    def begin(self, job: PendingRequest) -> None:
        """Start to work on a request."""
        if job.port == "operator":
            self.asked[job.seq] = job
            return
        server = _SERVERS[job.port]
        task = asyncio.ensure_future(self._guarded(server, job))
        self._tasks[job.seq] = task

    def end(self, seq: int) -> None:
        """Stop working on a request; a child is taken down and its end is still recorded."""
        self.asked.pop(seq, None)
        shell = self._parts.get("shell")
        if shell is not None and shell.holds(seq):
            shell.end(seq)
            return
        task = self._tasks.get(seq)
        if task is not None:
            task.cancel()

    async def close(self) -> None:
        """End everything that is still open."""
        if "shell" in self._parts:
            await self._parts["shell"].close()
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        if "http" in self._parts:
            await self._parts["http"].close()
        await self._hands.clipboard.clear()

    async def _guarded(self, server: Callable[..., Awaitable[None]], job: PendingRequest) -> None:
        try:
            await server(self, job)
        except Exception as error:
            self._on_fault(error)
        finally:
            self._tasks.pop(job.seq, None)

    def post(
        self,
        job: PendingRequest,
        ev: str,
        data: Mapping[str, Any],
        secrets: Mapping[str, Secret] | None = None,
        blobs: Mapping[str, bytes] | None = None,
    ) -> None:
        self._inbox.post(
            IncomingFact(ev, data, job.step, job.n, job.seq, secrets or {}, blobs or {})
        )

    # --- one server a port ----------------------------------------------------------------

    async def _http(self, job: PendingRequest) -> None:
        data, secrets, blobs = await self._http_port().exchange(job)
        self.post(job, "http", data, secrets, blobs)

    def _http_port(self) -> LiveHttp:
        if "http" not in self._parts:
            from smoke_tui.world.live.http import LiveHttp

            self._parts["http"] = LiveHttp(self._vault, self._config.allowed_origins())
        port: LiveHttp = self._parts["http"]
        return port

    async def _listen(self, job: PendingRequest) -> None:
        from smoke_tui.world.live.callback import listen

        await listen(
            job.raw,
            self._vault,
            job.refs["code"],
            lambda data, secrets: self.post(job, "listen", data, secrets),
        )

    async def _process(self, job: PendingRequest) -> None:
        if "shell" not in self._parts:
            from smoke_tui.world.live.processes.shell import LiveShell

            self._parts["shell"] = LiveShell(self._vault)

        def post(data: Mapping[str, Any], secrets: Mapping[str, Secret] | None = None) -> None:
            self.post(job, "process", data, secrets)

        await self._parts["shell"].serve(job, post)

    async def _tcp(self, job: PendingRequest) -> None:
        self.post(job, "tcp", {"problem": await refused(*job.raw)})

    async def _health(self, job: PendingRequest) -> None:
        """Look at a service's address again and again; a fact only when the answer changes."""
        request, where, status = job.raw
        up, misses = True, 0
        while True:
            await asyncio.sleep(max(_HEALTH_FASTEST, _HEALTH_SECONDS * self._config.patience))
            problem = await self._look(job, request, where, status)
            misses = misses + 1 if problem else 0
            if up == (misses >= _HEALTH_MISSES):
                up = not up
                self.post(job, "health", {"up": up, "problem": problem})

    async def _look(self, job: PendingRequest, request: Any, where: str, status: int) -> str | None:
        """What is wrong with an address, in words; None where it answers as it must."""
        if request is None:
            host, _, port = where.rpartition(":")
            return await refused(host, int(port))
        data, _, _ = await self._http_port().exchange(replace(job, raw=request))
        if data["status"] == status:
            return None
        return str(data["error_text"] or data["error"] or f"status {data['status']}")

    async def _timer(self, job: PendingRequest) -> None:
        await asyncio.sleep(job.raw)
        self.post(job, "timer", {"seconds": job.raw})

    async def _draw(self, job: PendingRequest) -> None:
        kind, shape = job.raw
        value, public = self._ids(shape), DRAWS[shape][1]
        if kind is None:
            self.post(job, "draw", {"value": value})
            return
        secret = Secret(value, kind=kind, ref=job.refs["value"], public=public(value))
        self.post(job, "draw", {}, {"value": self._vault.add(secret)})

    async def _browse(self, job: PendingRequest) -> None:
        problem = None
        try:
            _refuse_placeholder(job.raw)
            self._check_address(job.raw)
            await self._hands.browser.open_page(str(render(job.raw)))
        except PortError as error:
            problem = str(error)
        self.post(job, "browser", {"problem": problem})

    def _check_address(self, url: Any) -> None:
        """A page's address may hold one secret, the state of a login, and that at the issuer alone.

        Raises:
            PortError: another secret would leave through the browser, or to another place.
        """
        held = [secret for secret in secrets_in(url) if secret.scrub]
        if not held:
            return
        try:
            ours = origin_of(str(render(url))) == origin_of(self._config.issuer)
        except ValueError:
            ours = False
        if not ours or any(secret.kind != "oauth-state" for secret in held):
            raise PortError(
                "a secret would stand in the address of a page; hand it over in a "
                "hand-over step instead"
            )

    async def _offer(self, job: PendingRequest) -> None:
        how, problem = "", None
        if job.raw is None:
            await self._hands.clipboard.clear()
            self.post(job, "clipboard", {"how": "cleared", "problem": None})
            return
        try:
            _refuse_placeholder(job.raw)
            how = await self._hands.clipboard.put(_as_text(render(job.raw)))
        except PortError as error:
            problem = str(error)
        self.post(job, "clipboard", {"how": how, "problem": problem})

    async def _file(self, job: PendingRequest) -> None:
        op, name, kind, scrub = job.raw
        path = os.path.join(self._config.project, name)
        if op == "exists":
            self.post(job, "file", {"exists": os.access(path, os.F_OK)})
            return
        text, problem = read_plain_file(path)
        if problem is not None or text is None:
            self.post(job, "file", {"problem": problem, "text": None})
        elif kind is None:
            self.post(job, "file", {"problem": None, "text": text})
        else:
            secret = self._hold(text, kind, job.refs["value"], scrub)
            self.post(job, "file", {"problem": None, "text": None}, {"value": secret})

    async def _document(self, job: PendingRequest) -> None:
        from smoke_tui.world.live.http import take_secrets

        source, sensitive = job.raw
        text, problem = self._given.get(source), None
        if text is None:
            text, problem = read_plain_file(os.path.join(self._config.project, source))
        if text is None:
            self.post(job, "file", {"problem": problem, "document": None})
            return
        text = text.lstrip("\ufeff")
        problem = problem_of(text)
        raw = text.encode("utf-8", "surrogatepass")
        secrets = take_secrets(raw, sensitive, job.refs, self._vault)
        self._vault.add_document(text, "given")
        if problem is not None:
            self.post(job, "file", {"problem": problem, "document": None})
            return
        document = credential_documents.kept(json.loads(self._vault.redact(raw)))
        self.post(job, "file", {"problem": None, "document": document}, secrets)

    async def _keep_bundle(self, job: PendingRequest) -> None:
        problem = None
        try:
            if self._bundle_file is None:
                raise PortError("it did not come from a file")
            text = json.dumps(render(job.raw), indent=2) + "\n"
            replace_private(self._bundle_file, text.encode())
        except (PortError, OSError) as error:
            problem = str(error)
        self.post(job, "file", {"problem": problem})

    async def _ledger(self, job: PendingRequest) -> None:
        from smoke_tui.world.live.ledger.postgresql import ask

        if any(secret.scrub for secret in secrets_in(job.raw)):
            self.post(
                job,
                "ledger",
                {
                    "problem": "it was not asked: a secret would stand in the question",
                    "now": None,
                    "rows": [],
                    "more": False,
                },
            )
            return
        if holds_placeholder(job.raw):
            self.post(
                job,
                "ledger",
                {
                    "problem": f"it was not asked: {PLACEHOLDER_PROBLEM}",
                    "now": None,
                    "rows": [],
                    "more": False,
                },
            )
            return
        self.post(job, "ledger", await ask(self._given.get(GIVEN_LEDGER), render(job.raw)))

    async def _capture(self, job: PendingRequest) -> None:
        from smoke_tui.world.live.capture import as_fact, capture

        program, model, against = job.raw
        taken = await capture(program, model)
        data, secrets = as_fact(taken, job.refs["value"], against)
        self.post(job, "codex-cli", data, secrets)

    async def _price(self, job: PendingRequest) -> None:
        from smoke_tui.world.live.prices import price

        self.post(job, "price", await asyncio.to_thread(price, *job.raw))

    async def _env(self, job: PendingRequest) -> None:
        name, kind, scrub = job.raw
        if kind == "command":
            folders = (self._config.path_prepend, os.environ.get("PATH"))
            path = os.pathsep.join(filter(None, folders))
            self.post(job, "env", {"set": shutil.which(name, path=path) is not None})
            return
        value = os.environ.get(name)
        if value is None or kind is None:
            self.post(job, "env", {"set": value is not None, "blank": value == ""})
            return
        secret = self._hold(value, kind, job.refs["value"], scrub)
        blank = not value.strip("\ufeff \t\r\n")
        self.post(job, "env", {"set": True, "blank": blank}, {"value": secret})

    def _hold(self, text: str, kind: str, ref: str, scrub: bool) -> Secret:
        mended: list[str] = []
        if kind == "instructions":
            text, mended = mended_text(text)
        raw = text.encode("utf-8", "surrogatepass")
        public: dict[str, Any] = {"chars": len(text), "bytes": len(raw)}
        if mended:
            public["mended"] = mended
        if kind == "instructions" and not text.strip():
            public["blank"] = True
        if not scrub:
            public["sha256"] = hashlib.sha256(raw).hexdigest()
        elif not sendable(text):
            public["sendable"] = False
        secret = self._vault.add(Secret(text, kind=kind, ref=ref, public=public, scrub=scrub))
        if scrub:
            learn_inside(self._vault, text, kind, ref)
        return secret


def learn_inside(vault: Vault, text: str, kind: str, ref: str) -> None:
    """Register what a secret text holds beside itself: a document's leaves, a token's parts."""
    if text.lstrip()[:1] in ("{", "["):
        vault.add_document(text, ref)
    vault.add_parts(text, kind, ref)


def _refuse_placeholder(value: Any) -> None:
    """
    Raises:
        PortError: it holds a placeholder where a value should be.
    """
    if holds_placeholder(value):
        raise PortError(PLACEHOLDER_PROBLEM)


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, indent=2)


_SERVERS: Final[Mapping[str, Callable[[LiveWorld, PendingRequest], Awaitable[None]]]] = {
    "http": LiveWorld._http,
    "listen": LiveWorld._listen,
    "process": LiveWorld._process,
    "tcp": LiveWorld._tcp,
    "health": LiveWorld._health,
    "timer": LiveWorld._timer,
    "draw": LiveWorld._draw,
    "browser": LiveWorld._browse,
    "clipboard": LiveWorld._offer,
    "file": LiveWorld._file,
    "document": LiveWorld._document,
    "env": LiveWorld._env,
    "price": LiveWorld._price,
    "ledger": LiveWorld._ledger,
    "codex-cli": LiveWorld._capture,
    "keep-bundle": LiveWorld._keep_bundle,
}
