"""Services of the stack: start, readiness, health, stop."""

from __future__ import annotations

from collections.abc import Awaitable

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
from smoke_tui.structs import Struct
from smoke_tui.world.context import StepContext
from smoke_tui.world.conversation import Conversation
from smoke_tui.world.requests.http import ConnectTcp, HttpLimits, HttpRequest, WatchHealth
from smoke_tui.world.requests.processes import Spawn, StopChild
from smoke_tui.world.resources import StepError

PROBE = HttpLimits(connect=2.0, idle=2.0, total=3.0, body=256 * 1024)
STOP_COMMAND_SECONDS = 60.0
_PAUSES = (0.05, 0.05, 0.1, 0.2, 0.3, 0.5, 0.5)
_MAX_PAUSE = 1.0
TAIL_LINES = 12
TAIL_CHARACTERS = 64 * 1024


class Service(Struct):
    """A service that outlives its step.

    `child` is None for an adopted service, which ran already. `health` reports changes of its
    probe's result. `stop_spec` is the command that stops a detached service.
    """

    name: str
    ready: Ready
    child: Conversation | None
    health: Conversation | None = None
    stop_spec: Spawn | None = None
    stopping: bool = False

    @property
    def adopted(self) -> bool:
        """Whether it ran before the session."""
        return self.child is None

    def conversations(self) -> list[Conversation]:
        """The open requests whose facts concern it."""
        return [
            conversation for conversation in (self.child, self.health) if conversation is not None
        ]

    def lost_by(self, fact: Fact) -> bool:
        """Whether a fact means that the service is gone."""
        if self.stopping:
            return False
        if isinstance(fact.body, HealthChanged):
            # A child is watched itself; any other service only by its address.
            is_child = self.child is not None and self.stop_spec is None
            return not is_child and not fact.body.up
        return isinstance(fact.body, ProcessExited)

    async def stop(self, ctx: StepContext) -> bool:
        """Stop it and return whether it is proven gone; an adopted service is not stopped."""
        self.stopping = True
        if self.health is not None:
            self.health.release()
        if self.stop_spec is not None:
            await _run_stop(ctx, self.stop_spec)
        if self.child is None:
            return False
        has_exited = await ctx.perform(StopChild(self.child.seq))
        self.child.done()
        return has_exited and not (self.stop_spec is not None and await is_up(ctx, self.ready))


async def _run_stop(ctx: StepContext, spec: Spawn) -> None:
    """Run the command that stops a detached service; its result is evidence only."""
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
    """Watch a ready service's address from now on; None if it has none."""
    if ready.line is not None:
        return None
    address = address_of(ctx, ready)
    request = None
    if ready.http is not None:
        request = HttpRequest("GET", address, limits=PROBE)
    conversation = ctx.open(WatchHealth(address, ready.status, request))
    ctx.keep_open(conversation)
    return conversation


def address_of(ctx: StepContext, ready: Ready) -> str:
    """The probe's address; empty for a probe of output lines."""
    return str(ctx.fill(ready.http or ready.tcp or ""))


class Probe:
    """Polls whether a service is ready; one request or pause is open at a time."""

    def __init__(self, ctx: StepContext, ready: Ready) -> None:
        self._ctx = ctx
        self._ready = ready
        self._count = 0
        self._requesting = True
        self._open: Conversation | None = None

    def _begin(self) -> Conversation:
        ctx, ready = self._ctx, self._ready
        if not self._requesting:
            pause = _PAUSES[self._count] if self._count < len(_PAUSES) else _MAX_PAUSE
            self._count += 1
            return ctx.deadline(pause)
        address = address_of(ctx, ready)
        if ready.http is not None:
            return ctx.open(HttpRequest("GET", address, limits=PROBE))
        host, _, port = address.rpartition(":")
        return ctx.open(ConnectTcp(host, int(port)))

    async def step(self) -> bool:
        """Wait for the open request or pause; True if the service answered as required."""
        if self._open is None:
            self._open = self._begin()
        fact = await self._open.next()
        self._ctx.keep_open(self._open)
        self._open.done()
        self._open = None
        answered, self._requesting = self._requesting, not self._requesting
        return answered and self._is_ready(fact)

    def _is_ready(self, fact: Fact) -> bool:
        if self._ready.http is not None:
            return fact.expect(HttpAnswered).status == self._ready.status
        return fact.expect(TcpAnswered).problem is None


async def is_up(ctx: StepContext, ready: Ready) -> bool:
    """Whether the probe succeeds now."""
    if ready.line is not None:
        return False
    return await Probe(ctx, ready).step()


async def wait_ready(ctx: StepContext, child: Conversation, ready: Ready) -> None:
    """Wait until a started child, or what it left running, is ready.

    Raises:
        StepError: it could not be started, or ended before (`command-missing`, `not-ready`).
    """
    probe = Probe(ctx, ready) if ready.line is None else None
    output: dict[str, str] = {"out": "", "err": ""}
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
                raise StepError("command-missing", problem)
            case ProcessDetached(code=0):
                continue
            case ProcessExited(code) | ProcessDetached(code=code):
                lines = [line for text in output.values() for line in text.splitlines()]
                tail = "\n".join(lines[-TAIL_LINES:])
                raise StepError(
                    "not-ready",
                    f"The service ended with {code} before it was "
                    f"ready.{' Its last lines: ' + tail if tail else ''}",
                    exit=code,
                )
            case ProcessOutput() as block:
                # A line may arrive in several blocks.
                text = (output[block.source] + block.text)[-TAIL_CHARACTERS:]
                output[block.source] = text
                if ready.line is not None and ready.line in text:
                    return
