"""Conversations with the world: a request, the facts that answer it, and a step's time limit."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from typing import Protocol

from smoke_tui.journal.events.requests import Released
from smoke_tui.journal.stream import EventStream, Fact
from smoke_tui.structs import Struct, field
from smoke_tui.world.requests.base import Request

BodyReader = Callable[[bytes], bool]
"""Sees each redacted piece of a body as it comes in; True once it has read enough."""


class PendingRequest(Struct, frozen=True):
    """A request on its way to a live port: its event, its step and try, its secrets' references."""

    seq: int
    step: str
    n: int
    request: Request
    refs: Mapping[str, str] = field(default_factory=dict)
    reader: BodyReader | None = None


class World(Protocol):
    """Who answers requests, by posting facts to the event stream."""

    def begin(self, pending: PendingRequest) -> None:
        """Start to work on a request."""

    def end(self, seq: int) -> None:
        """Stop working on request `seq`."""


class Conversation:
    """One request and the facts that answer it, in order."""

    def __init__(self, stream: EventStream, world: World, pending: PendingRequest) -> None:
        self._stream = stream
        self._world = world
        self._pending = pending
        self._facts: deque[Fact] = deque()
        self._waiter: asyncio.Future[None] | None = None
        self.open = True
        self.on_close: Callable[[], None] = lambda: None
        stream.route(pending.seq, self._receive)
        world.begin(pending)

    @property
    def seq(self) -> int:
        """The number of the request's event."""
        return self._pending.seq

    def _receive(self, fact: Fact) -> None:
        self._facts.append(fact)
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    async def next(self) -> Fact:
        """The next fact; waits for it."""
        while not self._facts:
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
        return self._facts.popleft()

    def release(self) -> None:
        """Stop waiting: recorded, and the world stops working on it; idempotent."""
        if self.open:
            self.open = False
            pending = self._pending
            self._stream.decide(
                Released(), step=pending.step, attempt=pending.n, request_seq=pending.seq
            )
            self._world.end(pending.seq)
            self.on_close()

    def done(self) -> None:
        """The answer is complete: nobody waits any more, and nothing needs to be recorded."""
        self._stream.route(self.seq, None)
        if self.open:
            self.open = False
            self.on_close()


class Timed(Protocol):
    """What a time limit needs of a step's context."""

    @property
    def now_ms(self) -> int:
        """Milliseconds since the session opened, at the latest fact."""

    def deadline(self, seconds: float) -> Conversation:
        """A timer; its one fact comes after `seconds`."""

    def drop(self, conversation: Conversation) -> None:
        """End a conversation that the step holds."""


class TimeLimit:
    """A step's time limit; it is paused while the operator is asked.

    `expired` is done once the time has run out.
    """

    def __init__(self, context: Timed, seconds: float) -> None:
        self._context = context
        self._left = seconds
        self._holds = 0
        self._timer: Conversation | None = None
        self._waiting: asyncio.Task[None] | None = None
        self._since = 0
        self.expired: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._start()

    def hold(self) -> None:
        """Stop the clock; it goes on after as many calls of `go_on`."""
        self._holds += 1
        if self._timer is not None:
            self._left -= (self._context.now_ms - self._since) / 1000
            self.stop()

    def go_on(self) -> None:
        """Undo one `hold`; after the last one the clock runs again."""
        self._holds -= 1
        if self._holds == 0 and not self.expired.done():
            self._start()

    def stop(self) -> None:
        """Take the timer down."""
        timer, self._timer = self._timer, None
        if self._waiting is not None:
            self._waiting.cancel()
        if timer is not None:
            self._context.drop(timer)

    def close(self) -> None:
        """The step is over: the clock does not start again."""
        self.expired.cancel()
        self.stop()

    def _start(self) -> None:
        self._since = self._context.now_ms
        self._timer = self._context.deadline(max(0.0, round(self._left, 3)))
        self._waiting = asyncio.ensure_future(self._wait(self._timer))

    async def _wait(self, timer: Conversation) -> None:
        await timer.next()
        if self._timer is timer and not self.expired.done():
            self.expired.set_result(None)
