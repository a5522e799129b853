"""The composition root: world, engine, journal and listeners of one session."""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
import traceback
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from smoke_tui.codex.bundle import Bundle
from smoke_tui.config.questions import Answer, Verb
from smoke_tui.engine.end_reasons import PROOF_STAYS
from smoke_tui.engine.engine import Engine
from smoke_tui.journal.close_scan import leave_scan
from smoke_tui.journal.events.event import Event
from smoke_tui.journal.events.facts import Answered, Cancelled, Noted, SessionOpened
from smoke_tui.journal.events.requests import QuestionAsked
from smoke_tui.journal.file import JournalFile
from smoke_tui.journal.folders import clear_left
from smoke_tui.journal.state import State
from smoke_tui.journal.stream import (
    Clock,
    EventListener,
    FunctionListener,
    IncomingFact,
    LiveStream,
)
from smoke_tui.outcomes import Verdict
from smoke_tui.redaction import Vault
from smoke_tui.runbook.lint.hidden_secrets import hidden_in_text
from smoke_tui.session.request import Answerer, SessionRequest
from smoke_tui.steps import behave
from smoke_tui.structs import Struct, replace
from smoke_tui.world.live.operator import LiveOperator
from smoke_tui.world.live.ports import LivePorts
from smoke_tui.world.live.world import LiveWorld
from smoke_tui.world.loop import EngineLoop
from smoke_tui.world.values import render


class NotStartedError(Exception):
    """A session can't begin, and nothing was run or spent; the text says why, and what to do."""


class SessionRecord(Struct, frozen=True):
    """The journal that a session writes, and the state that it holds so far.

    `state` is what the journal holds before `begins`, the fact that this program begins with.
    """

    name: str
    file: JournalFile
    state: State
    vault: Vault
    clock: Clock
    begins: IncomingFact


class Session:
    """One session that runs in a thread of its own.

    `start` returns at once; `wait` gives the verdict. Everything fronts do goes through
    `answer`, `cancel` and `note`, from any thread. `fault` is set where our own tool broke.
    """

    def __init__(self, request: SessionRequest, record: SessionRecord) -> None:
        self.runbook = request.runbook
        self.config = request.config
        self.operator_io = request.operator_io
        self.id = record.name
        self.file = record.file
        self.vault = record.vault
        self.fault: BaseException | None = None
        self.verdict: Verdict | None = None
        self._answerer = request.answerer
        self._secret_options = request.secret_options
        self._ids = request.ids
        self._state = record.state
        self._begins = record.begins
        self._operator = LiveOperator(self.vault, self._post)
        self._loop = EngineLoop()
        self._listeners: list[EventListener] = [FunctionListener(self._on_event)]
        self._stream = LiveStream(
            record.file,
            record.vault,
            record.clock,
            self._listeners,
            first=self._keep_up,
            names=frozenset(step.id for step in request.runbook.steps),
        )
        self._stream.continue_after(record.state.events)
        self._engine: Engine | None = None
        self._world: LiveWorld | None = None
        self._fault: asyncio.Future[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._thread = threading.Thread(target=self._run, name="engine", daemon=True)
        self.done = threading.Event()

    @property
    def folder(self) -> Path:
        """Where the session's journal and evidence are kept."""
        return self.file.folder

    def start(self, *listeners: EventListener) -> None:
        """Begin the session, or resume it; `listeners` hear everything from its first event on."""
        self._listeners.extend(listeners)
        self._thread.start()

    def wait(self, timeout: float | None = None) -> Verdict | None:
        """The verdict once the session is closed; None after `timeout` seconds or a fault."""
        self.done.wait(timeout)
        return self.verdict

    def bundle(self) -> Bundle | None:
        """The bundle a login step of this session has left."""
        held = self._engine.resources.bundle if self._engine is not None else None
        return held if isinstance(held, Bundle) else None

    def bundle_text(self) -> str:
        """The bundle as the file that `login --out` writes; holds the tokens themselves."""
        bundle = self.bundle()
        assert bundle is not None
        return json.dumps(render(bundle.fields()), indent=2) + "\n"

    # --- what fronts do -------------------------------------------------------------------

    def answer(self, seq: int, answer: Answer, *, secret: str | None = None) -> str | None:
        """Answer question `seq`; an answer without `by` is recorded as the operator's.

        Returns why the answer can't be taken, or None.
        """
        question = self._operator.question(seq)
        proof = question is not None and question.data.get("proof")
        if answer.by is None:
            if answer.do == Verb.WAIVE and proof:
                return PROOF_STAYS
            answer = replace(answer, by="operator")
        return self._operator.answer(seq, answer, secret=secret)

    def reveal(self, seq: int, name: str) -> str:
        """A value of an open question in the form the operator has to use, such as an address."""
        return self._operator.reveal(seq, name)

    def cancel(self, scope: str, why: str) -> None:
        """Stop the running step, or the session."""
        self._post(IncomingFact(Cancelled(scope, why)))

    def note(self, text: str) -> None:
        """Record a note of the operator."""
        self._post(IncomingFact(Noted(text)))

    def _post(self, incoming: IncomingFact) -> None:
        self._stream.post(incoming)
        try:
            self._loop.call_soon_threadsafe(lambda: None)
        except RuntimeError:
            # The session ended in the meantime; there is nobody left to hear it.
            return

    # --- the engine's thread --------------------------------------------------------------

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._main())
        except BaseException as error:
            self.fault = error
        finally:
            self._loop.drop()
            if not isinstance(self.fault, NotStartedError):
                # With a record that can't be read or written any more, there is nothing to look at.
                with contextlib.suppress(OSError):
                    leave_scan(self.file.folder, self.vault, self._stream.inspected())
            self.file.close()
            if isinstance(self.fault, NotStartedError):
                clear_left(self.file.folder.parent)
            self.done.set()

    async def _main(self) -> None:
        self._fault = self._loop.create_future()
        ports = LivePorts(
            self.vault,
            self.config,
            self.operator_io,
            self._operator,
            self._secret_options.texts,
            self._secret_options.file,
            self._ids,
        )
        self._world = LiveWorld(self._stream, ports, self._on_fault)
        self._engine = Engine(
            self.runbook,
            self.config,
            self._stream,
            self._world,
            self._state,
            behave,
        )
        self._check_kept()
        self._stream.open(self._begins)
        self._loop.when_idle(self._stream.deliver, self._stream.sync_due)
        walk = asyncio.ensure_future(self._engine.run())
        ends: list[asyncio.Future[Any]] = [walk, self._fault]
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        self._loop.when_idle(lambda: False)
        try:
            if self._fault.done():
                self._fault.result()
            self.verdict = walk.result()
        finally:
            walk.cancel()
            await asyncio.gather(walk, return_exceptions=True)
            self._stream.flush()
            await self._world.close()

    def _check_kept(self) -> None:
        """Refuse a runbook whose text holds a secret: redacted, it could not be read back.

        Raises:
            NotStartedError: the runbook's text holds a secret's value.
        """
        if not isinstance(self._begins.body, SessionOpened):
            return
        for hidden in hidden_in_text(self.runbook.text, self.vault):
            raise NotStartedError(
                f"{self.runbook.path}:{hidden.line}:{hidden.col}: the line holds {hidden.what}, which "
                "the record would hide, so that the session could not be read again; nothing was "
                "run. Take it out of the runbook, or give another credential"
            )

    def _on_fault(self, error: BaseException) -> None:
        if self._fault is not None and not self._fault.done():
            self._fault.set_exception(error)

    def _keep_up(self, event: Event) -> None:
        if self._engine is not None:
            self._engine.watch(event)

    def _on_event(self, event: Event) -> None:
        answerer = self._answerer
        if answerer is None:
            return
        match event.body:
            case QuestionAsked() as question:
                self._in_hand(self._ask(answerer, event, question))
            case Answered(answer=answer) if answer.by == "operator":
                asked = self._state.requests.get(event.request_seq or 0)
                if asked is not None and isinstance(asked.body, QuestionAsked):
                    about = _about(asked, asked.body)
                    self._in_hand(
                        self._observe(answerer.observe(asked.body.question, about, answer))
                    )

    def _in_hand(self, work: Coroutine[Any, Any, None]) -> None:
        """Run something beside the engine, and hold on to it until it is done."""
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _ask(self, answerer: Answerer, event: Event, question: QuestionAsked) -> None:
        try:
            answer = await answerer.answer(question.question, _about(event, question))
        except Exception as error:
            self._on_fault(error)
            return
        if answer is not None:
            self.answer(event.seq, replace(answer, by=answer.by or "script"))

    async def _observe(self, observing: Coroutine[Any, Any, None]) -> None:
        try:
            await observing
        except Exception as error:
            self._on_fault(error)


def _about(event: Event, question: QuestionAsked) -> dict[str, Any]:
    """The data of a question for an answerer: its facts, its text, its step, its number."""
    return {**question.about, "text": question.text, "step": event.step, "seq": event.seq}


def trace_of(fault: BaseException, vault: Vault) -> str:
    """A fault's trace without local variables, redacted."""
    return vault.redact_text("".join(traceback.format_exception(fault)))
