"""Services of the system under test: started, found ready, watched, stopped, proven gone."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass

from smoke_tui.journal.events.facts import (
    HealthChanged,
    HttpAnswered,
    ProcessDetached,
    ProcessExited,
    ProcessMissing,
    ProcessOutput,
    TcpAnswered,
)
from smoke_tui.journal.stream import Fact
from smoke_tui.runbook.model import Ready
from smoke_tui.world.context import (
    StepContext,
)
from smoke_tui.world.conversation import Conversation
from smoke_tui.world.requests.http import ConnectTcp, HttpLimits, HttpRequest, WatchHealth
from smoke_tui.world.requests.processes import Spawn, StopChild
from smoke_tui.world.resources import (
    StepEnd,
)

PROBE = HttpLimits(connect=2.0, idle=2.0, total=3.0, body=256 * 1024)
STOP_COMMAND_SECONDS = 60.0
_PAUSES = (0.1, 0.1, 0.2, 0.3, 0.5, 0.5)
_LONGEST_PAUSE = 1.0
TAIL_LINES = 12
TAIL_CHARACTERS = 64 * 1024


@dataclass(slots=True)
class Service:
    """A service that outlives its step.

    `child` is None for one that ran already and was adopted. `health` tells when its probe's
    answer changes. `stop_spec` is the command that stops one that detached itself.
    """

    name: str
    ready: Ready
    child: Conversation | None
    health: Conversation | None = None
    stop_spec: Spawn | None = None
    stopping: bool = False

    @property
    def adopted(self) -> bool:
        return self.child is None

    def conversations(self) -> list[Conversation]:
        """What tells about it while the session goes on."""
        return [one for one in (self.child, self.health) if one is not None]

    def lost_by(self, fact: Fact) -> bool:
        """Whether this fact says that the service is no longer there."""
        if self.stopping:
            return False
        if isinstance(fact.body, HealthChanged):
            # A child is watched itself; of any other service only its address tells.
            held = self.child is not None and self.stop_spec is None
            return not held and not fact.body.up
        return isinstance(fact.body, ProcessExited)

    async def stop(self, ctx: StepContext) -> bool:
        """Stop it; whether it is proven gone. An adopted service is not ours to stop."""
        self.stopping = True
        if self.health is not None:
            self.health.release()
        if self.stop_spec is not None:
            await _run_stop(ctx, self.stop_spec)
        if self.child is None:
            return False
        gone = await ctx.perform(StopChild(self.child.seq))
        self.child.done()
        return gone and not (self.stop_spec is not None and await is_up(ctx, self.ready))


async def _run_stop(ctx: StepContext, spec: Spawn) -> None:
    """Run the command that stops a detached service; how it ended is evidence, no more."""
    child = ctx.open(spec)
    limit = ctx.deadline(STOP_COMMAND_SECONDS * ctx.config.patience)
    while True:
        which, fact = await ctx.first(child.next(), limit.next())
        if which == 1:
            ctx.evidence("stop", "the stop command did not end in time")
            ctx.drop(child)
            limit.done()
            return
        match fact.body:
            case ProcessExited(code):
                ctx.evidence("stop", f"ended with {code}")
            case ProcessMissing(problem):
                ctx.evidence("stop", problem)
            case _:
                continue
        ctx.drop(limit)
        return


def watch_health(ctx: StepContext, ready: Ready) -> Conversation | None:
    """Have a ready service's address looked at from now on; None where it has none."""
    if ready.line is not None:
        return None
    where = address_of(ctx, ready)
    request = None
    if ready.http is not None:
        request = HttpRequest("GET", where, limits=PROBE)
    conversation = ctx.open(WatchHealth(where, ready.status, request))
    ctx.keep_open(conversation)
    return conversation


def address_of(ctx: StepContext, ready: Ready) -> str:
    """Where the probe looks, as text; empty for one that reads lines."""
    return str(ctx.fill(ready.http or ready.tcp or ""))


class Probe:
    """Asks again and again whether a service is ready; one request or pause is open at a time."""

    def __init__(self, ctx: StepContext, ready: Ready) -> None:
        self._ctx = ctx
        self._ready = ready
        self._count = 0
        self._asking = True
        self._open: Conversation | None = None

    def _begin(self) -> Conversation:
        ctx, ready = self._ctx, self._ready
        if not self._asking:
            pause = _PAUSES[self._count] if self._count < len(_PAUSES) else _LONGEST_PAUSE
            self._count += 1
            return ctx.deadline(pause)
        where = address_of(ctx, ready)
        if ready.http is not None:
            return ctx.open(HttpRequest("GET", where, limits=PROBE))
        host, _, port = where.rpartition(":")
        return ctx.open(ConnectTcp(host, int(port)))

    async def step(self) -> bool:
        """Wait for the open request or pause; True when the service has answered as it must."""
        if self._open is None:
            self._open = self._begin()
        fact = await self._open.next()
        self._ctx.keep_open(self._open)
        self._open.done()
        self._open = None
        answered, self._asking = self._asking, not self._asking
        return answered and self._good(fact)

    def _good(self, fact: Fact) -> bool:
        if self._ready.http is not None:
            return fact.expect(HttpAnswered).status == self._ready.status
        return fact.expect(TcpAnswered).problem is None


async def is_up(ctx: StepContext, ready: Ready) -> bool:
    """Whether something answers the probe already."""
    if ready.line is not None:
        return False
    return await Probe(ctx, ready).step()


async def wait_ready(ctx: StepContext, child: Conversation, ready: Ready) -> None:
    """Wait until a started child, or what it left running, is ready.

    Raises:
        StepEnd: it could not be started, or ended before (`command-missing`, `not-ready`).
    """
    probe = Probe(ctx, ready) if ready.line is None else None
    said: dict[str, str] = {"out": "", "err": ""}
    while True:
        waits: list[Awaitable[Fact | bool]] = [child.next()]
        if probe is not None:
            waits.append(probe.step())
        _, value = await ctx.first(*waits)
        if isinstance(value, bool):
            if value:
                return
            continue
        match value.body:
            case ProcessMissing(problem):
                raise StepEnd("command-missing", problem)
            case ProcessDetached(code=0):
                continue
            case ProcessExited(code) | ProcessDetached(code=code):
                lines = [line for text in said.values() for line in text.splitlines()]
                tail = "\n".join(lines[-TAIL_LINES:])
                raise StepEnd(
                    "not-ready",
                    f"The service ended with {code} before it was "
                    f"ready.{' Its last lines: ' + tail if tail else ''}",
                    exit=code,
                )
            case ProcessOutput() as output:
                # A line may come in pieces.
                text = (said[output.source] + output.text)[-TAIL_CHARACTERS:]
                said[output.source] = text
                if ready.line is not None and ready.line in text:
                    return
