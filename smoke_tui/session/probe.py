"""A look at the world without a session: one behaviour, nothing recorded."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TypeVar

from smoke_tui.config.session_config import SessionConfig
from smoke_tui.journal.events.event import Event
from smoke_tui.journal.stream import EventListener, LiveStream
from smoke_tui.redaction import Vault
from smoke_tui.runbook.model import Step
from smoke_tui.world.context import (
    Attempt,
    StepContext,
)
from smoke_tui.world.live.browser_clipboard import OperatorIO
from smoke_tui.world.live.clock_ids import SystemClock
from smoke_tui.world.live.operator import LiveOperator
from smoke_tui.world.live.ports import LivePorts
from smoke_tui.world.live.world import LiveWorld
from smoke_tui.world.loop import EngineLoop
from smoke_tui.world.resources import (
    SessionResources,
)

T = TypeVar("T")


class _Forget:
    """A sink for looks that are not recorded."""

    def append(self, event: Event) -> None:
        """Nothing is kept."""

    def keep(self, content: bytes) -> str:
        return ""


def look(
    config: SessionConfig,
    hands: OperatorIO,
    given: Mapping[str, str],
    what: Callable[[StepContext], Awaitable[T]],
    step: Step,
    watchers: Sequence[EventListener] = (),
) -> T:
    """Run one behaviour against the live world without a session; nothing is recorded."""
    loop = EngineLoop()
    vault = Vault()
    inbox = LiveStream(_Forget(), vault, SystemClock(), list(watchers))
    fault: asyncio.Future[T] = loop.create_future()

    def on_fault(error: BaseException) -> None:
        if not fault.done():
            fault.set_exception(error)

    async def main() -> T:
        operator = LiveOperator(vault, inbox.post)
        world = LiveWorld(inbox, LivePorts(vault, config, hands, operator, given), on_fault)
        context = StepContext(inbox, world, config, SessionResources(), Attempt(step))
        task = asyncio.ensure_future(what(context))
        try:
            await asyncio.wait([task, fault], return_when=asyncio.FIRST_COMPLETED)
            return (fault if fault.done() else task).result()
        finally:
            task.cancel()
            loop.when_idle(lambda: False)
            await world.close()

    loop.when_idle(inbox.deliver)
    try:
        return loop.run_until_complete(main())
    finally:
        loop.drop()
