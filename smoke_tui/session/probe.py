"""Probe the live world without a session: nothing is recorded."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, Protocol, TypeVar

from smoke_tui.config.questions import Answer, Verb
from smoke_tui.config.session_config import SessionConfig
from smoke_tui.journal.events.event import Event
from smoke_tui.journal.events.requests import QuestionAsked
from smoke_tui.journal.stream import EventListener, FunctionListener, LiveStream
from smoke_tui.redaction import Vault
from smoke_tui.runbook.model import Step
from smoke_tui.session.secret_options import SecretOptions
from smoke_tui.world.context import Attempt, StepContext
from smoke_tui.world.live.browser_clipboard import OperatorIO
from smoke_tui.world.live.clock_ids import SystemClock
from smoke_tui.world.live.operator import LiveOperator
from smoke_tui.world.live.ports import LivePorts
from smoke_tui.world.live.world import LiveWorld
from smoke_tui.world.loop import EngineLoop
from smoke_tui.world.resources import SessionResources

T = TypeVar("T")


PROBE_STEP: Final = Step("probe", "manual", "Probe", "", line=1, fence_line=1)
"""The step of requests that belong to no step of a runbook."""


class MakeContext(Protocol):
    """Makes the context in which requests are made for a step."""

    def __call__(self, step: Step = PROBE_STEP) -> StepContext:
        """The context of a step."""


class _NoRecord:
    """Keeps nothing of what happens."""

    def write(self, event: Event) -> None:
        """Keep nothing."""

    def sync(self) -> None:
        """There is nothing to sync."""

    def sync_due(self) -> None:
        """Nothing waits."""

    def keep(self, content: bytes) -> str:
        """Keep nothing; there is no name for it."""
        return ""


def probe(
    config: SessionConfig,
    secret_options: SecretOptions,
    operator_io: OperatorIO,
    behave: Callable[[MakeContext], Awaitable[T]],
    listeners: Sequence[EventListener] = (),
) -> T:
    """Ask the live world something without a session; nothing is recorded. Blocks.

    Nobody is here to answer: what asks the operator gets just that as its answer.
    """
    loop = EngineLoop()
    vault = Vault()
    fault: asyncio.Future[T] = loop.create_future()

    def absent(event: Event) -> None:
        if isinstance(event.body, QuestionAsked):
            nobody = Answer(Verb.ABSENT, by="nobody")
            # It is open for an answer once its request was taken in.
            loop.call_soon(lambda: operator.answer(event.seq, nobody, secret=None))

    stream = LiveStream(_NoRecord(), vault, SystemClock(), [*listeners, FunctionListener(absent)])
    operator = LiveOperator(vault, stream.post)

    def on_fault(error: BaseException) -> None:
        if not fault.done():
            fault.set_exception(error)

    async def main() -> T:
        ports = LivePorts(vault, config, operator_io, operator, secret_options.texts)
        world = LiveWorld(stream, ports, on_fault)
        resources = SessionResources()

        def context(step: Step = PROBE_STEP) -> StepContext:
            return StepContext(stream, world, config, resources, Attempt(step))

        task = asyncio.ensure_future(behave(context))
        try:
            await asyncio.wait([task, fault], return_when=asyncio.FIRST_COMPLETED)
            return (fault if fault.done() else task).result()
        finally:
            task.cancel()
            loop.when_idle(lambda: False)
            await world.close()

    loop.when_idle(stream.deliver)
    try:
        return loop.run_until_complete(main())
    finally:
        loop.drop()
