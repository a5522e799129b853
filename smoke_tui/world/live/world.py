"""The live world: the operator's machine. A rehearsal is this, with other addresses."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial

from smoke_tui.journal.events.facts import ProcessStopped, TcpAnswered
from smoke_tui.journal.events.machine_facts import (
    ClipboardOffered,
    CommandFound,
    Drawn,
    FileExists,
    TimerFired,
)
from smoke_tui.journal.stream import IncomingFact, LiveStream
from smoke_tui.redaction import Secret
from smoke_tui.world.conversation import PendingRequest
from smoke_tui.world.live.battery_packs import read_pack
from smoke_tui.world.live.clock_ids import DRAWS
from smoke_tui.world.live.health import watch_health
from smoke_tui.world.live.operator import offer_text, open_page
from smoke_tui.world.live.ports import LivePorts
from smoke_tui.world.live.tcp import refused
from smoke_tui.world.ports import PortAnswer
from smoke_tui.world.requests.base import VALUE
from smoke_tui.world.requests.battery import ReadPack, RunBattery
from smoke_tui.world.requests.codex_cli import CaptureClient
from smoke_tui.world.requests.http import ConnectTcp, HttpRequest, Listen, WatchHealth
from smoke_tui.world.requests.ledger import ReadLedger
from smoke_tui.world.requests.machine import (
    Draw,
    DrawSecret,
    FindCommand,
    LookUpPrice,
    PathExists,
    ReadDocument,
    ReadSecretFile,
    ReadVariable,
    ReplaceBundle,
    Timer,
)
from smoke_tui.world.requests.operator import ClearOffer, OfferText, OpenPage, Question
from smoke_tui.world.requests.processes import Spawn, StopChild
from smoke_tui.world.requests.recordings import (
    ListCases,
    RecordedCall,
    RecordingResult,
    ReplayRecording,
)
from smoke_tui.world.requests.texts import (
    KeepText,
    ReadCalibration,
    ReadChanges,
    ReadText,
    ReplaceCalibration,
    ReplaceText,
)


class LiveWorld:
    """Answers requests with real time, sockets, children and files.

    A port that fails in a way nobody foresaw ends the session through `on_fault`, because an
    unanswered request would wait for ever.
    """

    def __init__(
        self, stream: LiveStream, ports: LivePorts, on_fault: Callable[[BaseException], None]
    ) -> None:
        self._stream = stream
        self._ports = ports
        self._on_fault = on_fault
        self._tasks: dict[int, asyncio.Task[None]] = {}

    def begin(self, pending: PendingRequest) -> None:
        """Start to work on a request."""
        if isinstance(pending.request, Question):
            self._ports.operator.ask(pending, pending.request)
            return
        self._tasks[pending.seq] = asyncio.ensure_future(self._guarded(pending))

    def end(self, seq: int) -> None:
        """Stop working on a request; a child is taken down and its end is still recorded."""
        self._ports.operator.withdraw(seq)
        if self._ports.end_child(seq):
            return
        task = self._tasks.get(seq)
        if task is not None:
            task.cancel()

    async def close(self) -> None:
        """End everything that is still open."""
        await self._ports.close_children()
        for task in self._tasks.values():
            # One that was ended before is ending: a browser may be fetching its last page.
            if not task.cancelling():
                task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        await self._ports.close()

    async def _guarded(self, pending: PendingRequest) -> None:
        try:
            # What is asked of the world stands in the record first: a call that spends, above all.
            self._stream.sync()
            await self._serve(pending)
        except Exception as error:
            self._on_fault(error)
        finally:
            self._tasks.pop(pending.seq, None)

    async def _serve(self, pending: PendingRequest) -> None:
        """Let the port of a request answer it."""
        ports, refs, post = self._ports, pending.refs, partial(self._post, pending)
        match pending.request:
            case RecordedCall() as request:
                post(await ports.recordings.exchange(request, refs, pending.reader))
            case RunBattery() as request:
                await ports.pool.run(request, refs, post)
            case ReadPack() as request:
                post(read_pack(ports.config.project, request))
            case ListCases() as request:
                post(ports.recordings.cases(request))
            case ReplayRecording() as request:
                post(ports.recordings.replay(request))
            case RecordingResult() as request:
                post(ports.recordings.result(request))
            case HttpRequest() as request:
                post(await ports.http.exchange(request, refs, pending.reader))
            case Listen() as request:
                await ports.callbacks.listen(request, refs, post)
            case ConnectTcp(host, port):
                post(PortAnswer(TcpAnswered(await refused(host, port))))
            case WatchHealth() as request:
                await watch_health(ports.http, request, ports.config.patience, post)
            case Spawn() as request:
                await ports.shell.run(pending.seq, request, refs, post)
            case StopChild(child):
                post(PortAnswer(ProcessStopped(await ports.shell.stop(child))))
            case Timer(seconds):
                await asyncio.sleep(seconds)
                post(PortAnswer(TimerFired(seconds)))
            case Draw(_, shape):
                post(PortAnswer(Drawn(ports.ids(shape))))
            case DrawSecret() as request:
                post(PortAnswer(Drawn(), {VALUE: self._drawn(request, refs[VALUE])}))
            case OpenPage() as request:
                post(await open_page(ports.io.browser, ports.config.issuer, request))
            case OfferText() as request:
                post(await offer_text(ports.io.clipboard, request))
            case ClearOffer():
                await ports.io.clipboard.clear()
                post(PortAnswer(ClipboardOffered("cleared", None)))
            case PathExists(path):
                post(PortAnswer(FileExists(ports.files.exists(path))))
            case ReadSecretFile() as request:
                post(ports.files.read(request, refs))
            case ReadDocument() as request:
                post(ports.files.document(request, refs))
            case ReplaceBundle() as request:
                post(ports.files.replace_bundle(request))
            case ReadText() as request:
                post(ports.texts.read(request))
            case ReplaceText() as request:
                post(ports.texts.replace(request))
            case KeepText() as request:
                post(ports.texts.keep(request))
            case ReadCalibration():
                post(ports.texts.read_calibration())
            case ReplaceCalibration() as request:
                post(ports.texts.replace_calibration(request))
            case ReadChanges():
                post(await ports.texts.changes())
            case ReadVariable() as request:
                post(ports.env.variable(request, refs))
            case FindCommand(command):
                post(PortAnswer(CommandFound(ports.env.finds(command))))
            case LookUpPrice() as request:
                post(await ports.prices.look_up(request))
            case ReadLedger() as request:
                post(await ports.ledger.read(request))
            case CaptureClient() as request:
                post(await ports.codex_cli.capture(request, refs))
            case _:
                raise TypeError(f"no port serves {type(pending.request).__name__}")

    def _drawn(self, request: DrawSecret, ref: str) -> Secret:
        value = self._ports.ids(request.shape)
        public = DRAWS[request.shape][1](value)
        return self._ports.vault.add(Secret(value, kind=request.kind, ref=ref, public=public))

    def _post(self, pending: PendingRequest, answer: PortAnswer) -> None:
        self._stream.post(
            IncomingFact(
                answer.body,
                pending.step,
                pending.n,
                pending.seq,
                answer.secrets,
                answer.blobs,
                answer.taken,
            )
        )
